package org.ext4map.testkit;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.ext4map.device.BlockDevice;
import org.ext4map.device.OverlayBlockDevice;

/**
 * Keeps a log of writes, flushes and marks in the order of completion. Writes go to an overlay, so
 * that the image from which the log starts stays as it was.
 */
public class RecordingDevice implements BlockDevice {
  /** One line of the log. */
  public sealed interface Event {}

  /**
   * A write that has returned.
   *
   * @param offsetBytes where
   * @param bytes what; not to be changed
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  public record Write(long offsetBytes, byte[] bytes) implements Event {}

  /** A flush that has returned. */
  public record Flush() implements Event {}

  /**
   * Something was promised to a client: a crash from here on must keep it.
   *
   * @param what for example {@code "fsync of file 7 returned"}
   */
  public record Mark(String what) implements Event {}

  private final BlockDevice base;
  private final OverlayBlockDevice now;
  private final List<Event> log = new ArrayList<>();

  /** Records on top of {@code base}, which must not change from now on. */
  public RecordingDevice(BlockDevice base) {
    this.base = base;
    this.now = new OverlayBlockDevice(base);
  }

  /** The image from which the log starts. */
  public BlockDevice base() {
    return base;
  }

  /** The log so far. */
  public synchronized List<Event> log() {
    return List.copyOf(log);
  }

  /** Notes a promise. */
  public synchronized void mark(String what) {
    log.add(new Mark(what));
  }

  @Override
  public long sizeBytes() {
    return base.sizeBytes();
  }

  @Override
  public boolean isWritable() {
    return true;
  }

  @Override
  public void read(long offsetBytes, ByteBuffer target) throws IOException {
    now.read(offsetBytes, target);
  }

  @Override
  public synchronized void write(long offsetBytes, ByteBuffer source) throws IOException {
    byte[] bytes = new byte[source.remaining()];
    source.duplicate().get(bytes);
    now.write(offsetBytes, source);
    log.add(new Write(offsetBytes, bytes));
  }

  @Override
  public synchronized void flush() {
    log.add(new Flush());
  }

  @Override
  public void close() {}

  @Override
  public String describe() {
    return "recording of " + base.describe();
  }
}
