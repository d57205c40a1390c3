package org.ext4map.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.util.Locale;
import org.ext4map.model.NoSpaceException;
import org.jspecify.annotations.Nullable;

/** Bytes that go block by block, and the two lines by which xfs_io tells how many and how fast. */
final class IoTransfer {
  private static final String UNITS = "KMGTPE";

  private final String verb;
  private final IoRange range;
  private final @Nullable Console console;
  private final long start = System.nanoTime();
  private long done;
  private long operations;

  /**
   * Starts the clock.
   *
   * @param console nothing is told if it is null
   */
  IoTransfer(String verb, IoRange range, @Nullable Console console) {
    this.verb = verb;
    this.range = range;
    this.console = console;
  }

  /** Writes {@code pattern} again and again; if space ends first, what was written is told. */
  void write(SeekableByteChannel channel, ByteBuffer pattern) throws IOException {
    try {
      while (done < range.length()) {
        pattern.clear().limit((int) Math.min(pattern.capacity(), range.length() - done));
        done += channel.position(range.offset() + done).write(pattern);
        operations++;
      }
    } catch (NoSpaceException noMore) {
      if (done > 0) {
        tell();
      }
      throw noMore;
    }
  }

  /** Takes what was read. */
  interface Sink {
    void take(ByteBuffer bytes) throws IOException;
  }

  /** Reads up to the end of the range or of the file. */
  void read(SeekableByteChannel channel, ByteBuffer buffer, Sink sink) throws IOException {
    while (done < range.length()) {
      buffer.clear().limit((int) Math.min(buffer.capacity(), range.length() - done));
      int count = channel.position(range.offset() + done).read(buffer);
      if (count < 0) {
        return;
      }
      done += count;
      operations++;
      sink.take(buffer.flip());
    }
  }

  /** The two lines. */
  void tell() throws IOException {
    if (console == null) {
      return;
    }
    console.line(verb + " " + done + "/" + range.length() + " bytes at offset " + range.offset());
    double seconds = Math.max(1, System.nanoTime() - start) / 1e9;
    console.line(
        String.format(
            Locale.ROOT,
            "%s, %d ops; %.4f sec (%s/sec and %.4f ops/sec)",
            bytes((double) done),
            operations,
            seconds,
            bytes(done / seconds),
            operations / seconds));
  }

  private static String bytes(double count) {
    double value = count;
    int unit = -1;
    while (value >= 1024 && unit < UNITS.length() - 1) {
      value /= 1024;
      unit++;
    }
    String figure = String.format(Locale.ROOT, value == Math.rint(value) ? "%.0f" : "%.3f", value);
    return unit < 0 ? figure + " bytes" : figure + " " + UNITS.charAt(unit) + "iB";
  }
}
