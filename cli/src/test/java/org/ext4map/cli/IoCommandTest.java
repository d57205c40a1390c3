package org.ext4map.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.ext4map.cli.Ran.ext4map;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code io} speaks xfs_io's words; afterwards the image is clean, whatever was asked of it. */
class IoCommandTest {
  @TempDir static Path scratch;
  private static Path empty;
  private Path image;

  @BeforeAll
  static void make() {
    empty = scratch.resolve("empty.img");
    assertThat(ext4map("mkfs", "-b", "4k", empty, "8m").exitCode()).isZero();
  }

  @BeforeEach
  void anEmptyImage() throws IOException {
    image = Files.copy(empty, scratch.resolve("fs.img"), StandardCopyOption.REPLACE_EXISTING);
  }

  @AfterEach
  void isCleanAfterwards() {
    Ran check = ext4map("check", image);
    assertThat(check.exitCode()).as(check.out()).isZero();
    assertThat(check.out()).contains(" 0 findings");
  }

  private Ran io(String... commands) {
    List<Object> words = new ArrayList<>(List.of("io", "-f", image, "/f"));
    Arrays.stream(commands).forEach(command -> words.addAll(List.of("-c", command)));
    return ext4map(words.toArray());
  }

  private Ran script(String... lines) {
    return ext4map(Map.of(), String.join("\n", lines) + "\n", "io", "-f", image, "/f", "-c", "-");
  }

  private List<String> map() {
    return ext4map("extents", image, "/f").outLines().stream()
        .filter(line -> line.matches(" +[0-9]* +[0-9]+-[0-9]+ .*"))
        .map(line -> line.replaceAll("^.{6}  ([0-9]+-[0-9]+) .* (\\w)\\w*$", "$1:$2"))
        .toList();
  }

  @Test
  void writingIntoUnwrittenSpaceSplitsItInThree() {
    Ran ran = io("falloc 0 32k", "pwrite -S 0x61 8k 4k");

    assertThat(ran.exitCode()).as(ran.err()).isZero();
    assertThat(ran.outLines().get(0)).isEqualTo("wrote 4096/4096 bytes at offset 8192");
    assertThat(ran.outLines().get(1))
        .matches("4 KiB, 1 ops; [0-9.]+ sec \\([0-9.]+ [KMG]iB/sec and [0-9.]+ ops/sec\\)");
    assertThat(map()).containsExactly("0-1:u", "2-2:w", "3-7:u");
  }

  @Test
  void eachWordDoesWhatItDoesInXfsIo() {
    assertThat(io("pwrite -q 0 64k", "fpunch 4k 4k", "fzero 16k 8k", "fsync").exitCode()).isZero();
    assertThat(map()).containsExactly("0-0:w", "1-1:h", "2-3:w", "4-5:u", "6-15:w");
    assertThat(io("fcollapse 0 8k", "finsert 8k 4k", "fdatasync").exitCode()).isZero();
    assertThat(map()).containsExactly("0-1:w", "2-2:h", "3-4:u", "5-14:w");
    assertThat(io("truncate 10k", "falloc -k 1m 8k", "stat").out())
        .contains("stat.size = 10240\n", "stat.blocks = 32\n");
    assertThat(io("fzero -k 2m 4k", "falloc 0 0x5000", "stat").out())
        .contains("stat.size = 20480\n");
  }

  @Test
  void readingShowsHolesAndUnwrittenSpaceAsZeros() {
    Ran ran =
        io("pwrite -q -S 65 0 20", "falloc 4k 4k", "pread -v 12 12", "pread 0 1m", "pread 9m 1");

    assertThat(ran.outLines())
        .contains(
            "0000000c:  41 41 41 41 41 41 41 41 00 00 00 00  AAAAAAAA....",
            "read 12/12 bytes at offset 12",
            "read 8192/1048576 bytes at offset 0",
            "read 0/1 bytes at offset 9437184");
  }

  @Test
  void aDumpHasSixteenBytesInALine() {
    assertThat(io("pwrite -q -S 0x7a 0 4k", "pread -q -v -b 5 4080 33").outLines())
        .containsExactly("00000ff0:  " + "7a ".repeat(16) + " " + "z".repeat(16));
  }

  @Test
  void mapsAndSeeksAreThoseOfXfsIo() {
    assertThat(io("falloc 4k 8k", "pwrite -q 8k 4k", "truncate 16k", "seek -a 0").exitCode())
        .isZero();

    List<String> verbose = io("fiemap -v").outLines();
    assertThat(verbose.get(0)).isEqualTo("/f:");
    assertThat(verbose.get(1)).isEqualTo(" EXT: FILE-OFFSET      BLOCK-RANGE      TOTAL FLAGS");
    assertThat(verbose.get(2)).matches(" {3}0: \\[0\\.\\.7]: +hole +8");
    assertThat(verbose.get(3)).matches(" {3}1: \\[8\\.\\.15]: +\\d+\\.\\.\\d+ +8 0x800");
    assertThat(verbose.get(4)).matches(" {3}2: \\[16\\.\\.23]: +\\d+\\.\\.\\d+ +8 +0x1");
    assertThat(verbose.get(5)).matches(" {3}3: \\[24\\.\\.31]: +hole +8");
    assertThat(verbose).hasSize(6);
    assertThat(io("fiemap").out())
        .matches("(?s).*\t0: \\[0..7]: hole\n\t1: \\[8..15]: \\d+..\\d+\n.*");
    assertThat(io("seek -d 0", "seek -h 8k", "seek -d 12k", "seek -a 9m").outLines())
        .containsExactly(
            "Whence\tResult",
            "DATA\t8192",
            "Whence\tResult",
            "HOLE\t12288",
            "Whence\tResult",
            "DATA\tEOF",
            "Whence\tResult",
            "DATA\tEOF",
            "HOLE\tEOF");
  }

  @Test
  void scriptsComeFromStandardInputAndMayNameOtherFiles() {
    Ran ran =
        script(
            "# a comment, then an empty line",
            "",
            "pwrite -q 0 4k",
            "/other file: pwrite -q -W 0 8k",
            "  /other file: stat",
            "stat");

    assertThat(ran.exitCode()).as(ran.err()).isZero();
    assertThat(ran.out())
        .containsSubsequence("\"/other file\"", "stat.size = 8192", "\"/f\"", "stat.size = 4096");
  }

  @Test
  void manyFilesAreNotHeldOpenAllAtOnce() {
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < 150; i++) {
      lines.append("/f").append(i % 100).append(": pwrite -q ").append(i).append(" 1\n");
    }

    Ran ran = script(lines.toString());

    assertThat(ran.exitCode()).as(ran.err()).isZero();
    assertThat(ext4map("stat", image, "/f49").out()).contains("150 bytes");
  }

  @Test
  void theFirstFailureEndsItAndIsNamed() {
    Ran ran = io("pwrite -q 0 8k", "fcollapse 0 100", "truncate 0");

    assertThat(ran.exitCode()).isEqualTo(8);
    assertThat(ran.errLines())
        .singleElement()
        .asString()
        .contains("-c 'fcollapse 0 100': ", "allowed whole blocks of 4096");
    assertThat(ext4map("stat", image, "/f").out()).contains("8192 bytes");
  }

  @Test
  void aScriptNamesTheLine() {
    Ran missing = script("pwrite -q 0 4k", "", "/no/such: stat", "truncate 0");
    assertThat(missing.exitCode()).isEqualTo(1);
    assertThat(missing.errLines())
        .singleElement()
        .asString()
        .contains("line 3 '/no/such: stat': ", "no such file");

    Ran wrong = script("pwrite -q 0 8k", "pwrong 0 4k", "truncate 0");
    assertThat(wrong.exitCode()).isEqualTo(16);
    assertThat(wrong.errLines()).singleElement().asString().contains("line 2 'pwrong 0 4k'");
    assertThat(ext4map("stat", image, "/f").out()).contains("8192 bytes");
  }

  @Test
  void aFullImageTellsHowFarItCame() {
    Ran full = io("pwrite 0 16m");

    assertThat(full.exitCode()).isEqualTo(8);
    assertThat(full.outLines().get(0)).matches("wrote [0-9]{7}/16777216 bytes at offset 0");
    assertThat(full.errLines()).singleElement().asString().contains("no block left");
    assertThat(io("falloc 0 16m").exitCode()).isEqualTo(8);
    assertThat(io("truncate 0", "falloc 0 1m").exitCode()).isZero();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "``                     | no command, allowed abort falloc",
        "open /x                | 'open', allowed abort falloc",
        "pwrite 0               | pwrite with 1 operand, allowed OFF LEN",
        "pwrite 0 1 2           | pwrite with 3 operands, allowed OFF LEN",
        "fsync now              | fsync with 1 operand, allowed none",
        "pwrite -S 256 0 1      | pwrite -S 256, allowed 0 … 255",
        "pwrite 0 1 -S          | pwrite -S: '', allowed bytes",
        "pwrite -b 0 0 1        | pwrite -b 0, allowed 1 …",
        "pwrite -b 1g 0 1       | allowed 1 … 67108864",
        "pwrite -d 0 1          | pwrite -d, allowed -S N -b N -w -W -q",
        "fpunch -k 0 1          | fpunch -k, allowed no option",
        "pwrite -1 1            | pwrite -1, allowed -S",
        "truncate 4x            | truncate operand 1: '4x', allowed bytes",
        "truncate 0x1ffffffffffffffff | allowed bytes below 2^63",
        "falloc 7fffffffffffffff 1    | allowed bytes below 2^63",
        "falloc 0x7fffffffffffffff 1  | allowed an end below 2^63",
        "pread 0x7fffffffffffffff 9t  | allowed an end below 2^63",
        "seek 0                 | seek without -d, -h or -a",
        "/x: nothing            | 'nothing', allowed abort",
        "<x>: stat              | '<x>', allowed an absolute path",
      })
  void whatMeansNothingIsRefusedBeforeAnythingIsDone(String command, String why) {
    Ran ran = io("pwrite -q 0 4k", command);

    assertThat(ran.exitCode()).as(ran.err()).isEqualTo(16);
    assertThat(ran.errLines()).singleElement().asString().contains("-c '" + command + "': ", why);
    assertThat(ext4map("stat", image, "/f").exitCode()).isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "falloc 0 0                  | fallocate of 0 bytes at 0",
        "falloc 0x7ffffffffffff000 1 | too large",
        "pwrite 0x7ffffffffffff000 1 | too large",
        "truncate 20t                | too large",
        "fcollapse 0 4k              | allowed before the end",
        "finsert 4k 4k               | allowed before the end",
        "finsert 0 20t               | too large",
      })
  void whatCannotBeDoneIsRefused(String command, String why) {
    Ran ran = io("pwrite -q 0 4k", command);

    assertThat(ran.exitCode()).as(ran.err()).isEqualTo(8);
    assertThat(ran.errLines()).singleElement().asString().contains("-c '" + command + "': ", why);
    assertThat(ran.err()).doesNotContain("internal error");
  }

  @Test
  void onlyRegularFilesAreOpened() {
    assertThat(ext4map("io", image, "/", "-c", "stat").errLines())
        .containsExactly("ext4map: /: type=directory, allowed file [inode 2]");
    assertThat(ext4map("io", image, "/none", "-c", "stat").exitCode()).isEqualTo(1);
    assertThat(ext4map("io", image, "<8>", "-c", "pwrite 0 1").err())
        .contains("belongs to the file system itself");
    assertThat(ext4map("io", image, "/f").exitCode()).isEqualTo(16);
    assertThat(ext4map("io", image, "/f", "-c", "stat", "-c", "-").exitCode()).isEqualTo(16);
    assertThat(ext4map("io", image, "/f", "nothing").exitCode()).isEqualTo(16);
  }

  @ParameterizedTest
  @ValueSource(strings = {"-d", "-d --polled"})
  void directIoWritesTheSameBytesWhereverTheyLie(String driver) throws IOException {
    String[] commands = {
      "falloc 0 64k",
      "pwrite -S 0x41 8k 4k",
      "pwrite -S 0x42 10000 5000",
      "fpunch 12k 4k",
      "pwrite -S 0x43 -b 3000 70000 9000",
      "fsync",
      "pread -v 8k 16k"
    };
    Ran plain = io(commands);
    byte[] expected = ext4map("cat", image, "/f").bytes();
    List<String> map = map();
    anEmptyImage();
    List<Object> words = new ArrayList<>(List.of("io", "-f"));
    words.addAll(List.of(driver.split(" ")));
    words.addAll(List.of(image, "/f"));
    Arrays.stream(commands).forEach(command -> words.addAll(List.of("-c", command)));
    Ran direct = ext4map(words.toArray());

    assertThat(direct.exitCode()).as(direct.err()).isZero();
    assertThat(ext4map("cat", image, "/f").bytes()).isEqualTo(expected);
    assertThat(map()).isEqualTo(map);
    assertThat(direct.outLines().stream().filter(line -> line.startsWith("0000")))
        .containsExactlyElementsOf(
            plain.outLines().stream().filter(line -> line.startsWith("0000")).toList());
  }
}
