package org.ext4map.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.ext4map.check.CheckOptions.View;
import org.ext4map.images.Judge;
import org.ext4map.testkit.InMemory;
import org.ext4map.testkit.Programs;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Damage done with debugfs of which e2fsck and this judge tell the same errors, no more and no
 * less: one cause has several consequences, and some that one would expect e2fsck does not tell.
 *
 * <p>The image holds /file (of 12 blocks), /dir with a name, /wide, hashed, /short and /long, links
 * of 5 and 90 bytes.
 */
class SameErrorsTest {
  private static final int NAMES_IN_WIDE = 60;

  /** In the exit code of e2fsck: it did not come to the end. */
  private static final int GAVE_UP = 8;

  @TempDir(factory = InMemory.class)
  Path scratch;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          -            | sif /short blocks 2
          -            | sif /long block[3] 7
          -            | sif /long size 3
          -            | sif /long mode 0100644
          ^extent      | sif /long block[1] 7
          resize_inode | sif <7> mode 0120777
          resize_inode | sif <7> mode 0
          -            | sif <3> links_count 3
          -            | sif <9> links_count 1
          -            | sif /file flags 0x81000
          ^extent      | sif /file flags 0x1000
          ^dir_index   | sif /short flags 0x1000
          -            | sif /wide flags 0x80000
          -            | sif /wide links_count 1
          ^dir_nlink   | sif /wide links_count 1
          -            | sif /dir links_count 1
          -            | sif /dir flags 0x10000000
          inline_data  | sif /dir flags 0x10080000
          ^extent      | sif /file flags 0x80000
          ^extent      | sif /dir flags 0x80000
          ^has_journal,^extent | sif <8> flags 0x80000
          quota        | sif <4> block[5] 700
          has_journal  | ssv journal_inum 99999
          ^has_journal | ssv journal_inum 99999
          has_journal  | ssv journal_inum 12
          -            | sif /file block[4] 0x7fff
          -            | sif /file block[5] 40
          -            | sif /wide size 1024
          -            | sif <2> links_count 9
          -            | sif /dir generation 5
          -            | sif <11> mode 0100644
          quota        | sif /file uid 5
          quota        | sif <3> flags 0
          """)
  void bothTellTheSameErrors(String features, String damage) throws IOException {
    Programs.require(Judge.E2FSPROGS);
    Path image = image(features);
    Programs.succeed("debugfs", "-w", "-R", damage, image.toString());

    E2fsckLog.Run theirs = new E2fsckLog(scratch).judge(image);
    Judgement ours = Judgement.of(image, View.AS_IS);

    Set<String> errors = new TreeSet<>();
    ours.findings().stream()
        .map(Finding::problem)
        .filter(problem -> problem.severity() == Severity.ERROR && !problem.e2fsckCodes().isEmpty())
        .forEach(problem -> errors.add(problem.label()));
    if ((theirs.exitCode() & GAVE_UP) == 0) {
      assertThat(errors)
          .as("%s%n%s", theirs.output(), ours.lines())
          .isSubsetOf(theirs.problems().keySet());
    }
    assertThat(ours.labels())
        .as("%s%n%s", theirs.output(), ours.lines())
        .containsAll(theirs.problems().keySet());
    assertThat(ours.report().isClean()).isEqualTo(theirs.exitCode() == 0);
  }

  private Path image(String features) throws IOException {
    Path tree = Files.createDirectories(scratch.resolve("tree"));
    Path wide = Files.createDirectories(tree.resolve("wide"));
    Files.createDirectories(tree.resolve("dir"));
    Files.writeString(tree.resolve("dir/name"), "a name");
    for (int i = 0; i < NAMES_IN_WIDE; i++) {
      Files.writeString(wide.resolve("a-name-that-takes-some-room-" + i), "");
    }
    Files.writeString(tree.resolve("file"), "not a hole".repeat(1200));
    Files.createSymbolicLink(tree.resolve("short"), Path.of("apath"));
    Files.createSymbolicLink(tree.resolve("long"), Path.of("p".repeat(90)));
    Path image = scratch.resolve("image");
    List<String> mke2fs =
        new ArrayList<>(List.of("mke2fs", "-q", "-F", "-t", "ext4", "-b", "1024", "-N", "256"));
    if (!features.equals("-")) {
      mke2fs.addAll(List.of("-O", features.replace("^extent", "^extent,^64bit")));
    }
    mke2fs.addAll(List.of("-d", tree.toString(), image.toString(), "8M"));
    Programs.succeed(mke2fs.toArray(new String[0]));
    Programs.run("e2fsck", "-fyD", image.toString());
    return image;
  }
}
