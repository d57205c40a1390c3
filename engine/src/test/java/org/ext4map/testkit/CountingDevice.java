package org.ext4map.testkit;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.ext4map.device.BlockDevice;
import org.ext4map.model.BlockRange;

/** Counts requests and remembers which bytes were read and written. */
public final class CountingDevice extends ForwardingDevice {
  private final List<BlockRange> reads = new ArrayList<>();
  private final List<BlockRange> writes = new ArrayList<>();
  private int flushes;

  /** Counts what reaches {@code below}. */
  public CountingDevice(BlockDevice below) {
    super(below);
  }

  @Override
  public void read(long offsetBytes, ByteBuffer target) throws IOException {
    note(reads, offsetBytes, target.remaining());
    super.read(offsetBytes, target);
  }

  @Override
  public void write(long offsetBytes, ByteBuffer source) throws IOException {
    note(writes, offsetBytes, source.remaining());
    super.write(offsetBytes, source);
  }

  @Override
  public void flush() throws IOException {
    synchronized (this) {
      flushes++;
    }
    super.flush();
  }

  private synchronized void note(List<BlockRange> list, long offsetBytes, int length) {
    if (length > 0) {
      list.add(new BlockRange(offsetBytes, length));
    }
  }

  /** Byte ranges of all reads so far, in order. */
  public synchronized List<BlockRange> reads() {
    return List.copyOf(reads);
  }

  /** Byte ranges of all writes so far, in order. */
  public synchronized List<BlockRange> writes() {
    return List.copyOf(writes);
  }

  /** Flushes so far. */
  public synchronized int flushes() {
    return flushes;
  }

  /** True if any read touched a byte of {@code bytes}. */
  public synchronized boolean wasRead(BlockRange bytes) {
    return reads.stream().anyMatch(bytes::overlaps);
  }

  /** Forgets everything. */
  public synchronized void reset() {
    reads.clear();
    writes.clear();
    flushes = 0;
  }
}
