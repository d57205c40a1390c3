package org.ext4map.aio.ring;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.ext4map.aio.jna.Libc;
import org.ext4map.aio.jna.NativeArea;
import org.ext4map.aio.jna.Syscall;

/**
 * Linux kernel AIO. The context id is the address of a ring of events that the kernel maps into the
 * process; events are consumed there without a system call when any have arrived.
 *
 * <p>Asynchronous only on a file opened with O_DIRECT: otherwise io_submit waits for the transfer.
 */
final class KernelAio implements IoRing {
  private static final VarHandle INT =
      MethodHandles.byteBufferViewVarHandle(int[].class, ByteOrder.nativeOrder());

  private static final int IOCB_BYTES = 64;
  private static final int IOCB_DATA = 0;
  private static final int IOCB_OPCODE = 16;
  private static final int IOCB_FD = 20;
  private static final int IOCB_BUF = 24;
  private static final int IOCB_NBYTES = 32;
  private static final int IOCB_OFFSET = 40;
  private static final int OP_PREAD = 0;
  private static final int OP_PWRITE = 1;
  private static final int OP_FDSYNC = 3;
  private static final int OP_POLL = 5;
  private static final int POLLIN = 1;

  private static final int EVENT_BYTES = 32;
  private static final int EVENT_DATA = 0;
  private static final int EVENT_RES = 16;
  private static final int RING_NR = 4;
  private static final int RING_HEAD = 8;
  private static final int RING_TAIL = 12;
  private static final int RING_MAGIC_AT = 16;
  private static final int RING_MAGIC = 0xa10a10a1;
  private static final int RING_EVENTS = 32;

  private static final long WAKE = -1;

  private final Syscall.Numbers numbers;
  private final int capacity;
  private final int fileFd;
  private final IoArena arena;
  private final long context;
  private final ByteBuffer ring;
  private final int ringEntries;
  private final NativeArea iocbs;
  private final NativeArea pointers;
  private final NativeArea events;
  private final EventFd event;
  private int prepared;
  private int copied;
  private boolean wakeArmed;

  private KernelAio(Syscall.Numbers numbers, int fileFd, int capacity, IoArena arena, long context)
      throws IOException {
    this.numbers = numbers;
    this.capacity = capacity;
    this.fileFd = fileFd;
    this.arena = arena;
    this.context = context;
    ByteBuffer header = NativeArea.view(context, RING_EVENTS);
    if (header.getInt(RING_MAGIC_AT) != RING_MAGIC) {
      throw new IOException(
          "kernel AIO: ring magic=0x"
              + Integer.toHexString(header.getInt(RING_MAGIC_AT))
              + ", allowed 0xa10a10a1");
    }
    ringEntries = header.getInt(RING_NR);
    ring = NativeArea.view(context, RING_EVENTS + ringEntries * EVENT_BYTES);
    iocbs = NativeArea.allocate((capacity + 1) * IOCB_BYTES);
    pointers = NativeArea.allocate((capacity + 1) * Long.BYTES);
    events = NativeArea.allocate((capacity + 1) * EVENT_BYTES);
    event = new EventFd();
  }

  /**
   * Opens a queue on {@code fileFd}, which stays the caller's.
   *
   * @throws IOException if the kernel has no AIO, or no room for another context (fs.aio-max-nr)
   */
  static KernelAio open(int fileFd, int capacity, IoArena arena) throws IOException {
    Syscall.Numbers numbers = Syscall.Numbers.ofThisMachine();
    try (Memory context = new Memory(Long.BYTES)) {
      context.clear();
      long result =
          Syscall.syscall(numbers.ioSetup(), capacity + 1L, Pointer.nativeValue(context), 0, 0);
      if (result != 0) {
        throw Libc.failure("io_setup");
      }
      long id = context.getLong(0);
      try {
        return new KernelAio(numbers, fileFd, capacity, arena, id);
      } catch (IOException | RuntimeException e) {
        Syscall.syscall(numbers.ioDestroy(), id, 0, 0, 0);
        throw e;
      }
    }
  }

  @Override
  public int capacity() {
    return capacity;
  }

  @Override
  public void start() {
    // an AIO context belongs to the process, not to a thread
  }

  @Override
  public void prepareRead(long cookie, long arenaOffset, int length, long fileOffset) {
    long address = arena.address() + arenaOffset;
    fillIocb((int) cookie, OP_PREAD, fileFd, cookie, address, length, fileOffset);
  }

  @Override
  public void prepareWrite(long cookie, long arenaOffset, int length, long fileOffset) {
    long address = arena.address() + arenaOffset;
    fillIocb((int) cookie, OP_PWRITE, fileFd, cookie, address, length, fileOffset);
  }

  @Override
  public void prepareDataSync(long cookie) {
    fillIocb((int) cookie, OP_FDSYNC, fileFd, cookie, 0, 0, 0);
  }

  private void fillIocb(
      int slot, int opcode, int fd, long cookie, long address, long length, long offset) {
    assert slot >= 0 && slot <= capacity && prepared <= capacity : "slot " + slot;
    ByteBuffer bytes = iocbs.bytes();
    int base = slot * IOCB_BYTES;
    for (int i = 0; i < IOCB_BYTES; i += Long.BYTES) {
      bytes.putLong(base + i, 0);
    }
    bytes.putLong(base + IOCB_DATA, cookie);
    bytes.putShort(base + IOCB_OPCODE, (short) opcode);
    bytes.putInt(base + IOCB_FD, fd);
    bytes.putLong(base + IOCB_BUF, address);
    bytes.putLong(base + IOCB_NBYTES, length);
    bytes.putLong(base + IOCB_OFFSET, offset);
    pointers.bytes().putLong(prepared * Long.BYTES, iocbs.address() + base);
    prepared++;
  }

  @Override
  public void submit(boolean wait) throws IOException {
    if (!wakeArmed) {
      fillIocb(capacity, OP_POLL, event.fd(), WAKE, POLLIN, 0, 0);
      wakeArmed = true;
    }
    submitPrepared();
    if (wait && copied == 0 && (int) INT.getAcquire(ring, RING_TAIL) == ring.getInt(RING_HEAD)) {
      waitForEvent();
    }
  }

  private void submitPrepared() throws IOException {
    int done = 0;
    while (done < prepared) {
      int taken =
          (int)
              Syscall.syscall(
                  numbers.ioSubmit(),
                  context,
                  prepared - done,
                  pointers.address() + (long) done * Long.BYTES,
                  0);
      if (taken > 0) {
        done += taken;
        continue;
      }
      int errno = Native.getLastError();
      if (errno == Libc.EAGAIN) {
        break;
      }
      if (errno != Libc.EINTR) {
        throw Libc.failure("io_submit", errno);
      }
    }
    for (int i = done; done > 0 && i < prepared; i++) {
      pointers.bytes().putLong((i - done) * Long.BYTES, pointers.bytes().getLong(i * Long.BYTES));
    }
    prepared -= done;
  }

  /** Lets the kernel wait; it copies what came. */
  private void waitForEvent() throws IOException {
    while (true) {
      int count =
          (int)
              Syscall.syscall(
                  numbers.ioGetevents(), context, 1, capacity + 1L, events.address(), 0, 0);
      if (count >= 0) {
        copied = count;
        return;
      }
      if (Native.getLastError() != Libc.EINTR) {
        throw Libc.failure("io_getevents");
      }
    }
  }

  @Override
  public int reap(CompletionSink sink) {
    int reported = 0;
    int count = copied;
    copied = 0;
    for (int i = 0; i < count; i++) {
      reported += report(sink, events.bytes(), i * EVENT_BYTES);
    }
    int head = ring.getInt(RING_HEAD);
    int tail = (int) INT.getAcquire(ring, RING_TAIL);
    while (head != tail) {
      int entry = RING_EVENTS + head * EVENT_BYTES;
      reported += report(sink, ring, entry);
      head = head + 1 == ringEntries ? 0 : head + 1;
      INT.setRelease(ring, RING_HEAD, head);
    }
    return reported;
  }

  private int report(CompletionSink sink, ByteBuffer bytes, int base) {
    long cookie = bytes.getLong(base + EVENT_DATA);
    if (cookie == WAKE) {
      event.drain();
      wakeArmed = false;
      return 0;
    }
    sink.completed(cookie, (int) bytes.getLong(base + EVENT_RES));
    return 1;
  }

  @Override
  public void wake() {
    event.signal();
  }

  @Override
  public String describe() {
    return "kernel AIO, events read in user space";
  }

  @Override
  public void close() {
    event.signal(); // io_destroy waits for what is in flight: the armed poll
    Syscall.syscall(numbers.ioDestroy(), context, 0, 0, 0);
    iocbs.close();
    pointers.close();
    events.close();
    event.close();
  }
}
