package org.ext4map.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.ext4map.cli.Ran.ext4map;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What diff says of an image and its changed copy. */
class DiffCommandTest {
  @TempDir Path scratch;

  private Path before = Path.of("");
  private Path after = Path.of("");

  @BeforeEach
  void images() throws IOException {
    before = DemoImage.in(scratch);
    after = Files.copy(before, scratch.resolve("after.img"));
    for (Path image : new Path[] {before, after}) {
      Ran recovered = ext4map("recover", image);
      assertThat(recovered.exitCode()).as(recovered.err()).isIn(0, 1);
    }
  }

  @Test
  void equalImagesAreTheSame() throws IOException {
    Path copy = Files.copy(before, scratch.resolve("copy.img"));

    Ran ran = ext4map("diff", before, copy);

    assertThat(ran.exitCode()).as(ran.out()).isZero();
    assertThat(ran.outLines()).containsExactly("same");
    JsonNode document = Documents.valid(ext4map("diff", "--json", before, copy));
    assertThat(document.path("same").asBoolean()).isTrue();
    assertThat(document.path("differences").size()).isZero();
  }

  @Test
  void whatWasDoneIsTold() {
    Ran io =
        ext4map("io", after, "/shop/orders.db", "-c", "pwrite 16384 4096", "-c", "fpunch 0 4096");
    assertThat(io.exitCode()).as(io.err()).isZero();
    assertThat(ext4map("mkdir", after, "/new").exitCode()).isZero();

    Ran ran = ext4map("diff", before, after);

    assertThat(ran.exitCode()).isEqualTo(1);
    assertThat(ran.out())
        .contains("inode 14 (/shop/orders.db)")
        .contains("4-4                   converted U@1048 -> W@1048")
        .contains("0-0                   freed W@1041 -> H")
        .contains("inode 2 (/)", "name new added: inode ")
        .contains("appeared: directory");
  }

  @Test
  void theDocumentHasThemAll() {
    assertThat(ext4map("io", after, "/shop/orders.db", "-c", "pwrite 16384 4096").exitCode())
        .isZero();

    Ran ran = ext4map("diff", "--json", before, after);

    assertThat(ran.exitCode()).isEqualTo(1);
    JsonNode document = Documents.valid(ran);
    assertThat(document.path("same").asBoolean()).isFalse();
    assertThat(document.path("count").asInt()).isEqualTo(document.path("differences").size());
    assertThat(document.path("differences").findValuesAsText("kind"))
        .contains("converted", "field");
  }

  @Test
  void aSecondImageThatIsNoneIsNamed() throws IOException {
    Path text = Files.write(scratch.resolve("text"), new byte[8192]);

    Ran ran = ext4map("diff", before, text);

    assertThat(ran.exitCode()).isEqualTo(8);
    assertThat(ran.errLines()).singleElement().asString().contains("text", "s_magic");
  }
}
