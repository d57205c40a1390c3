package org.ext4map.aio.ring;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.ext4map.aio.jna.Libc;
import org.ext4map.aio.jna.NativeArea;

/** An eventfd with the 16 bytes of memory that signalling and draining it need. */
final class EventFd implements AutoCloseable {
  private static final int EFD_CLOEXEC = 0x80000;
  private static final int EFD_NONBLOCK = 0x800;
  private static final int ONE_OFFSET = 0;
  private static final int READ_OFFSET = 8;
  private static final int BYTES = 16;

  private final int fd;
  private final NativeArea memory;

  EventFd() throws IOException {
    memory = NativeArea.allocate(BYTES);
    ByteBuffer bytes = memory.bytes();
    bytes.putLong(ONE_OFFSET, 1);
    fd = Libc.eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (fd < 0) {
      memory.close();
      throw Libc.failure("eventfd");
    }
  }

  int fd() {
    return fd;
  }

  /** Where a read of the eventfd puts its counter. */
  long readAddress() {
    return memory.address() + READ_OFFSET;
  }

  /** Makes the eventfd readable. Any thread, as long as it is open. */
  void signal() {
    // a full counter (EAGAIN) is readable too, so the result does not matter
    Libc.write(fd, memory.address() + ONE_OFFSET, Long.BYTES);
  }

  /** Makes it unreadable again. */
  void drain() {
    Libc.read(fd, readAddress(), Long.BYTES);
  }

  @Override
  public void close() {
    Libc.close(fd);
    memory.close();
  }
}
