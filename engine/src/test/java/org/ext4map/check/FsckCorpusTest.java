package org.ext4map.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.ext4map.check.CheckOptions.View;
import org.ext4map.device.MemoryBlockDevice;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The judge against the corpus: its verdicts are those of {@code e2fsck -fn}. */
class FsckCorpusTest {
  private static final double LEAST_CLASS_RECALL = 0.99;
  private static final double LEAST_CLASS_PRECISION = 0.9;
  private static final double LEAST_INODE_RECALL = 0.92;

  private static FsckCorpus corpus;

  @BeforeAll
  static void find() {
    Optional<FsckCorpus> found = FsckCorpus.find();
    assumeTrue(
        found.isPresent(),
        "no shared/fsck-corpus beside the checkout and no -D" + FsckCorpus.PROPERTY);
    corpus = found.get();
  }

  /** How many of how many. */
  private static final class Ratio {
    private int hits;
    private int all;

    void add(boolean hit) {
      hits += hit ? 1 : 0;
      all++;
    }

    double value() {
      return all == 0 ? 1 : (double) hits / all;
    }

    @Override
    public String toString() {
      return hits + "/" + all;
    }
  }

  @Test
  void asTheBytesStandEveryVerdictAgreesWithE2fsck() throws IOException {
    Map<String, Ratio> byVerdict = new TreeMap<>();
    Map<String, Ratio> byClass = new TreeMap<>();
    Ratio inodes = new Ratio();
    Ratio precision = new Ratio();
    List<String> disagreements = new ArrayList<>();
    for (FsckCorpus.Image image : corpus.images()) {
      Judgement judgement = judge(image, View.AS_IS);
      boolean agrees = agrees(image.verdict(), judgement.report().exitCode());
      byVerdict.computeIfAbsent(image.verdict(), key -> new Ratio()).add(agrees);
      if (!agrees) {
        disagreements.add(image + " is " + image.verdict() + ": " + judgement.lines());
      }
      recall(image, judgement, byClass, inodes);
      precision(image, judgement, precision);
    }
    double balanced =
        List.of("clean", "corrupt", "refused").stream()
            .mapToDouble(verdict -> byVerdict.getOrDefault(verdict, new Ratio()).value())
            .average()
            .orElseThrow();
    Ratio classes = new Ratio();
    byClass
        .values()
        .forEach(
            ratio -> {
              classes.hits += ratio.hits;
              classes.all += ratio.all;
            });
    System.out.printf(
        "fsck corpus: verdicts %s, balanced accuracy %.3f, class recall %s, class precision %s, inode"
            + " recall %s%n",
        byVerdict, balanced, classes, precision, inodes);
    byClass.values().removeIf(ratio -> ratio.hits == ratio.all);
    System.out.println("fsck corpus: classes not always named: " + byClass);

    assertThat(disagreements).isEmpty();
    assertThat(balanced).isEqualTo(1.0);
    assertThat(classes.value()).isGreaterThan(LEAST_CLASS_RECALL);
    assertThat(precision.value()).isGreaterThan(LEAST_CLASS_PRECISION);
    assertThat(inodes.value()).isGreaterThan(LEAST_INODE_RECALL);
  }

  @Test
  void theRecoveredViewJudgesAsE2fsckDoesAfterReplay() throws IOException {
    List<String> disagreements = new ArrayList<>();
    int seen = 0;
    for (FsckCorpus.Image image : corpus.images()) {
      if (!image.needsRecovery() || image.verdict().equals("either")) {
        continue;
      }
      Judgement judgement = judge(image, View.RECOVERED);
      seen++;
      boolean plainAgrees = agrees(image.verdict(), judgement.report().exitCode());
      if (!plainAgrees && !agrees(image.verdictAfterReplay(), judgement.report().exitCode())) {
        disagreements.add(image + ": " + judgement.lines());
      }
    }
    assertThat(seen).isGreaterThan(4);
    assertThat(disagreements).isEmpty();
  }

  private static Judgement judge(FsckCorpus.Image image, View view) throws IOException {
    try (MemoryBlockDevice device = image.load()) {
      return Judgement.of(device, CheckOptions.defaults().withView(view));
    }
  }

  private static boolean agrees(String verdict, int exitCode) {
    return switch (verdict) {
      case "clean" -> exitCode == 0;
      case "corrupt" -> exitCode == 4;
      case "refused" -> exitCode == 8 || exitCode == 4;
      default -> exitCode == 0 || exitCode == 4;
    };
  }

  private static void recall(
      FsckCorpus.Image image, Judgement judgement, Map<String, Ratio> byClass, Ratio inodes) {
    Set<String> labels = judgement.labels();
    image
        .problems()
        .forEach(
            (name, wrong) -> {
              byClass.computeIfAbsent(name, key -> new Ratio()).add(labels.contains(name));
              for (long ino : wrong) {
                boolean found =
                    judgement.findings().stream()
                        .anyMatch(
                            finding ->
                                finding.problem().label().equals(name)
                                    && finding.ino().orElse(-1) == ino);
                inodes.add(found);
                if (!found) {
                  System.out.println("fsck corpus: not named: " + image + " " + name + " " + ino);
                }
              }
            });
  }

  /** Counts the classes we name, where e2fsck came to the end and so named all it knows. */
  private static void precision(FsckCorpus.Image image, Judgement judgement, Ratio precision)
      throws IOException {
    if (image.aborted()) {
      return;
    }
    Set<String> known = corpus.classes();
    judgement.labels().stream()
        .filter(known::contains)
        .forEach(
            label -> {
              boolean named = image.problems().containsKey(label);
              precision.add(named);
              if (!named) {
                System.out.println("fsck corpus: by us alone: " + image + " " + label);
              }
            });
  }

  /** What only a repair meets. */
  private static final Set<String> ONLY_WHEN_REPAIRING =
      Set.of(
          "dir.lost-found-full",
          "dir.lost-found-no-space",
          "dup.clone-failed",
          "journal.must-be-recreated",
          "link.count-adjust-failed");

  @Test
  void everyClassOfTheCorpusIsInTheTable() throws IOException {
    List<String> labels = Arrays.stream(Problem.values()).map(Problem::label).toList();
    assertThat(corpus.classes())
        .allSatisfy(
            name ->
                assertThat(labels.contains(name) != ONLY_WHEN_REPAIRING.contains(name))
                    .as(name)
                    .isTrue());
  }
}
