package org.ext4map.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import org.ext4map.device.BlockDevice;
import org.jspecify.annotations.Nullable;

/**
 * A device that brings into the page cache what it hears is expected, in a thread of its own. The
 * JDK has no call that asks the kernel for this, so the thread reads it, in large requests and in
 * the order in which it was named. What is in the cache already is passed over:
 *
 * <pre>
 *   |probe|     leap     |probe|rest of the window|whole window|whole window|probe|   leap ...
 *    fast                 slow                      slow         fast        fast
 * </pre>
 *
 * <p>Locks: the monitor guards the queue and the thread; nothing is read under it.
 */
final class ReadAheadDevice implements BlockDevice {
  private static final int WINDOW_BYTES = 1 << 20;
  private static final int REQUEST_BYTES = 1 << 17;
  private static final int PROBE_BYTES = 1 << 15;

  /** Memory is several times faster, disks are slower. */
  private static final long FAST_NANOS_PER_KIB = 300;

  /** Ranges that wait at most; what is named beyond them is read when it is wanted. */
  private static final int MOST_RANGES = 1 << 14;

  private record Range(long from, long to) {}

  private final BlockDevice device;
  private final Deque<Range> waiting = new ArrayDeque<>();
  private @Nullable Thread reader;
  private boolean ended;

  ReadAheadDevice(BlockDevice device) {
    this.device = device;
  }

  @Override
  public synchronized void expect(long offsetBytes, long lengthBytes) {
    long from = Math.max(0, offsetBytes);
    long to = Math.min(offsetBytes + lengthBytes, device.sizeBytes());
    if (from >= to || ended) {
      return;
    }
    Range last = waiting.peekLast();
    if (last != null && last.to() == from) {
      waiting.removeLast();
      waiting.addLast(new Range(last.from(), to));
    } else if (waiting.size() < MOST_RANGES) {
      waiting.addLast(new Range(from, to));
    }
    if (reader == null) {
      reader = new Thread(new Reader(), "ext4map-read-ahead");
      reader.setDaemon(true);
      reader.start();
    }
    notifyAll();
  }

  private synchronized void end() {
    ended = true;
    waiting.clear();
    notifyAll();
  }

  private synchronized boolean isEnded() {
    return ended;
  }

  /** The next range; null if there will be none. */
  private synchronized @Nullable Range next() throws InterruptedException {
    while (waiting.isEmpty() && !ended) {
      wait();
    }
    return waiting.pollFirst();
  }

  /** Reads what waits, until the device is closed. */
  private final class Reader implements Runnable {
    private final ByteBuffer scratch = ByteBuffer.allocateDirect(REQUEST_BYTES);

    @Override
    public void run() {
      try {
        for (Range range = next(); range != null; range = next()) {
          fetch(range);
        }
      } catch (IOException | InterruptedException e) {
        end(); // whoever wants these bytes will see what is wrong with them
      }
    }

    private void fetch(Range range) throws IOException {
      boolean slow = false;
      for (long at = range.from(); at < range.to() && !isEnded(); at += WINDOW_BYTES) {
        long end = Math.min(at + WINDOW_BYTES, range.to());
        if (slow || !isFast(at, Math.min(at + PROBE_BYTES, end))) {
          slow = !isFast(at, end);
        }
      }
    }

    /** Reads {@code [from, to)}; true if that took no longer than memory does. */
    private boolean isFast(long from, long to) throws IOException {
      long begun = System.nanoTime();
      for (long at = from; at < to; at += REQUEST_BYTES) {
        device.read(at, scratch.clear().limit((int) Math.min(REQUEST_BYTES, to - at)));
      }
      return System.nanoTime() - begun < (to - from) / 1024 * FAST_NANOS_PER_KIB;
    }
  }

  @Override
  public long sizeBytes() {
    return device.sizeBytes();
  }

  @Override
  public boolean isWritable() {
    return device.isWritable();
  }

  @Override
  public void read(long offsetBytes, ByteBuffer target) throws IOException {
    device.read(offsetBytes, target);
  }

  @Override
  public void write(long offsetBytes, ByteBuffer source) throws IOException {
    device.write(offsetBytes, source);
  }

  @Override
  public void flush() throws IOException {
    device.flush();
  }

  @Override
  public String describe() {
    return device.describe();
  }

  @Override
  public void close() throws IOException {
    end();
    device.close();
  }
}
