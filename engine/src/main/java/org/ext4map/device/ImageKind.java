package org.ext4map.device;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

/** Tells files that can hold an image from those of which opening alone may wait for ever. */
final class ImageKind {
  private static final int TYPE = 0xF000;
  private static final int FIFO = 0x1000;
  private static final int CHARACTER_DEVICE = 0x2000;
  private static final int SOCKET = 0xC000;

  private ImageKind() {}

  /**
   * Refuses what cannot be read at any place. Costs one look at the inode.
   *
   * @throws FileSystemException saying what it is
   * @throws java.nio.file.NoSuchFileException if there is no such file
   */
  static void requireSeekable(Path path) throws IOException {
    BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
    if (attributes.isDirectory()) {
      throw refused(path, "a directory");
    }
    boolean unix = path.getFileSystem().supportedFileAttributeViews().contains("unix");
    if (attributes.isOther() && unix) {
      switch ((Integer) Files.getAttribute(path, "unix:mode") & TYPE) {
        case FIFO -> throw refused(path, "a pipe");
        case CHARACTER_DEVICE -> throw refused(path, "a character device");
        case SOCKET -> throw refused(path, "a socket");
        default -> {}
      }
    }
  }

  private static FileSystemException refused(Path path, String what) {
    return new FileSystemException(
        path.toString(), null, "is " + what + ", allowed a file or a block device");
  }
}
