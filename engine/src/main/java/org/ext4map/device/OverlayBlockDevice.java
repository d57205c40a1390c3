package org.ext4map.device;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.ext4map.model.BlockRange;

/**
 * Copy-on-write in memory: reads see the device below until a page is written; writes stay here and
 * never reach the device below. Always writable, whatever lies below. Closing it closes the device
 * below and drops the changes.
 *
 * <p>Memory is bounded: a write that would hold more than the limit fails and says so.
 */
public final class OverlayBlockDevice implements BlockDevice {
  private static final int PAGE_BYTES = 4096;
  private static final long MOST_BYTES_BY_DEFAULT = 1L << 30;

  private final BlockDevice below;
  private final long limitBytes;
  private final AtomicLong heldBytes = new AtomicLong();
  private final ConcurrentHashMap<Long, byte[]> pages = new ConcurrentHashMap<>();

  /** An overlay that holds at most half of the heap and at most 1 GiB. */
  public OverlayBlockDevice(BlockDevice below) {
    this(below, Math.min(MOST_BYTES_BY_DEFAULT, Runtime.getRuntime().maxMemory() / 2));
  }

  /**
   * An overlay with its own limit.
   *
   * @param below what is read where nothing was written
   * @param limitBytes changed pages are held up to this many bytes
   */
  public OverlayBlockDevice(BlockDevice below, long limitBytes) {
    this.below = below;
    this.limitBytes = limitBytes;
  }

  @Override
  public long sizeBytes() {
    return below.sizeBytes();
  }

  @Override
  public boolean isWritable() {
    return true;
  }

  @Override
  public void read(long offsetBytes, ByteBuffer target) throws IOException {
    Requests.requireInside(this, offsetBytes, target);
    ByteBuffer patched = target.duplicate();
    int start = target.position();
    below.read(offsetBytes, target);
    if (pages.isEmpty()) {
      return;
    }
    long end = offsetBytes + patched.remaining();
    for (long at = offsetBytes; at < end; at = pageOf(at) + PAGE_BYTES) {
      byte[] page = pages.get(pageOf(at));
      if (page != null) {
        int length = (int) (Math.min(end, pageOf(at) + page.length) - at);
        patched.position(start + (int) (at - offsetBytes));
        patched.put(page, (int) (at - pageOf(at)), length);
      }
    }
  }

  /**
   * {@inheritDoc}
   *
   * @throws IOException also if the overlay's limit is reached; pages before the one that did not
   *     fit have been changed
   */
  @Override
  public void write(long offsetBytes, ByteBuffer source) throws IOException {
    Requests.requireInside(this, offsetBytes, source);
    long at = offsetBytes;
    while (source.hasRemaining()) {
      int within = (int) (at - pageOf(at));
      int length = Math.min(PAGE_BYTES - within, source.remaining());
      source.get(ownPage(pageOf(at)), within, length);
      at += length;
    }
  }

  /** The page that starts at {@code start}, copied from below when it is touched first. */
  private byte[] ownPage(long start) throws IOException {
    byte[] page = pages.get(start);
    if (page != null) {
      return page;
    }
    byte[] fresh = new byte[(int) Math.min(PAGE_BYTES, sizeBytes() - start)];
    if (heldBytes.addAndGet(fresh.length) > limitBytes) {
      heldBytes.addAndGet(-fresh.length);
      throw new IOException(
          "the overlay over "
              + below.describe()
              + " has reached its limit of "
              + limitBytes
              + " changed bytes");
    }
    below.read(start, ByteBuffer.wrap(fresh));
    byte[] other = pages.putIfAbsent(start, fresh);
    if (other != null) {
      heldBytes.addAndGet(-fresh.length);
      return other;
    }
    return fresh;
  }

  /** Where the overlay differs from the device below, in bytes, ascending, whole pages. */
  public List<BlockRange> changedRanges() {
    List<BlockRange> ranges = new ArrayList<>();
    for (long start : pages.keySet().stream().sorted().toList()) {
      long length = Math.min(PAGE_BYTES, sizeBytes() - start);
      int last = ranges.size() - 1;
      if (last >= 0 && ranges.get(last).end() == start) {
        ranges.set(
            last, new BlockRange(ranges.get(last).start(), ranges.get(last).length() + length));
      } else {
        ranges.add(new BlockRange(start, length));
      }
    }
    return ranges;
  }

  /** Does nothing: the changes live and die with this object. */
  @Override
  public void flush() {}

  @Override
  public void close() throws IOException {
    pages.clear();
    below.close();
  }

  @Override
  public String describe() {
    return "copy-on-write overlay over " + below.describe();
  }

  private static long pageOf(long offsetBytes) {
    return offsetBytes - offsetBytes % PAGE_BYTES;
  }
}
