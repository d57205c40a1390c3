package org.ext4map.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class ManualTest {
  private final Manual manual = Manual.of("1.2.3");

  @Test
  void everyCommandHasAPageThatExplainsItsOptions() {
    Map<String, String> pages = manual.pages();

    assertThat(pages).containsKeys("ext4map", "ext4map-io", "ext4map-mkfs", "ext4map-check");
    assertThat(pages).doesNotContainKey("ext4map-warm-up");
    assertThat(pages.get("ext4map"))
        .startsWith(".TH EXT4MAP 1 \"\" \"ext4map 1.2.3\" \"\"\n.SH NAME\next4map \\- ")
        .contains(".TP\n\\fBext4map\\-recover\\fR(1)\nReplays the journal");
    assertThat(pages.get("ext4map-mkfs"))
        .contains(".SH SYNOPSIS\next4map mkfs ", ".TP\n\\fIIMAGE\\fR\nThe file; made if missing.\n")
        .contains(".TP\n\\fB\\-L\\fR=\\fILABEL\\fR\nName, at most 16 bytes.\n")
        .contains(".TP\n\\fB\\-f\\fR, \\fB\\-F\\fR, \\fB\\-\\-force\\fR\n");
    assertThat(pages.get("ext4map-check")).doesNotContain("\\fB\\-p\\fR");
  }

  @Test
  void tablesStandAsTheyAre() {
    assertThat(manual.pages().get("ext4map-io"))
        .contains(".nf\n  pwrite [\\-S BYTE]")
        .contains(".fi\nThe first that fails ends it");
  }

  @Test
  void noLineIsTakenForACommandOfRoff() {
    manual
        .pages()
        .forEach(
            (name, page) ->
                assertThat(page.lines().filter(line -> line.matches("[.'].*")))
                    .as(name)
                    .allMatch(line -> line.matches("\\.(TH|SH|TP|nf|fi)( .*)?")));
  }

  @Test
  void theCompletionKnowsCommandsAndOptions() {
    String script = manual.completion();

    assertThat(script).contains("complete -F _complete_ext4map", "mkfs", "--json", "--force");
    assertThat(script).doesNotContainPattern("(?<!-)warm-up"); // bench has an option of this name
  }
}
