package org.ext4map.aio.jna;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import java.io.IOException;

/**
 * The C library's wrappers that the front end calls. Any thread; a thread inside a call holds up
 * neither the garbage collector nor other threads, and {@link Thread#interrupt} does not wake it.
 */
public final class Libc {
  public static final int EPERM = 1;
  public static final int EINTR = 4;
  public static final int EAGAIN = 11;
  public static final int EBUSY = 16;
  public static final int EINVAL = 22;
  public static final int ETIME = 62;
  public static final int ECANCELED = 125;

  public static final int O_RDONLY = 0;
  public static final int O_RDWR = 2;
  public static final int O_CLOEXEC = 0x80000;

  public static final int PROT_READ = 1;
  public static final int PROT_WRITE = 2;
  public static final int MAP_SHARED = 0x01;
  public static final int MAP_PRIVATE = 0x02;
  public static final int MAP_ANONYMOUS = 0x20;
  public static final int MAP_POPULATE = 0x8000;

  public static final int POSIX_FADV_DONTNEED = 4;

  /** What mmap answers when it fails. */
  public static final long MAP_FAILED = -1;

  static {
    Native.register(Libc.class, NativeLibrary.getInstance("c"));
  }

  private Libc() {}

  public static native int open(String path, int flags, int mode);

  public static native int close(int fd);

  public static native long pread(int fd, long address, long count, long offset);

  public static native long pwrite(int fd, long address, long count, long offset);

  public static native long read(int fd, long address, long count);

  public static native long write(int fd, long address, long count);

  public static native int fdatasync(int fd);

  public static native int posix_fadvise(int fd, long offset, long length, int advice);

  public static native long mmap(long hint, long length, int prot, int flags, int fd, long offset);

  public static native int munmap(long address, long length);

  public static native int eventfd(int initial, int flags);

  public static native int statx(int dirFd, String path, int flags, int mask, Pointer result);

  public static native int fstatfs(int fd, Pointer result);

  private static native String strerror(int errno);

  /** An exception for a call that just failed on this thread. */
  public static IOException failure(String call) {
    return failure(call, Native.getLastError());
  }

  /** An exception for a call that failed with {@code errno}. */
  public static IOException failure(String call, int errno) {
    return new IOException(call + ": " + strerror(errno) + " (errno " + errno + ")");
  }
}
