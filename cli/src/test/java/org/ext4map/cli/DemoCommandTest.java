package org.ext4map.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.ext4map.cli.Ran.ext4map;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoCommandTest {
  @TempDir Path scratch;

  @Test
  void theTourWritesCutsThePowerAndAsksTheJudges() {
    Ran tour = ext4map("demo");

    assertThat(tour.exitCode()).as(tour.err()).isZero();
    assertThat(tour.err()).isEmpty();
    assertThat(tour.outLines()).allMatch(line -> line.length() <= 80);
    assertThat(tour.out()).doesNotContain("\u001b[");
    assertThat(tour.out().replaceAll("@\\d+", "@"))
        .contains("first time      4 completions deferred, 0 not\n")
        .contains("second time     0 completions deferred, 4 not\n")
        .contains("before          0-31:U@\n")
        .contains("after           0-11:U@ 12-15:W@ 16-31:U@\n")
        .contains("on the disk     \"Dear Mr. Darcy, \"\n")
        .contains("what you read   \"" + "\\0".repeat(16) + "\"\n")
        .contains("what is written \"order: 3 pears, \"\n")
        .contains("as it is        lost+found\n")
        .contains("after recovery  lost+found, orders.db 0-11:U@ 12-15:W@ 16-31:U@\n")
        .contains("ext4map check   clean, 0 findings\n")
        .containsPattern("e2fsck -fn      (clean, exit 0|not asked: no e2fsck .*)\n");
  }

  @Test
  void theTourIsInColourOnlyIfAsked() {
    assertThat(ext4map("demo", "--color=always").out()).contains("\u001b[1m1. A file system");
  }

  @Test
  void anImageThatIsGivenIsKept() {
    Path image = scratch.resolve("kept.img");

    Ran tour = ext4map("demo", image);

    assertThat(tour.exitCode()).as(tour.err()).isZero();
    assertThat(tour.out()).contains("extents " + image + " /orders.db");
    assertThat(ext4map("check", image).out()).contains("clean, 0 findings");
    assertThat(ext4map("io", image, "/orders.db", "-c", "fpunch 52k 4k").exitCode()).isZero();
    assertThat(ext4map("demo", image).errLines())
        .containsExactly("ext4map: " + image + ": exists already");
    assertThat(ext4map("demo", "--crashed", image).exitCode()).isEqualTo(16);
  }

  @Test
  void theTourOfTheCrashShowsEveryStateAndFitsEightyColumns() {
    Ran tour = ext4map("demo", "--crashed");

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
    assertThat(ext4map("demo", "--crashed").out())
        .contains("the answer      " + answer + ": byte ");
  }

  @Test
  void savingDoesNotReplaceAFile() {
    Path image = DemoImage.in(scratch);

    Ran again = ext4map("demo", "--save", image);

    assertThat(again.exitCode()).isEqualTo(8);
    assertThat(again.errLines()).singleElement().asString().contains("demo.img: exists already");
  }
}
