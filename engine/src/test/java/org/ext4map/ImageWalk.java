package org.ext4map;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.FileSystemException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.OptionalLong;
import java.util.Set;
import org.ext4map.device.BlockDevice;
import org.ext4map.model.Ext4Exception;
import org.ext4map.model.Mapping;
import org.ext4map.ondisk.DirEntry;
import org.ext4map.ondisk.FileType;

/**
 * Everything that reading can do to an image, within bounds. The documented exceptions are counted;
 * any other ends the walk.
 */
final class ImageWalk {
  private static final int MOST_FILES = 300;
  private static final int MOST_NAMES = 2000;
  private static final int MOST_FINDS = 20;
  private static final int MOST_SEGMENTS = 8;
  private static final int MOST_EXTENTS = 100_000;
  private static final long SPECIAL_INODES = 12;
  private static final int CHUNK_BYTES = 1 << 16;

  private final Ext4Image image;
  private final Set<Long> seen = new HashSet<>();
  private final Deque<Ext4File> todo = new ArrayDeque<>();
  private final ByteBuffer chunk = ByteBuffer.allocate(CHUNK_BYTES);
  private int refusals;

  /** One thing to do; a documented exception ends it, and nothing else. */
  @FunctionalInterface
  private interface Action {
    void run() throws IOException;
  }

  private ImageWalk(Ext4Image image) {
    this.image = image;
  }

  /**
   * Opens {@code device} and looks at everything.
   *
   * @return how often a documented exception came
   * @throws IOException any other
   */
  static int over(BlockDevice device, View view) throws IOException {
    OpenOptions options =
        OpenOptions.defaults().view(view).bufferCacheBytes(1 << 20).statusCacheBytes(1 << 20);
    Ext4Image image;
    try {
      image = Ext4Image.open(device, options);
    } catch (Ext4Exception documented) {
      return 1;
    }
    ImageWalk walk = new ImageWalk(image);
    walk.run();
    return walk.refusals;
  }

  private void run() throws IOException {
    attempt(() -> todo.add(image.root()));
    for (long ino = 1; ino <= SPECIAL_INODES; ino++) {
      long number = ino;
      attempt(() -> todo.add(image.inode(number)));
    }
    while (!todo.isEmpty() && seen.size() < MOST_FILES) {
      Ext4File file = todo.remove();
      if (seen.add(file.ino())) {
        look(file);
      }
    }
  }

  private void attempt(Action action) throws IOException {
    try {
      action.run();
    } catch (Ext4Exception | FileSystemException documented) {
      refusals++;
    }
  }

  private void look(Ext4File file) throws IOException {
    attempt(
        () -> {
          for (String name : file.xattrNames()) {
            attempt(() -> file.xattr(name));
          }
        });
    int[] extents = {0};
    attempt(() -> file.forEachExtent(extent -> ++extents[0] < MOST_EXTENTS));
    attempt(() -> file.forEachNode(node -> ++extents[0] < MOST_EXTENTS));
    attempt(() -> map(file));
    attempt(() -> read(file));
    attempt(() -> list(file));
    attempt(file::readSymlink);
    attempt(() -> assertPrints(file));
  }

  private static void assertPrints(Ext4File file) {
    String shown =
        "" + file.record().atime() + file.record().mtime() + file.record().crtime() + file.type();
    if (shown.isEmpty()) {
      throw new AssertionError("nothing shown");
    }
  }

  private static void map(Ext4File file) throws IOException {
    Mapping mapping = new Mapping();
    for (long lblk = 0; lblk < 0xFFFFFFFFL; lblk = lblk * 3 + 1) {
      file.map(lblk, Integer.MAX_VALUE, mapping);
    }
    file.map(0xFFFFFFFEL, 1, mapping);
  }

  private void read(Ext4File file) throws IOException {
    if (file.type() != FileType.REGULAR) {
      return;
    }
    try (SeekableByteChannel channel = file.open()) {
      channel.read(chunk.clear());
      channel.position(Math.max(0, file.size() - CHUNK_BYTES)).read(chunk.clear());
      OptionalLong data = file.seekData(0);
      for (int i = 0; i < MOST_SEGMENTS && data.isPresent(); i++) {
        channel.position(data.getAsLong()).read(chunk.clear());
        OptionalLong hole = file.seekHole(data.getAsLong());
        data = file.seekData(hole.orElseThrow());
      }
    }
  }

  private void list(Ext4File file) throws IOException {
    if (file.type() != FileType.DIRECTORY) {
      return;
    }
    int[] names = {0};
    Deque<DirEntry> some = new ArrayDeque<>();
    attempt(
        () ->
            file.forEachEntry(
                entry -> {
                  if (some.size() < MOST_FINDS) {
                    some.add(entry);
                  }
                  if (todo.size() < MOST_FILES) {
                    queue(entry);
                  }
                  return ++names[0] < MOST_NAMES;
                }));
    for (DirEntry entry : some) {
      attempt(() -> file.find(entry.name()));
      if (file.ino() == 2) {
        attempt(() -> image.follow("/" + entry.name()));
        attempt(() -> image.lookup("/" + entry.name() + "/" + entry.name()));
      }
    }
  }

  private void queue(DirEntry entry) {
    try {
      attempt(() -> todo.add(image.inode(entry.ino())));
    } catch (IOException undocumented) {
      throw new AssertionError("inode " + entry.ino(), undocumented);
    }
  }
}
