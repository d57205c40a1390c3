package org.ext4map.device;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/**
 * Finds out whether the kernel uses an image, as far as Linux tells: attached to a loop device, or
 * mounted. On other systems it finds nothing.
 */
final class ImageInUse {
  private static final Path BLOCK_DEVICES = Path.of("/sys/block");
  private static final Path MOUNTS = Path.of("/proc/self/mounts");

  private ImageInUse() {}

  /**
   * Refuses an image in use.
   *
   * @throws FileSystemException saying by what it is used
   */
  static void requireFree(Path image) throws IOException {
    Path real = image.toRealPath();
    if (Files.isDirectory(BLOCK_DEVICES)) {
      try (DirectoryStream<Path> loops = Files.newDirectoryStream(BLOCK_DEVICES, "loop*")) {
        for (Path loop : loops) {
          if (isSame(real, text(loop.resolve("loop/backing_file")).strip())) {
            throw inUse(image, "attached to /dev/" + loop.getFileName());
          }
        }
      }
    }
    for (String mount : text(MOUNTS).split("\n", -1)) {
      if (mount.startsWith(real + " ")) {
        throw inUse(image, "mounted: " + mount);
      }
    }
  }

  /** True also for another name of the same file; false for a name that is not there any more. */
  private static boolean isSame(Path real, String attached) {
    if (attached.isEmpty()) {
      return false;
    }
    try {
      return Files.isSameFile(real, Path.of(attached));
    } catch (IOException | InvalidPathException gone) {
      return attached.equals(real.toString());
    }
  }

  private static FileSystemException inUse(Path image, String how) {
    return new FileSystemException(image.toString(), null, "opening for writing: " + how);
  }

  /** The file's contents; nothing if it is not there, or has just gone. */
  private static String text(Path file) {
    try {
      return Files.readString(file, StandardCharsets.UTF_8);
    } catch (IOException absent) {
      return "";
    }
  }
}
