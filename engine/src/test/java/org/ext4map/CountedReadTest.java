package org.ext4map;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.ext4map.device.FileBlockDevice;
import org.ext4map.images.FileTruth;
import org.ext4map.images.GoldenImage;
import org.ext4map.images.GoldenImages;
import org.ext4map.images.View;
import org.ext4map.model.BlockRange;
import org.ext4map.model.Extent;
import org.ext4map.model.ExtentState;
import org.ext4map.testkit.CountingDevice;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What reading asks the device for: written blocks, nothing else, in few requests. */
class CountedReadTest {
  private static final int BIG_BYTES = 1 << 20;

  @TempDir Path scratch;

  @ParameterizedTest
  @ValueSource(strings = {"k1-shapes", "k4-shapes", "k4-indirect", "feature-bigalloc-4k-64k"})
  void onlyWrittenBlocksAreRead(String name) throws IOException {
    GoldenImage golden = GoldenImages.byName(name);
    try (Counted counted = new Counted(golden.unpack(scratch))) {
      int files = 0;
      for (FileTruth truth : golden.manifest().files(View.AS_IS).orElseThrow()) {
        if (truth.isFile() && truth.sha256() != null) {
          Ext4File file = counted.image.lookup(truth.path());
          file.forEachExtent(extent -> true); // what is read from here on is contents
          List<BlockRange> before = counted.device.reads();
          readAll(file);
          List<BlockRange> after = counted.device.reads();
          for (BlockRange read : after.subList(before.size(), after.size())) {
            assertThat(isWritten(file, counted.blockSize(), read))
                .as("%s: read of %s", truth.path(), read)
                .isTrue();
          }
          files++;
        }
      }
      assertThat(files).isPositive();
    }
  }

  /** True if all bytes belong to written blocks of the file, or are a block of its map. */
  private static boolean isWritten(Ext4File file, long blockSize, BlockRange read)
      throws IOException {
    List<BlockRange> allowed = new ArrayList<>();
    for (Extent extent : file.extents()) {
      if (extent.state() == ExtentState.WRITTEN) {
        allowed.add(new BlockRange(extent.pblk() * blockSize, extent.length() * blockSize));
      }
    }
    file.forEachNode(
        node -> {
          node.pblk().ifPresent(at -> allowed.add(new BlockRange(at * blockSize, blockSize)));
          return true;
        });
    long at = read.start();
    boolean moved = true;
    while (at < read.end() && moved) {
      moved = false;
      for (BlockRange range : allowed) {
        if (range.contains(at)) {
          at = range.end();
          moved = true;
        }
      }
    }
    return at >= read.end();
  }

  @Test
  void bytesBehindTheEndOfTheFileAreNotRead() throws IOException {
    GoldenImage golden = GoldenImages.byName("k4-shapes");
    try (Counted counted = new Counted(golden.unpack(scratch))) {
      for (FileTruth truth : golden.manifest().files(View.AS_IS).orElseThrow()) {
        if (truth.isFile() && truth.size() % counted.blockSize() == 1) {
          Ext4File file = counted.image.lookup(truth.path());
          ByteBuffer big = ByteBuffer.allocate((int) counted.blockSize());
          long start = truth.size() - 1;
          counted.device.reset();
          int got = file.open().position(start).read(big);
          assertThat(got).isEqualTo(1);
          assertThat(counted.dataBytes()).isLessThanOrEqualTo(1);
          return;
        }
      }
    }
    throw new AssertionError("k4-shapes has no file that ends one byte into a block");
  }

  @Test
  void neighbouringExtentsAreReadInOneRequest() throws IOException {
    GoldenImage golden = GoldenImages.byName("k1-long-extents");
    try (Counted counted = new Counted(golden.unpack(scratch))) {
      Ext4File file = longest(golden, counted.image);
      Extent first =
          file.mergedExtents().stream()
              .filter(extent -> extent.state() == ExtentState.WRITTEN)
              .filter(extent -> extent.length() * counted.blockSize() >= BIG_BYTES)
              .findFirst()
              .orElseThrow();
      counted.device.reset();
      file.open().position(first.lblk() * counted.blockSize()).read(ByteBuffer.allocate(BIG_BYTES));
      long big = counted.device.reads().stream().filter(read -> read.length() == BIG_BYTES).count();
      assertThat(big).as("requests of the whole length").isEqualTo(1);
    }
  }

  private static Ext4File longest(GoldenImage golden, Ext4Image image) throws IOException {
    FileTruth best = null;
    for (FileTruth truth : golden.manifest().files(View.AS_IS).orElseThrow()) {
      boolean written =
          truth.isFile()
              && truth.extents().stream()
                  .anyMatch(
                      run ->
                          run.written()
                              && run.length() * image.geometry().blockSize() >= BIG_BYTES);
      if (written && (best == null || truth.size() > best.size())) {
        best = truth;
      }
    }
    if (best == null) {
      throw new AssertionError(golden + " has no long written extent");
    }
    return image.lookup(best.path());
  }

  private static void readAll(Ext4File file) throws IOException {
    ByteBuffer chunk = ByteBuffer.allocate(BIG_BYTES);
    try (SeekableByteChannel channel = file.open()) {
      while (channel.read(chunk.clear()) > 0) {
        assertThat(chunk.position()).isPositive();
      }
    }
  }

  /** An image over a device that counts. */
  private static final class Counted implements AutoCloseable {
    private final CountingDevice device;
    private final Ext4Image image;

    Counted(Path path) throws IOException {
      device = new CountingDevice(FileBlockDevice.open(path));
      image = Ext4Image.open(device, OpenOptions.defaults());
    }

    long blockSize() {
      return image.geometry().blockSize();
    }

    /** Bytes of requests that are no whole metadata block. */
    long dataBytes() {
      return device.reads().stream()
          .mapToLong(BlockRange::length)
          .filter(length -> length != blockSize())
          .sum();
    }

    @Override
    public void close() throws IOException {
      image.close();
    }
  }
}
