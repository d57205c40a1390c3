package org.ext4map.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.ext4map.check.CheckOptions.View;
import org.ext4map.images.E2fsck;
import org.ext4map.images.Judge;
import org.ext4map.images.RandomImage;
import org.ext4map.images.RandomImages;
import org.ext4map.testkit.Programs;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Images that the live kernel has just aged at random are clean. */
class AgedImagesCheckTest {
  private static final int FEW = 6;
  private static final int MANY = 500;

  @Test
  void fewAgedImagesAreClean() throws IOException {
    judge(FEW);
  }

  @Tag("slow")
  @Test
  void manyAgedImagesAreClean() throws IOException {
    judge(MANY);
  }

  private static void judge(int count) throws IOException {
    Programs.require(Judge.KERNEL);
    long firstSeed = RandomImages.firstSeed();
    List<String> objections = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      try (RandomImage aged = RandomImages.make(firstSeed + i)) {
        object(aged, View.AS_IS, objections);
        object(aged, View.RECOVERED, objections);
      }
    }
    System.out.printf("aged images: %d judged, %d called corrupt%n", count, objections.size());
    assertThat(objections).isEmpty();
  }

  private static void object(RandomImage aged, View view, List<String> objections)
      throws IOException {
    Judgement judgement = Judgement.of(aged.image(), view);
    if (!judgement.report().isClean()) {
      objections.add(
          "%s %s: %s; e2fsck says %s"
              .formatted(aged, view, judgement.lines(), E2fsck.check(aged.image())));
    }
  }
}
