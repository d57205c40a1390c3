package org.ext4map.aio.jna;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Platform;
import java.io.IOException;

/**
 * {@code syscall(2)} for the calls without a wrapper in the C library, and their numbers. Numbers:
 * Linux arch/x86/entry/syscalls/syscall_64.tbl, include/uapi/asm-generic/unistd.h.
 */
public final class Syscall {
  /** The same on every architecture. */
  public static final int IO_URING_SETUP = 425;

  public static final int IO_URING_ENTER = 426;
  public static final int IO_URING_REGISTER = 427;

  static {
    Native.register(Syscall.class, NativeLibrary.getInstance("c"));
  }

  private Syscall() {}

  /** The numbers of kernel AIO and the flag O_DIRECT, which differ between architectures. */
  public record Numbers(int ioSetup, int ioDestroy, int ioGetevents, int ioSubmit, int directFlag) {
    private static final Numbers X86_64 = new Numbers(206, 207, 208, 209, 0x4000);
    private static final Numbers AARCH64 = new Numbers(0, 1, 4, 2, 0x10000);

    /**
     * The numbers of the machine this runs on.
     *
     * @throws IOException if it is neither Linux on x86-64 nor on aarch64
     */
    public static Numbers ofThisMachine() throws IOException {
      if (Platform.isLinux() && Platform.is64Bit()) {
        if (Platform.isIntel()) {
          return X86_64;
        }
        if (Platform.isARM()) {
          return AARCH64;
        }
      }
      throw new IOException(
          "native I/O: machine="
              + Platform.RESOURCE_PREFIX
              + ", allowed linux-x86-64, linux-aarch64");
    }
  }

  /** One to four arguments; each unused one costs time, so there are two widths. */
  public static native long syscall(long number, long a, long b, long c, long d);

  public static native long syscall(long number, long a, long b, long c, long d, long e, long f);
}
