package org.ext4map.aio;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.ext4map.Ext4File;
import org.ext4map.model.Extent;
import org.ext4map.testkit.WritableImages;

/** Images in files, and how tests look at a file in them. */
final class Images {
  static final int BLOCK = 4096;

  private Images() {}

  /** A file system of 4 KiB blocks with an empty file of each name, in a file of its own. */
  static Path make(Path scratch, int sizeMib, String... names) throws IOException {
    var device = WritableImages.make(scratch, sizeMib, List.of("-b", "" + BLOCK), names);
    return WritableImages.save(device, scratch.resolve("direct.ext4"));
  }

  /** All bytes, through the synchronous reader. */
  static byte[] bytes(Ext4File file) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate((int) file.size());
    try (SeekableByteChannel channel = file.open()) {
      int more = 0;
      while (more >= 0 && bytes.hasRemaining()) {
        more = channel.read(bytes);
      }
    }
    return bytes.array();
  }

  /** The map without places: {@code 0-1:U 2-2:W}. */
  static String map(Ext4File file) throws IOException {
    List<String> runs = new ArrayList<>();
    Extent run = null;
    for (Extent next : file.mergedExtents()) {
      if (run != null && run.end() == next.lblk() && run.state() == next.state()) {
        run = new Extent(run.lblk(), run.length() + next.length(), run.pblk(), run.state());
        continue;
      }
      if (run != null) {
        runs.add(shown(run));
      }
      run = next;
    }
    if (run != null) {
      runs.add(shown(run));
    }
    return String.join(" ", runs);
  }

  private static String shown(Extent run) {
    return run.lblk() + "-" + run.last() + ":" + run.state().letter();
  }
}
