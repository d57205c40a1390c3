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
 * io_uring without liburing: two rings shared with the kernel and one system call.
 *
 * <pre>
 *   SQE array   [64 bytes] x n      the owner fills at tail &amp; mask
 *   SQ ring     head tail ...       tail: set-release by us; head: moved by the kernel in enter
 *   CQ ring     head tail [16 B]    tail: get-acquire from the kernel; head: set-release by us
 * </pre>
 *
 * Completions are posted by the thread that has submitted: with COOP_TASKRUN when it next enters
 * the kernel, without an interrupt for it. So one thread does best to do both; SINGLE_ISSUER and
 * DEFER_TASKRUN, which would bind the queue to it, gave nothing that could be measured. File and
 * arena are registered where the limits allow; without, requests cost a little more.
 */
final class IoUring implements IoRing {
  private static final VarHandle INT =
      MethodHandles.byteBufferViewVarHandle(int[].class, ByteOrder.nativeOrder());

  private static final int PARAMS_BYTES = 120;
  private static final int P_SQ_ENTRIES = 0;
  private static final int P_CQ_ENTRIES = 4;
  private static final int P_FLAGS = 8;
  private static final int P_FEATURES = 20;
  private static final int P_SQ_OFF = 40;
  private static final int P_CQ_OFF = 80;
  private static final int OFF_HEAD = 0;
  private static final int OFF_TAIL = 4;
  private static final int OFF_MASK = 8;
  private static final int SQ_OFF_ARRAY = 24;
  private static final int CQ_OFF_CQES = 20;

  private static final int SETUP_CQSIZE = 1 << 3;
  private static final int SETUP_CLAMP = 1 << 4;
  private static final int SETUP_COOP_TASKRUN = 1 << 8;
  private static final int FEATURE_SINGLE_MMAP = 1;

  /** Newest options first; a kernel that does not know one answers EINVAL. */
  private static final int[] OPTIONS = {SETUP_COOP_TASKRUN, 0};

  private static final long MAP_SQES = 0x10000000;
  private static final int SQE_BYTES = 64;
  private static final int CQE_BYTES = 16;

  private static final int OP_FSYNC = 3;
  private static final int OP_READ_FIXED = 4;
  private static final int OP_WRITE_FIXED = 5;
  private static final int OP_READ = 22;
  private static final int OP_WRITE = 23;
  private static final int SQE_FIXED_FILE = 1;
  private static final int FSYNC_DATASYNC = 1;
  private static final int ENTER_GETEVENTS = 1;
  private static final int REGISTER_BUFFERS = 0;
  private static final int REGISTER_FILES = 2;

  /** The cookie of the armed read on the eventfd; slots are never negative. */
  private static final long WAKE = -1;

  private final int capacity;
  private final int fileFd;
  private final IoArena arena;
  private final int ringFd;
  private final int setupFlags;
  private final NativeArea rings;
  private final NativeArea sqes;
  private final ByteBuffer ring;
  private final ByteBuffer sqe;
  private final int sqHead;
  private final int sqTailAt;
  private final int sqMask;
  private final int cqHeadAt;
  private final int cqTailAt;
  private final int cqMask;
  private final int cqes;
  private final EventFd event;
  private final boolean fixedFile;
  private final boolean fixedArena;
  private int sqTail;
  private int unsubmitted;
  private boolean wakeArmed;

  private IoUring(int capacity, int fileFd, IoArena arena, int ringFd, Memory params)
      throws IOException {
    this.capacity = capacity;
    this.fileFd = fileFd;
    this.arena = arena;
    this.ringFd = ringFd;
    this.setupFlags = params.getInt(P_FLAGS);
    int sqArray = params.getInt(P_SQ_OFF + SQ_OFF_ARRAY);
    cqes = params.getInt(P_CQ_OFF + CQ_OFF_CQES);
    int sqEntries = params.getInt(P_SQ_ENTRIES);
    int ringBytes =
        Math.max(
            sqArray + Integer.BYTES * sqEntries, cqes + CQE_BYTES * params.getInt(P_CQ_ENTRIES));
    rings = NativeArea.share(ringFd, 0, ringBytes);
    sqes = NativeArea.share(ringFd, MAP_SQES, SQE_BYTES * sqEntries);
    ring = rings.bytes();
    sqe = sqes.bytes();
    sqHead = params.getInt(P_SQ_OFF + OFF_HEAD);
    sqTailAt = params.getInt(P_SQ_OFF + OFF_TAIL);
    sqMask = ring.getInt(params.getInt(P_SQ_OFF + OFF_MASK));
    cqHeadAt = params.getInt(P_CQ_OFF + OFF_HEAD);
    cqTailAt = params.getInt(P_CQ_OFF + OFF_TAIL);
    cqMask = ring.getInt(params.getInt(P_CQ_OFF + OFF_MASK));
    for (int i = 0; i < sqEntries; i++) {
      ring.putInt(sqArray + Integer.BYTES * i, i);
    }
    event = new EventFd();
    fixedFile = registerFile();
    fixedArena = registerArena();
  }

  /**
   * Opens a queue on {@code fileFd}, which stays the caller's.
   *
   * @throws IOException if the kernel has no io_uring, or denies it
   */
  static IoUring open(int fileFd, int capacity, IoArena arena) throws IOException {
    try (Memory params = new Memory(PARAMS_BYTES)) {
      for (int options : OPTIONS) {
        params.clear();
        params.setInt(P_FLAGS, options | SETUP_CQSIZE | SETUP_CLAMP);
        params.setInt(P_CQ_ENTRIES, 4 * capacity);
        long address = Pointer.nativeValue(params);
        int fd = (int) Syscall.syscall(Syscall.IO_URING_SETUP, capacity + 1L, address, 0, 0);
        if (fd >= 0) {
          return openRings(capacity, fileFd, arena, fd, params);
        }
        if (Native.getLastError() != Libc.EINVAL) {
          throw Libc.failure("io_uring_setup");
        }
      }
      throw Libc.failure("io_uring_setup", Libc.EINVAL);
    }
  }

  private static IoUring openRings(
      int capacity, int fileFd, IoArena arena, int ringFd, Memory params) throws IOException {
    try {
      if ((params.getInt(P_FEATURES) & FEATURE_SINGLE_MMAP) == 0) {
        throw new IOException(
            "io_uring: features=0x"
                + Integer.toHexString(params.getInt(P_FEATURES))
                + ", allowed with SINGLE_MMAP (Linux 5.4)");
      }
      if (params.getInt(P_SQ_ENTRIES) < capacity + 1) {
        throw new IOException(
            "io_uring: queue of "
                + params.getInt(P_SQ_ENTRIES)
                + " entries, wanted "
                + (capacity + 1));
      }
      return new IoUring(capacity, fileFd, arena, ringFd, params);
    } catch (IOException | RuntimeException e) {
      Libc.close(ringFd);
      throw e;
    }
  }

  private boolean registerFile() {
    try (Memory files = new Memory(Integer.BYTES)) {
      files.setInt(0, fileFd);
      return register(REGISTER_FILES, files, 1) == 0;
    }
  }

  private boolean registerArena() {
    try (Memory vector = new Memory(2L * Long.BYTES)) {
      vector.setLong(0, arena.address());
      vector.setLong(Long.BYTES, arena.bytes().capacity());
      return register(REGISTER_BUFFERS, vector, 1) == 0;
    }
  }

  private long register(int what, Memory argument, int count) {
    long address = Pointer.nativeValue(argument);
    return Syscall.syscall(Syscall.IO_URING_REGISTER, ringFd, what, address, count);
  }

  @Override
  public int capacity() {
    return capacity;
  }

  @Override
  public void start() {}

  @Override
  public void prepareRead(long cookie, long arenaOffset, int length, long fileOffset) {
    prepareTransfer(fixedArena ? OP_READ_FIXED : OP_READ, cookie, arenaOffset, length, fileOffset);
  }

  @Override
  public void prepareWrite(long cookie, long arenaOffset, int length, long fileOffset) {
    prepareTransfer(
        fixedArena ? OP_WRITE_FIXED : OP_WRITE, cookie, arenaOffset, length, fileOffset);
  }

  private void prepareTransfer(
      int opcode, long cookie, long arenaOffset, int length, long fileOffset) {
    assert (int) cookie >= 0 && (int) cookie < capacity : "slot " + (int) cookie;
    fillSqe(opcode, true, 0, arena.address() + arenaOffset, length, fileOffset, 0, cookie);
  }

  @Override
  public void prepareDataSync(long cookie) {
    assert (int) cookie >= 0 && (int) cookie < capacity : "slot " + (int) cookie;
    fillSqe(OP_FSYNC, true, 0, 0, 0, 0, FSYNC_DATASYNC, cookie);
  }

  private void armWake() {
    fillSqe(OP_READ, false, event.fd(), event.readAddress(), Long.BYTES, 0, 0, WAKE);
    wakeArmed = true;
  }

  /**
   * Eight stores: opcode, flags, ioprio, fd; offset; address; length, rw_flags; user_data; the rest
   * zero.
   */
  private void fillSqe(
      int opcode,
      boolean ourFile,
      int fd,
      long address,
      int length,
      long offset,
      int rwFlags,
      long cookie) {
    assert sqTail - (int) INT.getAcquire(ring, sqHead) <= sqMask : "submission queue full";
    boolean fixed = ourFile && fixedFile;
    int target = ourFile ? (fixedFile ? 0 : fileFd) : fd;
    int base = (sqTail & sqMask) * SQE_BYTES;
    sqe.put(base, (byte) opcode);
    sqe.put(base + 1, (byte) (fixed ? SQE_FIXED_FILE : 0));
    sqe.putShort(base + 2, (short) 0);
    sqe.putInt(base + 4, target);
    sqe.putLong(base + 8, offset);
    sqe.putLong(base + 16, address);
    sqe.putInt(base + 24, length);
    sqe.putInt(base + 28, rwFlags);
    sqe.putLong(base + 32, cookie);
    sqe.putLong(base + 40, 0);
    sqe.putLong(base + 48, 0);
    sqe.putLong(base + 56, 0);
    sqTail++;
    unsubmitted++;
  }

  @Override
  public void submit(boolean wait) throws IOException {
    if (!wakeArmed) {
      armWake();
    }
    INT.setRelease(ring, sqTailAt, sqTail);
    boolean ready = (int) INT.getAcquire(ring, cqTailAt) != ring.getInt(cqHeadAt);
    int least = wait && !ready ? 1 : 0;
    while (true) {
      int taken =
          (int)
              Syscall.syscall(
                  Syscall.IO_URING_ENTER, ringFd, unsubmitted, least, ENTER_GETEVENTS, 0, 0);
      if (taken >= 0) {
        unsubmitted -= taken;
        return;
      }
      int errno = Native.getLastError();
      if (errno == Libc.EAGAIN || errno == Libc.EBUSY) {
        return; // the caller reaps, which makes room, and comes again
      }
      if (errno != Libc.EINTR) {
        throw Libc.failure("io_uring_enter", errno);
      }
    }
  }

  @Override
  public int reap(CompletionSink sink) {
    int head = ring.getInt(cqHeadAt);
    int tail = (int) INT.getAcquire(ring, cqTailAt);
    int reported = 0;
    for (; head != tail; head++) {
      int entry = cqes + (head & cqMask) * CQE_BYTES;
      long cookie = ring.getLong(entry);
      int result = ring.getInt(entry + 8);
      // free the entry first: a sink that throws must not see it again
      INT.setRelease(ring, cqHeadAt, head + 1);
      if (cookie == WAKE) {
        wakeArmed = false;
      } else {
        sink.completed(cookie, result);
        reported++;
      }
    }
    return reported;
  }

  @Override
  public void wake() {
    event.signal();
  }

  @Override
  public String describe() {
    return "io_uring"
        + ((setupFlags & SETUP_COOP_TASKRUN) != 0 ? ", cooperative task work" : "")
        + (fixedFile ? ", registered file" : "")
        + (fixedArena ? ", registered buffers" : "");
  }

  @Override
  public void close() {
    Libc.close(ringFd);
    sqes.close();
    rings.close();
    event.close();
  }
}
