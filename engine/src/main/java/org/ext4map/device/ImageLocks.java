package org.ext4map.device;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Who in this process holds the lock of which file. When a process closes any descriptor of a file,
 * POSIX lets go of all locks that it has on the file (fcntl(2), close(2)): one who only looked
 * would take the lock from one who writes. So whoever closes a descriptor says so here, and the
 * lock is taken again at once. Threads: any.
 */
final class ImageLocks {
  private static final Map<Object, ImageFile> HOLDERS = new ConcurrentHashMap<>();

  private ImageLocks() {}

  /** What is the same for all names of one file; null where the system has no such thing. */
  static @Nullable Object keyOf(Path path) throws IOException {
    return Files.readAttributes(path, BasicFileAttributes.class).fileKey();
  }

  /** The lock of the file is {@code holder}'s from now on. */
  static void taken(@Nullable Object key, ImageFile holder) {
    if (key != null) {
      HOLDERS.put(key, holder);
    }
  }

  /** {@code holder} is closed. */
  static void givenUp(@Nullable Object key, ImageFile holder) {
    if (key != null) {
      HOLDERS.remove(key, holder);
    }
  }

  /** A descriptor of the file was closed: its lock, if anybody here has it, is taken again. */
  static void descriptorClosed(@Nullable Object key) {
    ImageFile holder = key == null ? null : HOLDERS.get(key);
    if (holder != null) {
      holder.renewLockOrLoseIt();
    }
  }
}
