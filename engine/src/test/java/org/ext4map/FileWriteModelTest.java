package org.ext4map;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.ext4map.device.BlockDevice;
import org.ext4map.testkit.WritableImages;
import org.ext4map.testkit.script.FileModel;
import org.ext4map.testkit.script.Listing;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Random operations on one file agree with a model of bytes and block states after every step, and
 * e2fsck finds the image clean. {@code -Dwrites.seed=N} runs one seed alone.
 */
class FileWriteModelTest {
  private static final int OPERATIONS = 60;
  private static final int SPAN_BLOCKS = 48;
  private static final int SEEDS = 4;

  @TempDir Path scratch;

  @ParameterizedTest
  @CsvSource({
    "1024, '-O metadata_csum,64bit', true",
    "4096, '-O metadata_csum,64bit', true",
    "1024, '-O ^has_journal,^metadata_csum', true",
    "4096, '-O ^metadata_csum,^64bit,orphan_file', true",
    "1024, '-O ^extents,^64bit', false",
    "4096, '-O ^extents,^64bit,^has_journal', false"
  })
  void aFileIsWhatItsModelIs(int blockSize, String features, boolean extents) throws IOException {
    List<String> options = new ArrayList<>(List.of("-b", "" + blockSize));
    options.addAll(List.of(features.split(" ")));
    Long only = Long.getLong("writes.seed");
    for (long seed = only == null ? 1 : only; seed <= (only == null ? SEEDS : only); seed++) {
      String context = blockSize + " " + features + " -Dwrites.seed=" + seed;
      BlockDevice device = WritableImages.make(scratch, 16, options, "file");
      FileModel model = new FileModel(blockSize);
      try (Ext4Image image = Ext4Image.open(device, WritableImages.forWriting())) {
        run(image.lookup("/file"), model, seed, blockSize, extents, context);
      }
      WritableImages.assertClean(device, scratch, context);
      try (Ext4Image image = Ext4Image.open(device, OpenOptions.defaults())) {
        assertEqual(image.lookup("/file"), model, context + " opened again");
      }
    }
  }

  private static void run(
      Ext4File file, FileModel model, long seed, int blockSize, boolean extents, String context)
      throws IOException {
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < OPERATIONS; i++) {
      FileOperation operation =
          FileOperation.random(random, SPAN_BLOCKS * blockSize, blockSize, extents);
      String step = context + " step " + i + " " + operation;
      try {
        operation.applyTo(file, model);
      } catch (IOException | RuntimeException | AssertionError e) {
        throw new AssertionError(step, e);
      }
      operation.applyTo(model);
      assertEqual(file, model, step);
    }
  }

  static void assertEqual(Ext4File file, FileModel model, String context) throws IOException {
    assertThat(map(file)).as(context).isEqualTo(model.map());
    assertThat(file.size()).as(context).isEqualTo(model.bytes().length);
    assertThat(bytes(file)).as(context).isEqualTo(model.bytes());
  }

  static byte[] bytes(Ext4File file) throws IOException {
    return Listing.bytes(file);
  }

  /** The map as {@link FileModel#map} shows it: runs in one state, wherever they lie. */
  static String map(Ext4File file) throws IOException {
    return Listing.states(file.extents());
  }
}
