package org.ext4map.aio.ring;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.ext4map.aio.jna.NativeArea;
import org.jspecify.annotations.Nullable;

/**
 * The memory that requests transfer to and from: one page-aligned area that never moves. Any thread
 * may read and write the parts of requests it owns; the owner closes it after the last ring that
 * uses it.
 */
public final class IoArena implements AutoCloseable {
  private static final int PAGE = 4096;

  private final ByteBuffer bytes;
  private final @Nullable NativeArea area;

  private IoArena(ByteBuffer bytes, @Nullable NativeArea area) {
    this.bytes = bytes;
    this.area = area;
  }

  /**
   * Memory that native rings can use.
   *
   * @throws IOException if the system has none
   */
  public static IoArena ofNativeMemory(int length) throws IOException {
    NativeArea area = NativeArea.allocate(length);
    return new IoArena(area.bytes(), area);
  }

  /** Memory for {@link ChannelRing} where there is no native access. */
  public static IoArena ofDirectBuffer(int length) {
    ByteBuffer bytes = ByteBuffer.allocateDirect(length + PAGE).alignedSlice(PAGE);
    return new IoArena(bytes.slice(0, length).order(ByteOrder.nativeOrder()), null);
  }

  /** All of it, in native byte order. */
  public ByteBuffer bytes() {
    return bytes;
  }

  /** Where it starts; needs native memory. */
  long address() {
    if (area == null) {
      throw new IllegalStateException("this arena has no address: it was made for ChannelRing");
    }
    return area.address();
  }

  @Override
  public void close() {
    if (area != null) {
      area.close();
    }
  }
}
