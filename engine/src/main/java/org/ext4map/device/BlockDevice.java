package org.ext4map.device;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * The bytes of an image.
 *
 * <p>Units: bytes; any offset and length, an implementation that needs alignment sees to it itself.
 * Threads: all methods may be called by many threads at once. A transfer is all or nothing for the
 * caller: a short transfer of the layer below is continued or becomes an {@link IOException}.
 */
public interface BlockDevice extends Closeable {
  /** The size of the device in bytes; does not change while it is open. */
  long sizeBytes();

  /** True if {@link #write} may succeed. */
  boolean isWritable();

  /**
   * Fills {@code target} from its position to its limit with the bytes at {@code offsetBytes}. On
   * return the position is the limit.
   *
   * @throws java.io.EOFException if the range does not lie inside the device; nothing is read
   * @throws IOException if the device fails; the contents of {@code target} are then undefined
   */
  void read(long offsetBytes, ByteBuffer target) throws IOException;

  /**
   * Says that a range will soon be read, piece by piece. Returns at once; a device that can may
   * fetch it meanwhile, and what it does is seen in nothing but the time. Parts outside the device
   * are ignored.
   */
  default void expect(long offsetBytes, long lengthBytes) {}

  /**
   * Writes {@code source} from its position to its limit at {@code offsetBytes}. Durable only after
   * {@link #flush}.
   *
   * @throws java.io.EOFException if the range does not lie inside the device; nothing is written
   * @throws org.ext4map.model.ReadOnlyException if the device is not writable
   * @throws IOException if the device fails; any part of the range may have been written
   */
  void write(long offsetBytes, ByteBuffer source) throws IOException;

  /**
   * Returns when all writes that returned before are on stable storage.
   *
   * @throws IOException if the device fails; earlier writes may be lost
   */
  void flush() throws IOException;

  /** One line for a person: what this is and how it is read, with the reason. */
  String describe();
}
