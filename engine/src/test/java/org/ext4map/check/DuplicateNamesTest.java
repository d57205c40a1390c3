package org.ext4map.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.ext4map.check.CheckOptions.View;
import org.ext4map.images.Judge;
import org.ext4map.testkit.Programs;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A name in two blocks of one directory: e2fsck compares the names of one block only, so that it is
 * told as a warning, which leaves the verdict to the rest.
 */
class DuplicateNamesTest {
  private static final int NAMES = 120;

  /** Fixes which names of a hashed directory share a block. */
  private static final String HASH_SEED = "12345678-1234-1234-1234-123456789abc";

  private static final String DUPLICATE = Problem.DIR_NAME_IN_TWO_BLOCKS.label();

  @TempDir Path scratch;

  @ParameterizedTest
  @CsvSource({"^dir_index, 0", "dir_index, 4"})
  void aNameInTwoBlocksIsTold(String feature, int verdict) throws IOException {
    Programs.require(Judge.E2FSPROGS);
    Path image = image(feature);
    assertThat(Judgement.of(image, View.AS_IS).labels()).doesNotContain(DUPLICATE);

    rename(image, name(NAMES / 2), name(0));

    Judgement judgement = Judgement.of(image, View.AS_IS);
    assertThat(judgement.labels()).as("%s", judgement.lines()).contains(DUPLICATE);
    assertThat(judgement.report().exitCode()).as("%s", judgement.lines()).isEqualTo(verdict);
    E2fsckLog.Run theirs = new E2fsckLog(scratch).judge(image);
    if (theirs.hasEnded()) {
      assertThat(theirs.exitCode()).as(theirs.output()).isEqualTo(verdict);
    } else {
      System.out.println("e2fsck did not end: " + theirs); // seen once
    }
  }

  private static String name(int number) {
    return "a-name-of-a-length-that-needs-several-blocks-%04d".formatted(number);
  }

  private Path image(String feature) throws IOException {
    Path directory = Files.createDirectories(scratch.resolve("tree/directory"));
    for (int i = 0; i < NAMES; i++) {
      Files.createFile(directory.resolve(name(i)));
    }
    Path image = scratch.resolve("image");
    Programs.succeed(
        "mke2fs",
        "-q",
        "-F",
        "-t",
        "ext4",
        "-b",
        "1024",
        "-N",
        "256",
        "-E",
        "hash_seed=" + HASH_SEED,
        "-O",
        "^metadata_csum,^has_journal,^64bit," + feature,
        "-d",
        scratch.resolve("tree").toString(),
        image.toString(),
        "4M");
    if (feature.startsWith("dir")) {
      Programs.run("e2fsck", "-fyD", image.toString());
    }
    return image;
  }

  /** Changes a name where it stands in its directory. */
  private static void rename(Path image, String from, String to) throws IOException {
    String bytes = Files.readString(image, StandardCharsets.ISO_8859_1);
    assertThat(bytes).contains(from);
    Files.writeString(image, bytes.replace(from, to), StandardCharsets.ISO_8859_1);
  }
}
