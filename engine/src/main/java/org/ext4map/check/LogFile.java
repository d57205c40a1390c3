package org.ext4map.check;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.ext4map.device.BlockDevice;
import org.jspecify.annotations.Nullable;

/** The blocks of a journal in order, wherever they stand: in a file of the image or on a device. */
final class LogFile {
  private record Run(long first, long pblk, long count) {}

  private final BlockDevice device;
  private final int blockSize;
  private final List<Run> runs = new ArrayList<>();
  private long length;

  LogFile(BlockDevice device, int blockSize) {
    this.device = device;
    this.blockSize = blockSize;
  }

  /** Appends {@code count} blocks of the device. */
  void append(long pblk, long count) {
    runs.add(new Run(length, pblk, count));
    length += count;
  }

  /** Blocks in all. */
  long length() {
    return length;
  }

  int blockSize() {
    return blockSize;
  }

  BlockDevice device() {
    return device;
  }

  /** The byte at which {@code logBlock}, which must exist, starts on {@link #device}. */
  long offsetOf(long logBlock) {
    int low = 0;
    int high = runs.size() - 1;
    while (low < high) {
      int middle = (low + high + 1) >>> 1;
      if (runs.get(middle).first() <= logBlock) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    Run run = runs.get(low);
    return (run.pblk() + logBlock - run.first()) * blockSize;
  }

  /** Block {@code logBlock}, or null if it does not exist. */
  @Nullable ByteBuffer read(long logBlock) throws IOException {
    if (logBlock < 0 || logBlock >= length) {
      return null;
    }
    long offset = offsetOf(logBlock);
    if (offset > device.sizeBytes() - blockSize) {
      return null;
    }
    ByteBuffer bytes = ByteBuffer.allocate(blockSize);
    device.read(offset, bytes);
    return bytes.flip();
  }
}
