package org.ext4map;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.UUID;
import org.ext4map.device.BlockDevice;
import org.ext4map.device.MemoryBlockDevice;
import org.ext4map.format.Mkfs;
import org.ext4map.format.MkfsOptions;
import org.ext4map.images.Judge;
import org.ext4map.images.KernelMount;
import org.ext4map.model.FallocateMode;
import org.ext4map.model.NoSpaceException;
import org.ext4map.ondisk.Feature;
import org.ext4map.testkit.Programs;
import org.ext4map.testkit.WritableImages;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Random operations on names do to an image what they do to a model, or are refused with the same
 * exception; e2fsck finds the image clean. {@code -Dnames.seed=N} runs one seed alone.
 */
class NamesModelTest {
  private static final int OPERATIONS = 400;
  private static final int COMPARED_EVERY = 40;
  private static final int SEEDS = 2;

  @TempDir Path scratch;

  private int refusals;
  private int full;

  /** One random life of an image. */
  @FunctionalInterface
  private interface Life {
    void live(long seed, String context) throws IOException;
  }

  private static void forEachSeed(String what, Life life) throws IOException {
    Long only = Long.getLong("names.seed");
    for (long seed = only == null ? 1 : only; seed <= (only == null ? SEEDS : only); seed++) {
      life.live(seed, what + " -Dnames.seed=" + seed);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "1024, '-O metadata_csum,64bit'",
    "4096, '-O metadata_csum,64bit'",
    "1024, '-O ^has_journal,^metadata_csum'",
    "4096, '-O ^metadata_csum,^64bit,orphan_file'",
    "1024, '-O ^dir_index,^filetype'",
    "4096, '-O ^extents,^64bit,^has_journal,^metadata_csum'",
    "2048, '-O ^extents,^64bit -I 128'"
  })
  void namesAreWhatTheirModelSays(int blockSize, String features) throws IOException {
    List<String> options = new ArrayList<>(List.of("-b", "" + blockSize));
    options.addAll(List.of(features.split(" ")));
    forEachSeed(
        blockSize + " " + features,
        (seed, context) -> {
          BlockDevice device = WritableImages.make(scratch, 16, options);
          live(device, seed, context);
        });
    assertThat(refusals).isPositive();
    assertThat(full).isZero();
  }

  @ParameterizedTest
  @CsvSource({"1024, true", "4096, false"})
  void imagesOfOurMkfsAreTheSame(int blockSize, boolean journal) throws IOException {
    forEachSeed(
        "our mkfs " + blockSize,
        (seed, context) -> {
          UUID id = new UUID(seed, seed);
          MkfsOptions.Builder options =
              MkfsOptions.ext4(id, id, Instant.ofEpochSecond(1_700_000_000)).blockSize(blockSize);
          MemoryBlockDevice device = new MemoryBlockDevice(16 << 20);
          Mkfs.format(device, (journal ? options : options.without(Feature.HAS_JOURNAL)).build());
          live(device, seed, context);
        });
  }

  @ParameterizedTest
  @CsvSource({
    "1024, 3, 300, 30, '-O ^has_journal'",
    "1024, 3, 300, 25, '-J size=1'",
    "4096, 12, 300, 30, '-J size=4'",
    "1024, 3, 24, 1000, '-J size=1'"
  })
  void onAnImageThatIsFullNothingIsHalfDone(
      int blockSize, int sizeMib, int inodes, int freeBlocks, String features) throws IOException {
    List<String> options = new ArrayList<>(List.of("-b", "" + blockSize, "-N", "" + inodes));
    options.addAll(List.of(features.split(" ")));
    forEachSeed(
        "nearly full " + blockSize + " " + features,
        (seed, context) -> {
          BlockDevice device = WritableImages.make(scratch, sizeMib, options, "a");
          NameModel model = new NameModel();
          try (Ext4Image image = Ext4Image.open(device, WritableImages.forWriting());
              SeekableByteChannel open = image.lookup("/a").open()) {
            assertThat(open.isOpen()).isTrue();
            Ext4File filler = image.lookup("/a");
            image.unlink("/a");
            fillAllBut(filler, (long) freeBlocks * blockSize);
            live(image, model, seed, context);
          }
          judge(device, model, context);
        });
    System.out.println("operations on names that found no space: " + full);
    assertThat(full).isGreaterThan(20);
  }

  /** Takes all space but {@code bytes}; a file without a name that is open keeps it. */
  private static void fillAllBut(Ext4File file, long bytes) throws IOException {
    assertThatThrownBy(() -> file.fallocate(FallocateMode.ALLOCATE, 0, 64 << 20))
        .isInstanceOf(NoSpaceException.class);
    file.fallocate(FallocateMode.PUNCH_HOLE, 0, bytes);
  }

  private void live(BlockDevice device, long seed, String context) throws IOException {
    NameModel model = new NameModel();
    try (Ext4Image image = Ext4Image.open(device, WritableImages.forWriting())) {
      live(image, model, seed, context);
    }
    judge(device, model, context);
  }

  private void judge(BlockDevice device, NameModel model, String context) throws IOException {
    WritableImages.assertClean(device, scratch, context);
    try (Ext4Image image = Ext4Image.open(device, OpenOptions.defaults())) {
      assertThat(NamedTree.of(image)).as(context + " reopened").isEqualTo(model.lines());
    }
  }

  private void live(Ext4Image image, NameModel model, long seed, String context)
      throws IOException {
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < OPERATIONS; i++) {
      NameOperation operation = NameOperation.random(random, model);
      String step = context + " step " + i + " " + operation;
      Optional<IOException> problem = apply(operation, image, step);
      if (problem.orElse(null) instanceof NoSpaceException) {
        full++;
        noteWritten(operation, image, model, step);
      } else {
        Optional<IOException> expected = expect(operation, model);
        assertThat(problem.map(Object::getClass))
            .as("%s: %s", step, problem)
            .isEqualTo(expected.map(Object::getClass));
        refusals += expected.isPresent() ? 1 : 0;
        if (expected.isEmpty()) {
          noteWritten(operation, image, model, step);
        }
      }
      if (i % COMPARED_EVERY == COMPARED_EVERY - 1) {
        assertThat(NamedTree.of(image)).as(step).isEqualTo(model.lines());
      }
    }
  }

  private static Optional<IOException> apply(
      NameOperation operation, Ext4Image image, String step) {
    try {
      operation.applyTo(image);
      return Optional.empty();
    } catch (IOException e) {
      return Optional.of(e);
    } catch (RuntimeException | AssertionError e) {
      throw new AssertionError(step, e);
    }
  }

  private static Optional<IOException> expect(NameOperation operation, NameModel model) {
    try {
      operation.applyTo(model);
      return Optional.empty();
    } catch (IOException e) {
      return Optional.of(e);
    }
  }

  /** How much was written is not the business of names. */
  private static void noteWritten(
      NameOperation operation, Ext4Image image, NameModel model, String step) throws IOException {
    if (operation.kind() == NameOperation.Kind.WRITE) {
      long written = image.lookup(operation.path()).size();
      assertThat(written).as(step).isLessThanOrEqualTo(operation.other().length());
      model.write(operation.path(), operation.other().substring(0, (int) written));
    }
  }

  @Test
  void theKernelSeesTheSameNamesAndWeSeeItsChanges() throws IOException {
    Programs.require(Judge.KERNEL);
    for (String features : List.of("-b 1024 -O metadata_csum", "-b 4096 -O ^metadata_csum")) {
      BlockDevice device = WritableImages.make(scratch, 16, List.of(features.split(" ")));
      live(device, 77, features);
      Path saved = WritableImages.save(device, scratch.resolve("kernel.ext4"));
      List<String> ours;
      try (Ext4Image image = Ext4Image.open(device, OpenOptions.defaults())) {
        ours = NamedTree.of(image);
      }
      List<String> kernels;
      try (KernelMount kernel = KernelMount.mount(saved, KernelMount.Mode.READ_WRITE)) {
        assertThat(NamedTree.of(kernel.root())).as(features).isEqualTo(ours);
        for (int i = 0; i < 300; i++) {
          Files.createFile(kernel.host("/one-more-name-" + i));
        }
        Files.createDirectory(kernel.host("/kernel's"));
        Files.move(kernel.host("/one-more-name-7"), kernel.host("/kernel's/7"));
        kernels = NamedTree.of(kernel.root());
      }
      device = MemoryBlockDevice.of(Files.readAllBytes(saved));
      try (Ext4Image image = Ext4Image.open(device, WritableImages.forWriting())) {
        assertThat(NamedTree.of(image)).as(features).isEqualTo(kernels);
        for (int i = 8; i < 300; i++) {
          image.rename("/one-more-name-" + i, "/kernel's/" + i);
        }
        assertThat(image.lookup("/kernel's").list()).hasSize(2 + 293);
      }
      WritableImages.assertClean(device, scratch, features);
    }
  }
}
