package org.ext4map.check;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import org.ext4map.device.BlockDevice;
import org.ext4map.ondisk.BigEndian;
import org.jspecify.annotations.Nullable;

/**
 * Reads file-system blocks, through the newest copies in the log if the recovered view is judged.
 * Threads: any, once the log is laid over.
 */
final class ImageBlocks {
  private static final int JOURNAL_MAGIC = 0xC03B3998;

  /**
   * Where the log keeps a newer copy of a block.
   *
   * @param device the device the log is on
   * @param offsetBytes where the copy starts
   * @param escaped true if its first four bytes were the journal's magic number
   */
  record LogCopy(BlockDevice device, long offsetBytes, boolean escaped) {}

  private final BlockDevice device;
  private final int blockSize;
  private final long blocks;
  private Map<Long, LogCopy> copies = new HashMap<>();

  ImageBlocks(BlockDevice device, int blockSize) {
    this.device = device;
    this.blockSize = blockSize;
    this.blocks = device.sizeBytes() / blockSize;
  }

  /** From now on blocks are read as the log has them. */
  void overlay(Map<Long, LogCopy> newer) {
    copies = newer;
  }

  int blockSize() {
    return blockSize;
  }

  /** Whole blocks that the device has. */
  long deviceBlocks() {
    return blocks;
  }

  /** Block {@code pblk}, or null if the device does not have it. */
  @Nullable ByteBuffer read(long pblk) throws IOException {
    if (pblk < 0 || pblk >= blocks) {
      return null;
    }
    ByteBuffer bytes = ByteBuffer.allocate(blockSize);
    fill(pblk, bytes);
    return bytes.flip();
  }

  /**
   * {@code count} blocks from {@code pblk} in one buffer, or as many as the device has; null if it
   * has none.
   */
  @Nullable ByteBuffer readRun(long pblk, long count) throws IOException {
    long present = Math.min(count, blocks - pblk);
    if (pblk < 0 || present <= 0) {
      return null;
    }
    ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(present * blockSize));
    readRun(pblk, bytes);
    return bytes;
  }

  /**
   * Fills {@code target}, whose position must be 0 and whose limit is a number of whole blocks,
   * from {@code pblk} on; false if the device has not so many. Any thread.
   */
  boolean readRun(long pblk, ByteBuffer target) throws IOException {
    int bytes = target.limit();
    int count = bytes / blockSize;
    if (pblk < 0 || pblk > blocks - count) {
      return false;
    }
    device.read(pblk * blockSize, target);
    if (!copies.isEmpty()) {
      for (int i = 0; i < count; i++) {
        if (copies.containsKey(pblk + i)) {
          target.limit((i + 1) * blockSize).position(i * blockSize);
          fill(pblk + i, target);
        }
      }
    }
    target.limit(bytes).position(0);
    return true;
  }

  /** Says that {@code count} blocks from {@code pblk} will soon be read. */
  void expect(long pblk, long count) {
    if (pblk >= 0 && pblk < blocks) {
      device.expect(pblk * blockSize, Math.min(count, blocks - pblk) * blockSize);
    }
  }

  private void fill(long pblk, ByteBuffer bytes) throws IOException {
    LogCopy copy = copies.get(pblk);
    if (copy == null) {
      device.read(pblk * blockSize, bytes);
      return;
    }
    int start = bytes.position();
    copy.device().read(copy.offsetBytes(), bytes);
    if (copy.escaped()) {
      BigEndian.put32(bytes, start, JOURNAL_MAGIC);
    }
  }
}
