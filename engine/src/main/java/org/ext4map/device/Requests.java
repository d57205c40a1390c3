package org.ext4map.device;

import java.io.EOFException;
import java.nio.ByteBuffer;
import org.ext4map.model.ReadOnlyException;

/** The two checks that every device makes before it does anything. */
final class Requests {
  private Requests() {}

  /** Refuses a transfer that does not lie inside the device. */
  static void requireInside(BlockDevice device, long offsetBytes, ByteBuffer transfer)
      throws EOFException {
    long size = device.sizeBytes();
    if (offsetBytes < 0 || offsetBytes > size || transfer.remaining() > size - offsetBytes) {
      throw new EOFException(
          "bytes "
              + offsetBytes
              + "+"
              + transfer.remaining()
              + " do not lie inside the "
              + size
              + " bytes of "
              + device.describe());
    }
  }

  /** Refuses a write to a device that is open for reading. */
  static void requireWritable(BlockDevice device) throws ReadOnlyException {
    if (!device.isWritable()) {
      throw new ReadOnlyException("write to " + device.describe() + ": open for reading only");
    }
  }
}
