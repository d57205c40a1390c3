package org.ext4map.testkit;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.ext4map.device.BlockDevice;

/** Passes everything on; what a device of this package changes it overrides. */
public abstract class ForwardingDevice implements BlockDevice {
  final BlockDevice below;

  protected ForwardingDevice(BlockDevice below) {
    this.below = below;
  }

  @Override
  public long sizeBytes() {
    return below.sizeBytes();
  }

  @Override
  public boolean isWritable() {
    return below.isWritable();
  }

  @Override
  public void read(long offsetBytes, ByteBuffer target) throws IOException {
    below.read(offsetBytes, target);
  }

  @Override
  public void write(long offsetBytes, ByteBuffer source) throws IOException {
    below.write(offsetBytes, source);
  }

  @Override
  public void flush() throws IOException {
    below.flush();
  }

  @Override
  public void close() throws IOException {
    below.close();
  }

  @Override
  public String describe() {
    return getClass().getSimpleName() + " over " + below.describe();
  }
}
