package org.ext4map.aio;

import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Memory that the device transfers to and from without a copy: page-aligned, and it never moves.
 *
 * <p>Threads: any; a request in flight owns the part that it names. {@link #close} gives the memory
 * back, when no request uses it; nobody touches {@link #bytes} from then on.
 */
public final class IoBuffer implements AutoCloseable {
  private final BufferSpace space;
  private final int start;
  private final ByteBuffer bytes;
  private final AtomicBoolean closed = new AtomicBoolean();

  IoBuffer(BufferSpace space, int start, ByteBuffer bytes) {
    this.space = space;
    this.start = start;
    this.bytes = bytes;
  }

  /** All of it, position 0. Its position and limit mean nothing to requests. */
  public ByteBuffer bytes() {
    return bytes;
  }

  /** How much it is. */
  public int length() {
    return bytes.capacity();
  }

  /** Where in the arena byte {@code offset} lies. */
  int arenaAt(int offset, int length) {
    if (closed.get()) {
      throw new IllegalStateException("the buffer is closed");
    }
    if (offset < 0 || length < 0 || offset > bytes.capacity() - length) {
      throw new IndexOutOfBoundsException(
          length + " bytes at " + offset + " of a buffer of " + bytes.capacity());
    }
    return start + offset;
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      space.giveBack(start, bytes.capacity());
    }
  }
}
