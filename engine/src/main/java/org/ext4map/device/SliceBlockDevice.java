package org.ext4map.device;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;

/** A part of a larger device: a partition inside a disk image. Closing it closes the device. */
public final class SliceBlockDevice implements BlockDevice {
  private final BlockDevice whole;
  private final long startBytes;
  private final long lengthBytes;

  /**
   * The bytes {@code [offsetBytes, offsetBytes + lengthBytes)} of {@code whole}.
   *
   * @throws EOFException if they do not lie inside {@code whole}
   */
  public SliceBlockDevice(BlockDevice whole, long offsetBytes, long lengthBytes)
      throws EOFException {
    if (offsetBytes > whole.sizeBytes()) {
      throw new EOFException(
          "partition at byte "
              + offsetBytes
              + ", allowed below "
              + whole.sizeBytes()
              + " ["
              + whole.describe()
              + "]");
    }
    if (offsetBytes < 0 || lengthBytes < 0 || offsetBytes > whole.sizeBytes() - lengthBytes) {
      throw new EOFException(
          "partition at byte "
              + offsetBytes
              + " of "
              + lengthBytes
              + " bytes does not lie inside the "
              + whole.sizeBytes()
              + " bytes of "
              + whole.describe());
    }
    this.whole = whole;
    this.startBytes = offsetBytes;
    this.lengthBytes = lengthBytes;
  }

  /** What this is a part of. */
  public BlockDevice whole() {
    return whole;
  }

  /** Where in the whole it begins. */
  public long startBytes() {
    return startBytes;
  }

  @Override
  public long sizeBytes() {
    return lengthBytes;
  }

  @Override
  public boolean isWritable() {
    return whole.isWritable();
  }

  @Override
  public void read(long offsetBytes, ByteBuffer target) throws IOException {
    Requests.requireInside(this, offsetBytes, target);
    whole.read(startBytes + offsetBytes, target);
  }

  @Override
  public void write(long offsetBytes, ByteBuffer source) throws IOException {
    Requests.requireInside(this, offsetBytes, source);
    whole.write(startBytes + offsetBytes, source);
  }

  @Override
  public void flush() throws IOException {
    whole.flush();
  }

  @Override
  public void close() throws IOException {
    whole.close();
  }

  @Override
  public String describe() {
    return "bytes " + startBytes + "+" + lengthBytes + " of " + whole.describe();
  }
}
