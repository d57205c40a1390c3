package org.ext4map.testkit.script;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import org.ext4map.model.NoSpaceException;
import org.ext4map.model.UnsupportedFeatureException;

/** How an operation ended: success, or the name of the error that the system call has. */
public enum Outcome {
  OK,
  ENOENT,
  EEXIST,
  ENOTDIR,
  EISDIR,
  ENOTEMPTY,
  EINVAL,
  ENOSPC,
  EOPNOTSUPP,
  EFBIG,
  ELOOP,
  EPERM,
  /** An exception of ours that says its reason in words alone. */
  REFUSED;

  /** What an exception of the engine means; if it is no refusal, it is thrown again. */
  static Outcome of(IOException refusal) throws IOException {
    if (refusal instanceof NoSpaceException) {
      return ENOSPC;
    } else if (refusal instanceof UnsupportedFeatureException) {
      return EOPNOTSUPP;
    } else if (refusal instanceof NoSuchFileException) {
      return ENOENT;
    } else if (refusal instanceof FileAlreadyExistsException) {
      return EEXIST;
    } else if (refusal instanceof NotDirectoryException) {
      return ENOTDIR;
    } else if (refusal instanceof DirectoryNotEmptyException) {
      return ENOTEMPTY;
    } else if (refusal instanceof FileSystemLoopException) {
      return ELOOP;
    } else if (refusal instanceof AccessDeniedException) {
      return EPERM;
    } else if (refusal instanceof FileSystemException) {
      return REFUSED;
    }
    throw refusal;
  }

  /** True if the two say the same, as far as the coarser of them tells. */
  public boolean agreesWith(Outcome other) {
    return this == other || isCoarse(other) || other.isCoarse(this);
  }

  private boolean isCoarse(Outcome exact) {
    return this == REFUSED
        && switch (exact) {
          case EISDIR, EFBIG, EPERM, EINVAL, EOPNOTSUPP -> true;
          default -> false;
        };
  }
}
