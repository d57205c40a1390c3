package org.ext4map.aio;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import java.io.IOException;
import java.nio.file.Path;
import org.ext4map.aio.jna.Libc;
import org.ext4map.aio.jna.NativeArea;
import org.ext4map.aio.jna.Syscall;

/**
 * Whether O_DIRECT on a file is real, and with which alignment. Opening a file with O_DIRECT
 * succeeds on file systems that then use the page cache all the same, so the probe asks in this
 * order: the open itself, statx's STATX_DIOALIGN (Linux 6.1), the kind of file system, and last one
 * aligned read.
 */
public final class DirectIoProbe {
  private static final int STATX_DIOALIGN = 0x2000;
  private static final int STATX_BYTES = 256;
  private static final int STX_MASK = 0;
  private static final int STX_DIO_MEM_ALIGN = 152;
  private static final int STX_DIO_OFFSET_ALIGN = 156;
  private static final int AT_FDCWD = -100;
  private static final int STATFS_BYTES = 256;
  private static final long TMPFS_MAGIC = 0x01021994L;
  private static final int SAFE_ALIGNMENT = 4096;

  private DirectIoProbe() {}

  /**
   * What the probe found.
   *
   * @param kind how I/O with O_DIRECT behaves
   * @param memoryAlignment bytes that a buffer's address must be a multiple of
   * @param offsetAlignment bytes that offset and length must be multiples of
   * @param reason one line for a person
   */
  public record Result(Kind kind, int memoryAlignment, int offsetAlignment, String reason) {}

  /** How I/O with O_DIRECT behaves. */
  public enum Kind {
    /** It passes the page cache by, and the kernel said so. */
    DIRECT,
    /**
     * It works, but nobody says that it passes the page cache by: no figures for direct I/O from
     * here.
     */
    UNVERIFIED,
    /** It is refused, or goes through the page cache. */
    BUFFERED
  }

  /**
   * Probes {@code file}, which must exist and be readable. Never throws: what goes wrong is the
   * reason.
   */
  public static Result probe(Path file) {
    int fd;
    try {
      int flags = Libc.O_RDONLY | Libc.O_CLOEXEC | Syscall.Numbers.ofThisMachine().directFlag();
      fd = Libc.open(file.toString(), flags, 0);
      if (fd < 0) {
        return buffered(Libc.failure("open with O_DIRECT"));
      }
    } catch (IOException | LinkageError e) {
      return buffered(e);
    }
    try {
      return probe(file, fd);
    } finally {
      Libc.close(fd);
    }
  }

  private static Result probe(Path file, int fd) {
    Result asTold = alignmentAsTold(file, fd);
    if (asTold.kind == Kind.BUFFERED) {
      return asTold;
    }
    int unit = Math.max(asTold.offsetAlignment, SAFE_ALIGNMENT);
    try (NativeArea area = NativeArea.allocate(unit)) {
      if (Libc.pread(fd, area.address(), unit, 0) < 0) {
        return buffered(Libc.failure("trial read of " + unit + " bytes"));
      }
    } catch (IOException e) {
      return buffered(e);
    }
    return asTold;
  }

  private static Result alignmentAsTold(Path file, int fd) {
    try (Memory stat = new Memory(STATX_BYTES)) {
      stat.clear();
      if (Libc.statx(AT_FDCWD, file.toString(), 0, STATX_DIOALIGN, stat) == 0
          && (stat.getInt(STX_MASK) & STATX_DIOALIGN) != 0) {
        int memory = stat.getInt(STX_DIO_MEM_ALIGN);
        int offset = stat.getInt(STX_DIO_OFFSET_ALIGN);
        if (memory == 0 || offset == 0) {
          return buffered("statx: stx_dio_offset_align=0, the file system buffers this file");
        }
        return new Result(
            Kind.DIRECT, memory, offset, "statx: memory " + memory + ", offset " + offset);
      }
    }
    try (Memory statfs = new Memory(STATFS_BYTES)) {
      statfs.clear();
      if (Libc.fstatfs(fd, statfs) == 0 && fileSystemMagic(statfs) == TMPFS_MAGIC) {
        return buffered("tmpfs accepts O_DIRECT and buffers");
      }
    }
    return new Result(
        Kind.UNVERIFIED, SAFE_ALIGNMENT, SAFE_ALIGNMENT, "statx has no STATX_DIOALIGN here");
  }

  private static long fileSystemMagic(Memory statfs) {
    return Native.LONG_SIZE == 8 ? statfs.getLong(0) : statfs.getInt(0);
  }

  private static Result buffered(Throwable reason) {
    return buffered(String.valueOf(reason.getMessage()));
  }

  private static Result buffered(String reason) {
    return new Result(Kind.BUFFERED, 1, 1, reason);
  }
}
