package org.ext4map.aio.jna;

import com.sun.jna.Pointer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Memory outside the heap that never moves: anonymous, or a ring of the kernel. Page-aligned.
 *
 * <p>The owner unmaps it, after the last use by anybody: a buffer that survives {@link #close}
 * kills the JVM when touched.
 */
public final class NativeArea implements AutoCloseable {
  private static final int READ_WRITE = Libc.PROT_READ | Libc.PROT_WRITE;

  private final long address;
  private final int length;
  private final ByteBuffer bytes;

  private NativeArea(long address, int length) {
    this.address = address;
    this.length = length;
    this.bytes = new Pointer(address).getByteBuffer(0, length).order(ByteOrder.nativeOrder());
  }

  /**
   * Zeroed memory, resident from the start.
   *
   * @throws IOException if the system has none
   */
  public static NativeArea allocate(int length) throws IOException {
    return map(length, Libc.MAP_PRIVATE | Libc.MAP_ANONYMOUS | Libc.MAP_POPULATE, -1, 0);
  }

  /**
   * The part of {@code fd} that starts at {@code offset}, shared with the kernel.
   *
   * @throws IOException if the kernel refuses
   */
  public static NativeArea share(int fd, long offset, int length) throws IOException {
    return map(length, Libc.MAP_SHARED | Libc.MAP_POPULATE, fd, offset);
  }

  /** A view of memory that somebody else maps and unmaps; {@link #close} must not be called. */
  public static ByteBuffer view(long address, int length) {
    return new Pointer(address).getByteBuffer(0, length).order(ByteOrder.nativeOrder());
  }

  private static NativeArea map(int length, int flags, int fd, long offset) throws IOException {
    long address = Libc.mmap(0, length, READ_WRITE, flags, fd, offset);
    if (address == Libc.MAP_FAILED) {
      throw Libc.failure("mmap of " + length + " bytes");
    }
    return new NativeArea(address, length);
  }

  /** Where it starts. */
  public long address() {
    return address;
  }

  /** All of it, in native byte order, position 0. */
  public ByteBuffer bytes() {
    return bytes;
  }

  /** Gives the memory back; nobody may touch it from here on. */
  @Override
  public void close() {
    Libc.munmap(address, length);
  }
}
