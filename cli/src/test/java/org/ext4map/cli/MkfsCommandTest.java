package org.ext4map.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.ext4map.cli.Ran.ext4map;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.ext4map.images.GoldenImages;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MkfsCommandTest {
  private static final String UUID = "01234567-89ab-cdef-0123-456789abcdef";

  @TempDir Path scratch;

  private Path image() {
    return scratch.resolve("new.img");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "-b 2k",
        "-b 4096 -N 5000 -L label -J size=4",
        "-O ^has_journal",
        "-O none,extents",
        "-O ^metadata_csum,uninit_bg -O ^resize_inode,orphan_file",
      })
  void itsImagesAreClean(String options) {
    Ran made = ext4map((Object[]) ("mkfs " + options + " " + image() + " 16m").split(" +"));

    assertThat(made.exitCode()).as(made.err()).isZero();
    assertThat(image()).hasSize(16 << 20);
    Ran check = ext4map("check", image());
    assertThat(check.exitCode()).as(check.out()).isZero();
  }

  @Test
  void itTellsWhatItMade() {
    Ran made = ext4map("mkfs", "-L", "shop", "-U", UUID, "-O", "^64bit", image(), "0x1000000");

    assertThat(made.outLines().get(0)).endsWith("new.img");
    assertThat(made.out())
        .contains("16.0 MiB in 16384 blocks of 1024", "shop", UUID, "metadata_csum")
        .doesNotContain("64bit");
    assertThat(made.outLines()).allMatch(line -> line.length() <= 80);
  }

  @Test
  void theSameWordsUuidAndClockMakeTheSameBytes() throws IOException {
    Map<String, String> clock = Map.of("SOURCE_DATE_EPOCH", "1700000000");
    byte[] first = bytesOf(clock, UUID);

    assertThat(bytesOf(clock, UUID)).isEqualTo(first);
    assertThat(bytesOf(Map.of("SOURCE_DATE_EPOCH", "1700000001"), UUID)).isNotEqualTo(first);
    assertThat(bytesOf(clock, "random")).isNotEqualTo(first);
  }

  private byte[] bytesOf(Map<String, String> environment, String uuid) throws IOException {
    Ran made = ext4map(environment, "", "mkfs", "--force", "-U", uuid, image(), "8m");
    assertThat(made.exitCode()).as(made.err()).isZero();
    return Files.readAllBytes(image());
  }

  @Test
  void nothingIsLeftOfWhatWasThere() throws IOException {
    byte[] junk = new byte[12 << 20];
    Arrays.fill(junk, (byte) 'x');
    Files.write(image(), junk);

    assertThat(ext4map("mkfs", image(), "8m").exitCode()).isZero();

    assertThat(image()).hasSize(8 << 20);
    assertThat(new String(Files.readAllBytes(image()), StandardCharsets.ISO_8859_1))
        .doesNotContain("xxxxxxxx");
  }

  @Test
  void aFileSystemIsOnlyReplacedByForce() throws IOException {
    Path golden = GoldenImages.byName("k4-shapes").unpack(scratch);
    byte[] before = Files.readAllBytes(golden);

    Ran refused = ext4map("mkfs", golden, "8m");

    assertThat(refused.exitCode()).isEqualTo(8);
    assertThat(refused.errLines())
        .singleElement()
        .asString()
        .contains("holds an ext2, ext3 or ext4 file system, allowed with --force");
    assertThat(Files.readAllBytes(golden)).isEqualTo(before);
    assertThat(ext4map("mkfs", "--force", golden, "8m").exitCode()).isZero();
  }

  @Test
  void otherFileSystemsAreKnownToo() throws IOException {
    for (Signature one : Signature.values()) {
      byte[] bytes = one.example();
      Files.write(image(), bytes);

      Ran refused = ext4map("mkfs", image(), "8m");

      assertThat(refused.exitCode()).as(one.name()).isEqualTo(8);
      assertThat(refused.err()).contains(one.title());
      assertThat(Files.readAllBytes(image())).isEqualTo(bytes);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "16 | -1                    | '-1', allowed bytes",
        "8  | 0                     | too small",
        "16 | 9999999999t           | allowed bytes below 2^63",
        "16 | 64q                   | '64q', allowed bytes",
        "8  | 10k                   | take up to",
        "8  | 1                     | too small",
        "8  | -J size=100 64m       | free are",
        "16 | -J size=0 64m         | journal blocks=0, allowed 1024",
        "16 | -J 4 64m              | -J 4, allowed size=MB",
        "16 | -J size=4 -O ^has_journal 64m | allowed only with the feature has_journal",
        "16 | -b 3000 64m           | block size=3000, allowed a power of two",
        "16 | -b 1t 64m             | allowed a power of two",
        "16 | -N 0 64m              | inodes=0, allowed 1",
        "16 | -N 99999999999 64m    | inodes=99999999999",
        "16 | -L 12345678901234567 64m | bytes of label=17, allowed 0 … 16",
        "16 | -U 1-2-3-4-5 64m      | -U 1-2-3-4-5, allowed as 01234567-89ab",
        "16 | -O nothing 64m        | -O nothing, allowed none",
        "16 | -O ^has_journal,orphan_file 64m | orphan_file needs has_journal",
        "8  | -O quota 64m          | feature quota",
      })
  void whatCannotBeMadeIsRefusedAndNothingIsThere(int exitCode, String words, String why) {
    String[] options = words.split(" +");
    String size = options[options.length - 1];
    options[options.length - 1] = image().toString();
    Ran refused =
        ext4map((Object[]) ("mkfs " + String.join(" ", options) + " -- " + size).split(" "));

    assertThat(refused.exitCode()).as(refused.err()).isEqualTo(exitCode);
    assertThat(refused.errLines()).singleElement().asString().contains(why);
    assertThat(image()).doesNotExist();
  }

  @Test
  void onlyRegularFilesAreTaken() throws IOException {
    Files.createSymbolicLink(scratch.resolve("dangling"), scratch.resolve("nowhere"));
    assertThat(ext4map("mkfs", "-f", scratch, "8m").err()).contains("type=directory");
    assertThat(ext4map("mkfs", "-f", "/dev/null", "8m").err()).contains("special file");
    assertThat(ext4map("mkfs", scratch.resolve("dangling"), "8m").err())
        .contains("dangling symbolic link");
    assertThat(ext4map("mkfs", scratch.resolve("no/where"), "8m").exitCode()).isEqualTo(8);
  }

  @Test
  void aClockThatIsNoneIsRefused() {
    for (String epoch : new String[] {"yesterday", "-1", "99999999999", "123456789012"}) {
      Ran refused = ext4map(Map.of("SOURCE_DATE_EPOCH", epoch), "", "mkfs", image(), "8m");

      assertThat(refused.exitCode()).isEqualTo(16);
      assertThat(refused.errLines())
          .singleElement()
          .asString()
          .contains("SOURCE_DATE_EPOCH='" + epoch + "', allowed seconds since 1970");
    }
    assertThat(image()).doesNotExist();
  }
}
