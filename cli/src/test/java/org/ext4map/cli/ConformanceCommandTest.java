package org.ext4map.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.ext4map.cli.Ran.ext4map;

import com.fasterxml.jackson.databind.JsonNode;
import org.ext4map.images.TortureKit;
import org.junit.jupiter.api.Test;

class ConformanceCommandTest {
  @Test
  void theListHasEveryCase() {
    JsonNode document = Documents.valid(ext4map("conformance", "--list", "--json"));

    assertThat(document.path("cases")).hasSameSizeAs(TortureKit.load().cases());
    assertThat(ext4map("conformance", "--list").out()).contains("k4-shapes:/shapes/two-states");
  }

  @Test
  void ourOwnReaderIsPerfectOnHoles() {
    Ran ran = ext4map("conformance", "--json", "--topic=holes");

    assertThat(ran.exitCode()).as(ran.out() + ran.err()).isZero();
    JsonNode card = Documents.valid(ran);
    assertThat(card.path("percent").asInt()).isEqualTo(100);
    assertThat(card.path("cases").size()).isPositive();
  }

  @Test
  void aReaderThatPrintsNothingIsFoundOut() {
    Ran ran = ext4map("conformance", "--topic=inline", "--exec", "true {image} {path}");

    assertThat(ran.exitCode()).isEqualTo(1);
    assertThat(ran.out()).contains("wrong_length").contains("score ");
  }

  @Test
  void aReaderThatIsNotThereIsAnError() {
    Ran ran = ext4map("conformance", "--topic=holes", "--exec", "/no/such/reader {image} {path}");

    assertThat(ran.exitCode()).isEqualTo(8);
    assertThat(ran.errLines()).singleElement().asString().contains("/no/such/reader");
  }
}
