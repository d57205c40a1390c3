package org.ext4map.device;

import java.io.EOFException;
import java.nio.ByteBuffer;
import java.util.concurrent.ConcurrentHashMap;

/**
 * An image in memory. Sparse: a chunk that was never written costs nothing and reads as zeros. All
 * writes are as durable as they will ever be; {@link #flush} does nothing.
 */
public final class MemoryBlockDevice implements BlockDevice {
  private static final int CHUNK_BYTES = 1 << 16;

  private final long sizeBytes;
  private final ConcurrentHashMap<Long, byte[]> chunks = new ConcurrentHashMap<>();

  /**
   * A device of zeros.
   *
   * @param sizeBytes its size, at least 0; memory is taken as chunks are written
   */
  public MemoryBlockDevice(long sizeBytes) {
    if (sizeBytes < 0) {
      throw new IllegalArgumentException("sizeBytes " + sizeBytes + ", allowed >= 0");
    }
    this.sizeBytes = sizeBytes;
  }

  /** A device that holds a copy of {@code image}. */
  public static MemoryBlockDevice of(byte[] image) {
    MemoryBlockDevice device = new MemoryBlockDevice(image.length);
    device.store(0, ByteBuffer.wrap(image));
    return device;
  }

  @Override
  public long sizeBytes() {
    return sizeBytes;
  }

  @Override
  public boolean isWritable() {
    return true;
  }

  @Override
  public void read(long offsetBytes, ByteBuffer target) throws EOFException {
    Requests.requireInside(this, offsetBytes, target);
    long at = offsetBytes;
    while (target.hasRemaining()) {
      int within = (int) (at % CHUNK_BYTES);
      int length = Math.min(CHUNK_BYTES - within, target.remaining());
      byte[] chunk = chunks.get(at / CHUNK_BYTES);
      target.put(chunk == null ? new byte[length] : chunk, chunk == null ? 0 : within, length);
      at += length;
    }
  }

  @Override
  public void write(long offsetBytes, ByteBuffer source) throws EOFException {
    Requests.requireInside(this, offsetBytes, source);
    store(offsetBytes, source);
  }

  private void store(long offsetBytes, ByteBuffer source) {
    long at = offsetBytes;
    while (source.hasRemaining()) {
      int within = (int) (at % CHUNK_BYTES);
      int length = Math.min(CHUNK_BYTES - within, source.remaining());
      byte[] chunk = chunks.computeIfAbsent(at / CHUNK_BYTES, absent -> new byte[CHUNK_BYTES]);
      source.get(chunk, within, length);
      at += length;
    }
  }

  @Override
  public void flush() {}

  @Override
  public void close() {}

  @Override
  public String describe() {
    return "memory, " + sizeBytes + " bytes";
  }
}
