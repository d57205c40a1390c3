package org.ext4map.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.ext4map.cli.Ran.ext4map;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoCommandTest {
  @TempDir Path scratch;

  @Test
  void theTourShowsEveryStateAndFitsEightyColumns() {
    Ran tour = ext4map("demo");

    assertThat(tour.exitCode()).as(tour.err()).isZero();
    assertThat(tour.err()).isEmpty();
    assertThat(tour.outLines()).allMatch(line -> line.length() <= 80);
    assertThat(tour.out())
        .contains("view as-is      readme.txt\n")
        .contains("view recovered  readme.txt orders.db")
        .contains("on the disk     \"XXXXXXXXXXXXXXXX\"")
        .contains("what you read   \"\\0\\0\\0");
  }

  @Test
  void theLookupOfTheTourIsTheAnswerOfMap() {
    Path image = DemoImage.in(scratch);
    String answer = ext4map("map", image, "/shop/orders.db", 30).outLines().get(0);

    assertThat(answer).matches("30-30:U@\\d+");
    assertThat(ext4map("demo").out()).contains("the answer      " + answer + ": byte ");
  }

  @Test
  void savingDoesNotReplaceAFile() {
    Path image = DemoImage.in(scratch);

    Ran again = ext4map("demo", "--save", image);

    assertThat(again.exitCode()).isEqualTo(8);
    assertThat(again.errLines()).singleElement().asString().contains("demo.img: exists already");
  }
}
