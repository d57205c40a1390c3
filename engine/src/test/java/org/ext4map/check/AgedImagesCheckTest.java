package org.ext4map.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.ext4map.check.CheckOptions.View;
import org.ext4map.device.BlockDevice;
import org.ext4map.device.MemoryBlockDevice;
import org.ext4map.images.E2fsck;
import org.ext4map.images.Judge;
import org.ext4map.images.RandomImage;
import org.ext4map.images.RandomImages;
import org.ext4map.testkit.InMemory;
import org.ext4map.testkit.Programs;
import org.ext4map.testkit.script.ImageTarget;
import org.ext4map.testkit.script.Operation;
import org.ext4map.testkit.script.ScriptShape;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Images that the live kernel or this engine has just aged at random are clean, also after a crash
 * or after a tool of e2fsprogs has changed them.
 */
class AgedImagesCheckTest {
  private static final int FEW = 4;
  private static final int MANY = Integer.getInteger("ext4map.aged", 500);
  private static final int OPERATIONS = 150;

  /** What administrators do to file systems; not each can be done to each. */
  private static final List<List<String>> TOOLS =
      List.of(
          List.of("e2fsck -fyD {}"),
          List.of("resize2fs {} 44M"),
          List.of("resize2fs -M {}"),
          List.of("resize2fs {} 52M", "resize2fs -M {}", "resize2fs {} 36M"),
          List.of("tune2fs -O metadata_csum {}"),
          List.of("tune2fs -O ^metadata_csum {}"),
          List.of("tune2fs -O ^has_journal {}"),
          List.of("tune2fs -j {}"),
          List.of("tune2fs -O quota,project {}"),
          List.of("tune2fs -Q usrquota,grpquota {}"),
          List.of("tune2fs -U 6e5a2a64-7c1a-4d5e-9a39-0a1a8b1c2d3e {}"),
          List.of("tune2fs -O dir_index,large_file,dir_nlink,extra_isize {}", "e2fsck -fyD {}"),
          List.of("tune2fs -I 512 {}"),
          List.of("tune2fs -r 100 -m 3 -c 20 -i 30d -e remount-ro {}"),
          List.of("tune2fs -E stride=4,stripe_width=16,hash_alg=tea {}"));

  @TempDir(factory = InMemory.class)
  Path scratch;

  private final List<String> objections = new ArrayList<>();
  private int judged;

  @Test
  void fewImagesOfTheKernelAreClean() throws IOException {
    judgeKernels(FEW);
  }

  @Tag("slow")
  @Test
  void manyImagesOfTheKernelAreClean() throws IOException {
    judgeKernels(MANY);
  }

  @Test
  void fewImagesOfThisEngineAreClean() throws IOException {
    judgeOurs(1);
  }

  @Tag("slow")
  @Test
  void manyImagesOfThisEngineAreClean() throws IOException {
    judgeOurs(MANY / ScriptShape.all().size());
  }

  @Test
  void fewChangedByToolsAreJudgedAsE2fsckDoes() throws IOException {
    judgeChanged(FEW);
  }

  @Tag("slow")
  @Test
  void manyChangedByToolsAreJudgedAsE2fsckDoes() throws IOException {
    judgeChanged(MANY);
  }

  @Test
  void fewCrashedImagesAreCleanWhenRecovered() throws IOException {
    judgeCrashed(2);
  }

  @Tag("slow")
  @Test
  void manyCrashedImagesAreCleanWhenRecovered() throws IOException {
    judgeCrashed(MANY);
  }

  private void judgeKernels(int count) throws IOException {
    Programs.require(Judge.KERNEL);
    long firstSeed = RandomImages.firstSeed();
    for (int i = 0; i < count; i++) {
      try (RandomImage aged = RandomImages.make(firstSeed + i)) {
        object(aged.image(), aged.toString(), View.AS_IS, true);
        object(aged.image(), aged.toString(), View.RECOVERED, true);
      }
    }
    conclude("aged by the kernel");
  }

  private void judgeOurs(int perShape) throws IOException {
    Programs.require(Judge.KERNEL);
    long firstSeed = RandomImages.firstSeed();
    for (ScriptShape shape : ScriptShape.all()) {
      BlockDevice image = shape.image(scratch);
      for (long seed = firstSeed; seed < firstSeed + perShape; seed++) {
        try (MemoryBlockDevice aged = new MemoryBlockDevice(image.sizeBytes())) {
          ByteBuffer bytes = ByteBuffer.allocate((int) image.sizeBytes());
          image.read(0, bytes);
          aged.write(0, bytes.flip());
          try (ImageTarget engine = new ImageTarget(aged)) {
            for (Operation step :
                shape.script(image, seed, OPERATIONS, kind -> true).operations()) {
              engine.run(step);
            }
          }
          Judgement judgement = Judgement.of(aged, CheckOptions.defaults());
          note(judgement, "%s seed %d".formatted(shape, seed), "", true);
        }
      }
    }
    conclude("aged by this engine");
  }

  private void judgeChanged(int count) throws IOException {
    Programs.require(Judge.KERNEL);
    long firstSeed = RandomImages.firstSeed();
    for (int i = 0; i < count; i++) {
      try (RandomImage aged = RandomImages.make(firstSeed + i)) {
        Path image = aged.image();
        SplittableRandom random = new SplittableRandom(firstSeed + i);
        List<String> tools = TOOLS.get(random.nextInt(TOOLS.size()));
        for (String tool : tools) {
          Programs.run(
              Arrays.stream(tool.split(" "))
                  .map(word -> word.replace("{}", image.toString()))
                  .toArray(String[]::new));
        }
        boolean clean = E2fsck.check(image).exit() == 0;
        object(image, aged + " after " + tools, View.AS_IS, clean);
      }
    }
    conclude("changed by tools");
  }

  private void judgeCrashed(int count) throws IOException {
    Programs.require(Judge.KERNEL);
    long firstSeed = RandomImages.firstSeed();
    for (int i = 0; i < count; i++) {
      try (RandomImage crashed = RandomImages.makeCrashed(firstSeed + i)) {
        // the kernel has recovered a copy of it; e2fsck 1.47.0 spoils a few
        object(crashed.image(), crashed.toString(), View.RECOVERED, true);
      }
    }
    conclude("left by a crash");
  }

  private void object(Path image, String name, View view, boolean clean) throws IOException {
    Judgement judgement = Judgement.of(image, view);
    boolean agrees = judgement.report().isClean() == clean;
    note(judgement, name + " " + view, agrees ? "" : E2fsck.check(image).toString(), clean);
  }

  private void note(Judgement judgement, String name, String e2fsck, boolean clean) {
    judged++;
    if (judgement.report().isClean() != clean) {
      objections.add("%s: %s; e2fsck says %s".formatted(name, judgement.lines(), e2fsck));
      System.out.println("DISAGREE " + objections.get(objections.size() - 1));
    }
  }

  private void conclude(String how) {
    System.out.printf("images %s: %d judged, %d wrongly%n", how, judged, objections.size());
    assertThat(objections).isEmpty();
  }
}
