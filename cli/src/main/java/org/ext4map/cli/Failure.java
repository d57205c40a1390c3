package org.ext4map.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import org.ext4map.Ext4File;

/**
 * Why a command did not do its work: an exit code and one line. The only place that turns
 * exceptions into what the user sees.
 */
final class Failure extends IOException {
  private static final long serialVersionUID = 1;

  private final int exitCode;

  private Failure(int exitCode, String message, IOException cause) {
    super(message, cause);
    this.exitCode = exitCode;
  }

  private Failure(int exitCode, String message) {
    super(message);
    this.exitCode = exitCode;
  }

  /**
   * A file of the host cannot be opened or is not what it should be: exit 8, whatever the reason.
   */
  static Failure opening(String image, IOException cause) {
    String reason = describe(cause);
    String message = reason.startsWith(image + ": ") ? reason : image + ": " + reason;
    return new Failure(ExitCode.FAILED, message, cause);
  }

  /** A file of another type than the command is for: exit 8. */
  static Failure type(ImagePath path, Ext4File found, String allowed) {
    return refused(
        path
            + ": type="
            + Names.word(found.type())
            + ", allowed "
            + allowed
            + " [inode "
            + found.ino()
            + "]");
  }

  /** One of several steps failed: which, and why. */
  static Failure at(String place, IOException cause) {
    return new Failure(exitCodeOf(cause), place + ": " + describe(cause), cause);
  }

  /** The command cannot do this with what the image holds: exit 8. */
  static Failure refused(String message) {
    return new Failure(ExitCode.FAILED, message);
  }

  /** What was asked for is not in the image: exit 1. */
  static Failure notFound(String message) {
    return new Failure(ExitCode.NOT_FOUND, message);
  }

  /** The exit code that {@code problem} means. */
  static int exitCodeOf(Throwable problem) {
    if (problem instanceof Failure failure) {
      return failure.exitCode;
    }
    if (problem instanceof Console.OutputClosedException closed && closed.isBrokenPipe()) {
      return ExitCode.CANCELLED;
    }
    if (problem instanceof NoSuchFileException
        || problem instanceof NotDirectoryException
        || problem instanceof FileSystemLoopException) {
      return ExitCode.NOT_FOUND;
    }
    return ExitCode.FAILED;
  }

  /** One line for the user: field, value found, values allowed, place, as far as they are known. */
  static String describe(Throwable problem) {
    if (problem instanceof OutOfMemoryError) {
      return "memory: not enough heap, allowed more with EXT4MAP_JAVA_OPTS=-Xmx1g ["
          + problem.getMessage()
          + "]";
    }
    if (problem instanceof RuntimeException || problem instanceof Error) {
      return "internal error: " + problem + " [-v shows where; please report it]";
    }
    if (problem instanceof FileSystemException inFile) {
      return inFile.getFile() + ": " + reason(inFile);
    }
    String message = problem.getMessage();
    return message == null ? problem.getClass().getSimpleName() : message;
  }

  private static String reason(FileSystemException problem) {
    if (problem.getReason() != null) {
      return problem.getReason();
    }
    if (problem instanceof NoSuchFileException) {
      return "no such file or directory";
    }
    if (problem instanceof NotDirectoryException) {
      return "not a directory";
    }
    if (problem instanceof FileSystemLoopException) {
      return "too many symbolic links";
    }
    if (problem instanceof FileAlreadyExistsException) {
      return "exists already";
    }
    if (problem instanceof DirectoryNotEmptyException) {
      return "is not empty";
    }
    if (problem instanceof AccessDeniedException) {
      return "permission denied";
    }
    return problem.getClass().getSimpleName();
  }

  /** The whole story, for {@code -v}. */
  static String trace(Throwable problem) {
    StringWriter text = new StringWriter();
    problem.printStackTrace(new PrintWriter(text));
    return text.toString();
  }
}
