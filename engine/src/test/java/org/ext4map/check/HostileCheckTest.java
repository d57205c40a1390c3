package org.ext4map.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.ext4map.check.CheckOptions.View;
import org.ext4map.images.GoldenImage;
import org.ext4map.images.GoldenImages;
import org.ext4map.testkit.InMemory;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Much damage at once, most of it under checksums that fit: the judge says something and comes to
 * an end. {@code -Dext4map.seed} takes a seed back, {@code -Dext4map.only} one image.
 */
class HostileCheckTest {
  private static final long SEED = Long.getLong("ext4map.seed", 20261123L);
  private static final String ONLY = System.getProperty("ext4map.only", "");
  private static final int FEW_ROUNDS = 1;
  private static final int MANY_ROUNDS = Integer.getInteger("ext4map.rounds", 200);
  private static final int MOST_CHANGES = 300;
  private static final long LARGEST = 64L << 20;

  /** Far more than the slowest needs, on a machine that does other things, too. */
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  @TempDir(factory = InMemory.class)
  Path scratch;

  @Test
  void someDamagedImagesAreJudgedToTheEnd() throws IOException {
    damage(FEW_ROUNDS);
  }

  @Tag("slow")
  @Test
  void manyDamagedImagesAreJudgedToTheEnd() throws IOException {
    damage(MANY_ROUNDS);
  }

  private void damage(int rounds) throws IOException {
    SplittableRandom random = new SplittableRandom(SEED);
    Map<CheckReport.Verdict, Integer> verdicts = new EnumMap<>(CheckReport.Verdict.class);
    int judged = 0;
    long slowest = 0;
    for (GoldenImage golden : GoldenImages.list()) {
      SplittableRandom own = random.split();
      boolean sound = golden.manifest().e2fsckExit() == 0;
      if (!sound || golden.manifest().imageBytes() > LARGEST || !golden.name().contains(ONLY)) {
        continue;
      }
      Path path = golden.unpack(scratch);
      byte[] pristine = Files.readAllBytes(path);
      for (int round = 0; round < rounds; round++) {
        spoil(path, own);
        for (View view : View.values()) {
          long start = System.nanoTime();
          verdicts.merge(Judgement.of(path, view).report().verdict(), 1, Integer::sum);
          long took = System.nanoTime() - start;
          assertThat(Duration.ofNanos(took))
              .as("%s round %d of seed %d, %s", golden.name(), round, SEED, view)
              .isLessThan(PATIENCE);
          slowest = Math.max(slowest, took);
          judged++;
        }
        Files.write(path, pristine);
      }
      Files.delete(path);
    }
    System.out.printf(
        "hostile images -Dext4map.seed=%d: %d judged, %s, slowest %d ms%n",
        SEED, judged, verdicts, slowest / 1_000_000);
    assertThat(judged).isPositive();
    assertThat(verdicts).containsKey(CheckReport.Verdict.CORRUPT);
  }

  private static void spoil(Path path, SplittableRandom random) throws IOException {
    try (MutableImage image = new MutableImage(path)) {
      if (random.nextInt(8) > 0) {
        image.spareSuperblock();
      }
      int changes = 1 + random.nextInt(MOST_CHANGES);
      for (int i = 0; i < changes; i++) {
        image.mutate(random);
      }
    }
  }
}
