package org.ext4map.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import org.ext4map.check.CheckOptions.View;
import org.ext4map.images.AgedShape;
import org.ext4map.images.GoldenImage;
import org.ext4map.images.GoldenImages;
import org.ext4map.images.Judge;
import org.ext4map.testkit.Programs;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * One field of the metadata of a clean image is changed: whenever {@code e2fsck -fn} objects, so do
 * we, and else only for a reason that stands in {@link Reason}.
 */
class MutationAgreementTest {
  private static final String IMAGES_PROPERTY = "ext4map.images";
  private static final String SEED_PROPERTY = "ext4map.seed";
  private static final long SEED = Long.getLong(SEED_PROPERTY, 20261123L);
  private static final int FEW_PER_IMAGE = 5;
  private static final int MANY_PER_IMAGE = Integer.getInteger("ext4map.mutations", 400);
  private static final int EVERY_WORD = 0;

  /** How many mutations are shown of each class that e2fsck alone names. */
  private static final int EXAMPLES = Integer.getInteger("ext4map.examples", 0);

  private static final long LARGEST = 256L << 20;
  private static final Path MEMORY = Path.of("/dev/shm");

  @TempDir Path scratch;

  @Test
  void fewMutationsAreJudgedAsE2fsckDoes() throws IOException {
    List<AgedShape> every = AgedShape.all();
    List<AgedShape> some = new ArrayList<>();
    for (int i = 0; i < every.size(); i += FEW_PER_IMAGE) {
      some.add(every.get(i));
    }
    assertThat(agreement(FEW_PER_IMAGE, some)).isGreaterThanOrEqualTo(0.99);
  }

  @Tag("slow")
  @Test
  void manyMutationsAreJudgedAsE2fsckDoes() throws IOException {
    assertThat(agreement(MANY_PER_IMAGE, AgedShape.all())).isGreaterThanOrEqualTo(0.995);
  }

  /** Images made by somebody else: {@code -Dext4map.images=DIRECTORY}. */
  @Tag("slow")
  @Test
  @EnabledIfSystemProperty(named = IMAGES_PROPERTY, matches = ".+")
  void mutationsOfGivenImagesAreJudgedAsE2fsckDoes() throws IOException {
    Programs.require(Judge.E2FSPROGS);
    Tally tally = new Tally();
    SplittableRandom random = new SplittableRandom(SEED);
    E2fsckLog e2fsck = new E2fsckLog(scratch);
    String only = System.getProperty("ext4map.only", "");
    try (DirectoryStream<Path> images =
        Files.newDirectoryStream(Path.of(System.getProperty(IMAGES_PROPERTY)), "*.img")) {
      for (Path original : images) {
        String name = String.valueOf(original.getFileName());
        if (name.contains(only)) {
          Path path = scratch.resolve(name);
          Programs.succeed("cp", "--sparse=always", original.toString(), path.toString());
          mutate(name, path, MANY_PER_IMAGE, random.split(), e2fsck, tally);
          Files.delete(path);
        }
      }
    }
    tally.print();
    assertThat(tally.rate()).isGreaterThanOrEqualTo(0.995);
  }

  @Tag("slow")
  @Test
  void everyWordIsJudgedAsE2fsckDoes() throws IOException {
    assertThat(agreement(EVERY_WORD, AgedShape.all())).isGreaterThanOrEqualTo(0.995);
  }

  /** The sum over all images. */
  private static final class Tally {
    private final Map<String, int[]> classes = new TreeMap<>();
    private final List<String> disagreements = new ArrayList<>();
    private final Map<Reason, Integer> excused = new TreeMap<>();
    private int mutations;
    private int unjudged;

    void disagree(String what) {
      disagreements.add(what);
      System.out.println(what);
    }

    double rate() {
      return 1 - (double) disagreements.size() / mutations;
    }

    void print() {
      System.out.printf(
          "mutations -D%s=%d: agreement %.4f of %d; stricter for a reason: %s; e2fsck hung or"
              + " crashed: %d%n",
          SEED_PROPERTY, SEED, rate(), mutations, excused, unjudged);
      int[] sum = new int[3];
      classes.values().forEach(each -> addUp(sum, each));
      System.out.printf(
          "mutations: problem classes named by both %d, by e2fsck alone %d, by us alone %d%n",
          sum[0], sum[1], sum[2]);
      classes.forEach(
          (name, each) -> {
            if (each[1] > 0) {
              System.out.printf("  %s: both %d, e2fsck alone %d%n", name, each[0], each[1]);
            }
          });
    }

    private static void addUp(int[] sum, int[] each) {
      for (int i = 0; i < sum.length; i++) {
        sum[i] += each[i];
      }
    }

    void compareClasses(E2fsckLog.Run theirs, Judgement ours, Object mutation) {
      TreeSet<String> names = new TreeSet<>(theirs.problems().keySet());
      names.addAll(ours.labels());
      for (String name : names) {
        boolean told = ours.labels().contains(name);
        int kind = !theirs.problems().containsKey(name) ? 2 : told ? 0 : 1;
        int[] counts = classes.computeIfAbsent(name, key -> new int[3]);
        counts[kind]++;
        if (kind == 1 && counts[1] <= EXAMPLES) {
          System.out.printf("CLASS %s %s%n  ours %s%n", name, mutation, ours.lines());
          System.out.printf("  theirs %s%n%s%n", theirs.problems(), theirs.output());
        }
      }
    }
  }

  private double agreement(int perImage, List<AgedShape> shapes) throws IOException {
    Programs.require(Judge.E2FSPROGS);
    Programs.require(Judge.KERNEL);
    Tally tally = new Tally();
    SplittableRandom random = new SplittableRandom(SEED);
    E2fsckLog e2fsck = new E2fsckLog(scratch);
    Path directory =
        Files.isWritable(MEMORY) ? Files.createTempDirectory(MEMORY, "mutations") : scratch;
    String only = System.getProperty("ext4map.only", "");
    for (AgedShape shape : shapes) {
      if (shape.name().contains(only)) {
        Path path = directory.resolve(shape.name());
        shape.make(path);
        mutate(shape.name(), path, perImage, random.split(), e2fsck, tally);
        Files.delete(path);
      }
    }
    for (GoldenImage golden : GoldenImages.list()) {
      boolean clean = golden.manifest().e2fsckExit() == 0 && !golden.manifest().needsRecovery();
      if (clean && golden.manifest().imageBytes() <= LARGEST && golden.name().contains(only)) {
        Path path = golden.unpack(directory);
        mutate(golden.name(), path, perImage, random.split(), e2fsck, tally);
        Files.delete(path);
      }
    }
    if (!directory.equals(scratch)) {
      Files.delete(directory);
    }
    tally.print();
    return tally.rate();
  }

  private static void mutate(
      String name, Path path, int count, SplittableRandom random, E2fsckLog e2fsck, Tally tally)
      throws IOException {
    try (MutableImage image = new MutableImage(path)) {
      List<MutableImage.Place> sweep = count > 0 ? List.of() : image.places(random);
      for (int i = 0; i < Math.max(count, sweep.size()); i++) {
        MutableImage.Mutation mutation =
            count > 0 ? image.mutate(random) : image.mutate(sweep.get(i), random);
        E2fsckLog.Run theirs = e2fsck.judge(path);
        Judgement ours = Judgement.of(path, View.AS_IS);
        if (!theirs.hasEnded()) {
          tally.unjudged++;
          mutation.undo();
          continue;
        }
        tally.mutations++;
        tally.compareClasses(theirs, ours, name + " " + mutation);
        if (!agree(theirs, ours)) {
          Optional<Reason> reason = Reason.of(theirs, ours);
          if (reason.isEmpty()) {
            tally.disagree(
                "DISAGREE %s %s\n  ours %d %s\n  theirs %d %s\n%s"
                    .formatted(
                        name,
                        mutation,
                        ours.report().exitCode(),
                        ours.lines(),
                        theirs.exitCode(),
                        theirs.problems(),
                        theirs.output()));
          } else {
            tally.excused.merge(reason.get(), 1, Integer::sum);
          }
        }
        mutation.undo();
      }
    }
    assertThat(Judgement.of(path, View.AS_IS).errors()).as("%s with all undone", name).isEmpty();
  }

  /**
   * Corrupt is corrupt and clean is clean; what e2fsck refuses we may call corrupt. Of what it
   * refuses without naming a problem, such as unknown features, it still says "corrupt" in its exit
   * code.
   */
  private static boolean agree(E2fsckLog.Run theirs, Judgement judgement) {
    int ours = judgement.report().exitCode();
    if (theirs.exitCode() == 0) {
      return ours == 0;
    }
    boolean refused =
        (theirs.exitCode() & 4) == 0
            || theirs.problems().isEmpty()
            || judgement.labels().contains(Problem.SB_UNSUPPORTED_FEATURE.label());
    return ours == 4 || (refused && ours == 8);
  }

  /** Why we may object where e2fsck does not. */
  private enum Reason {
    /**
     * e2fsck tells it, too, but forgets it: it marks the file system valid again after the
     * superblock stage, so that what it found there does not reach its exit code.
     */
    FORGOTTEN_BY_E2FSCK,

    /** e2fsck does not compare the depth that a node tells with its place; the kernel does. */
    DEPTH_OF_NODE,

    /** Two journals are named: e2fsck takes the first, the kernel refuses to mount. */
    TWO_JOURNALS,

    /** The log says that it has no ring: e2fsck -n does not look, the kernel refuses to mount. */
    RING_OF_LOG,

    /** The journal has a hole or unwritten blocks: e2fsck -n does not look, the kernel refuses. */
    HOLE_IN_JOURNAL,

    /** e2fsck counts the blocks of a directory in 32 bits; the kernel would look at all of them. */
    SIZE_OF_DIRECTORY,

    /** e2fsck 1.47.0 lets it pass, later versions and the kernel do not. */
    LATER_E2FSCK,

    /** e2fsck takes a quota file without its magic number for none at all; the kernel refuses. */
    QUOTA_HEADER;

    private static final Map<String, Reason> BY_LABEL =
        Map.of(
            Problem.JOURNAL_INODE_INVALID.label(), HOLE_IN_JOURNAL,
            Problem.EXTENT_DEPTH_MISMATCH.label(), DEPTH_OF_NODE,
            Problem.JOURNAL_AMBIGUOUS.label(), TWO_JOURNALS,
            Problem.JOURNAL_SUPERBLOCK_CORRUPT.label(), RING_OF_LOG,
            Problem.INODE_SIZE_WRONG.label(), SIZE_OF_DIRECTORY,
            Problem.XATTR_EA_INODE_NOT_REGULAR.label(), LATER_E2FSCK,
            Problem.XATTR_EA_INODE_IN_DIRECTORY.label(), LATER_E2FSCK,
            Problem.XATTR_EA_INODE_SPURIOUS_FLAG.label(), LATER_E2FSCK,
            Problem.QUOTA_FILE_CORRUPT.label(), QUOTA_HEADER);

    static Optional<Reason> of(E2fsckLog.Run theirs, Judgement ours) {
      if (theirs.exitCode() != 0) {
        return Optional.empty();
      }
      Reason reason = FORGOTTEN_BY_E2FSCK;
      for (Finding finding : ours.findings()) {
        String label = finding.problem().label();
        if (finding.problem().severity() == Severity.ERROR
            && !theirs.problems().containsKey(label)) {
          reason = BY_LABEL.get(label);
          boolean isDirectory = finding.detail().matches("i_size=\\d{13,}, maps .*");
          if (reason == null || (reason == SIZE_OF_DIRECTORY && !isDirectory)) {
            return Optional.empty();
          }
        }
      }
      return Optional.of(reason);
    }
  }
}
