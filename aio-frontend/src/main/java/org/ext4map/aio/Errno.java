package org.ext4map.aio;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import org.ext4map.aio.jna.Libc;
import org.ext4map.model.CorruptionException;
import org.ext4map.model.NoSpaceException;
import org.ext4map.model.ReadOnlyException;
import org.ext4map.model.UnsupportedFeatureException;

/** From exceptions to errno and back: the one place. Numbers: asm-generic/errno-base.h, errno.h. */
final class Errno {
  static final int EPERM = 1;
  static final int EIO = 5;
  static final int ENOSPC = 28;
  static final int EROFS = 30;
  static final int EOPNOTSUPP = 95;

  /** The kernel's EFSCORRUPTED. */
  static final int EUCLEAN = 117;

  static final int ECANCELED = Libc.ECANCELED;

  private Errno() {}

  /** A request that failed on the device, or was cancelled. */
  static final class IoFailure extends IOException {
    private static final long serialVersionUID = 1;
    private final int errno;

    IoFailure(int errno, String what) {
      super(what + " [errno=" + errno + "]");
      this.errno = errno;
    }
  }

  static int of(IOException failure) {
    if (failure instanceof IoFailure io) {
      return io.errno;
    }
    if (failure instanceof NoSpaceException) {
      return ENOSPC;
    }
    if (failure instanceof ReadOnlyException) {
      return EROFS;
    }
    if (failure instanceof UnsupportedFeatureException) {
      return EOPNOTSUPP;
    }
    if (failure instanceof CorruptionException) {
      return EUCLEAN;
    }
    return failure instanceof AccessDeniedException ? EPERM : EIO;
  }
}
