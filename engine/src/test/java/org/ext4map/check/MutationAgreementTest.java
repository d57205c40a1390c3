package org.ext4map.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.ext4map.check.CheckOptions.View;
import org.ext4map.images.Judge;
import org.ext4map.testkit.Programs;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * One byte of metadata of a clean image is changed: whenever {@code e2fsck -fn} objects, so do we,
 * and else only for a reason that stands here.
 */
class MutationAgreementTest {
  private static final long SEED = Long.getLong("ext4map.seed", 20261123L);
  private static final int FEW = 120;
  private static final int MANY = 20_000;

  /**
   * e2fsck tells these, too, but forgets them: it marks the file system valid again after the
   * superblock stage.
   */
  private static final Set<Pass> FORGOTTEN_BY_E2FSCK =
      EnumSet.of(Pass.SUPERBLOCK, Pass.GROUPS, Pass.JOURNAL);

  @TempDir Path scratch;

  @Test
  void fewMutationsAreJudgedAsE2fsckDoes() throws IOException {
    assertThat(agreement(FEW)).isGreaterThanOrEqualTo(0.97);
  }

  @Tag("slow")
  @Test
  void manyMutationsAreJudgedAsE2fsckDoes() throws IOException {
    assertThat(agreement(MANY)).isGreaterThanOrEqualTo(0.995);
  }

  private double agreement(int count) throws IOException {
    Programs.require(Judge.E2FSPROGS);
    Path path = agedImage();
    SplittableRandom random = new SplittableRandom(SEED);
    List<String> disagreements = new ArrayList<>();
    int forgotten = 0;
    try (MutableImage image = new MutableImage(path)) {
      for (int i = 0; i < count; i++) {
        MutableImage.Mutation mutation = image.mutate(random);
        Programs.Verdict theirs = Programs.run("e2fsck", "-fn", path.toString());
        Judgement ours = Judgement.of(path, View.AS_IS);
        boolean weObject = !ours.report().isClean();
        boolean theyObject = theirs.exitCode() != 0;
        if (weObject && !theyObject && isForgotten(ours)) {
          forgotten++;
        } else if (weObject != theyObject) {
          disagreements.add(mutation + "\n  ours " + ours.lines() + "\n  " + theirs.output());
        }
        mutation.undo();
      }
    }
    assertThat(Judgement.of(path, View.AS_IS).errors()).as("all undone").isEmpty();
    double rate = 1 - (double) disagreements.size() / count;
    System.out.printf(
        "mutations -Dext4map.seed=%d: agreement %.4f of %d, %d told by e2fsck but not counted%n",
        SEED, rate, count, forgotten);
    disagreements.forEach(System.out::println);
    return rate;
  }

  private static boolean isForgotten(Judgement ours) {
    return ours.findings().stream()
        .filter(finding -> finding.problem().severity() == Severity.ERROR)
        .allMatch(finding -> FORGOTTEN_BY_E2FSCK.contains(finding.problem().pass()));
  }

  private Path agedImage() throws IOException {
    Path tree = Files.createDirectories(scratch.resolve("tree/a/b"));
    for (int i = 0; i < 300; i++) {
      Files.write(tree.resolve("a-name-of-some-length-" + i), new byte[i * 37]);
    }
    Files.write(scratch.resolve("tree/large"), new byte[300_000]);
    Files.createSymbolicLink(tree.resolve("short"), Path.of("target"));
    Files.createSymbolicLink(tree.resolve("long"), Path.of("t".repeat(100)));
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
        "1024",
        "-E",
        "hash_seed=" + UUID,
        "-U",
        UUID,
        "-d",
        scratch.resolve("tree").toString(),
        image.toString(),
        "8M");
    Programs.run("e2fsck", "-fyD", image.toString());
    Programs.assertClean(image);
    return image;
  }

  private static final String UUID = "11111111-2222-3333-4444-555555555555";
}
