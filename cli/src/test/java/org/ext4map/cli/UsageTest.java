package org.ext4map.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.ext4map.cli.Ran.ext4map;

import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UsageTest {
  @Test
  void helpGoesToStdoutAndFitsEightyColumns() {
    Ran help = ext4map("--help");

    assertThat(help.exitCode()).isZero();
    assertThat(help.err()).isEmpty();
    assertThat(help.out()).contains("Exit codes: 0 done").doesNotContain("warm-up");
    assertThat(help.outLines()).allMatch(line -> line.length() <= 80);
  }

  @Test
  void versionIsOneLine() {
    assertThat(ext4map("--version").outLines()).singleElement().asString().startsWith("ext4map ");
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '"',
      value = {
        "\"\", Missing command",
        "--no-such-option, --no-such-option",
        "no-such-command, no command 'no-such-command'",
        "extnts, \"no command 'extnts', similar: extents\"",
        "--color=pink, \"'--color': 'pink', allowed auto, always, never\"",
      })
  void aWrongCommandLineExits16WithOneLine(String word, String explanation) {
    Ran ran = word.isEmpty() ? ext4map() : ext4map(word);

    assertThat(ran.exitCode()).isEqualTo(16);
    assertThat(ran.out()).isEmpty();
    assertThat(ran.errLines()).singleElement().asString().contains(explanation).contains("--help");
  }

  @Test
  void aCommandParsedAloneIsTheSameAsAmongAll() {
    Set<String> names =
        Main.commandLine(new Ext4MapCommand(Console.ofProcess())).getSubcommands().keySet();

    assertThat(names).hasSizeGreaterThan(20);
    for (String name : names) {
      Ran alone = ext4map(name, "--help");
      assertThat(alone.exitCode()).as(alone.err()).isZero();
      assertThat(alone.out()).contains("ext4map " + name);
      assertThat(alone.out()).isEqualTo(ext4map("help", name).out());
      assertThat(ext4map("--color=never", name, "--help").out()).isEqualTo(alone.out());
    }
  }

  @Test
  void colorsAreOnlyThereWhenAskedOrOnATerminal() {
    assertThat(ext4map("--color=always", "--help").out()).contains("\u001b[");
    assertThat(ext4map("--color=never", "--help").out()).doesNotContain("\u001b[");
    assertThat(ext4map("--help").out()).doesNotContain("\u001b[");
  }
}
