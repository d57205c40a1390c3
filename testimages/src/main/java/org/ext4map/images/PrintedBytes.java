package org.ext4map.images;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** What a reader printed, in a file. */
final class PrintedBytes {
  private static final byte FILL = (byte) 0xA5;
  private static final int CHUNK_BYTES = 1 << 16;

  private final Path file;

  PrintedBytes(Path file) {
    this.file = file;
  }

  long length() throws IOException {
    return Files.size(file);
  }

  String sha256() throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      byte[] chunk = new byte[CHUNK_BYTES];
      for (int read = in.read(chunk); read > 0; read = in.read(chunk)) {
        digest.update(chunk, 0, read);
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException everyJdkHasIt) {
      throw new IllegalStateException(everyJdkHasIt);
    }
  }

  /** The first fill byte where the truth has no written block, or -1. */
  long firstStale(FileTruth truth, int blockSize) throws IOException {
    if ("inline".equals(truth.mapping())) {
      return -1;
    }
    try (FileChannel printed = FileChannel.open(file)) {
      long end = Math.min(truth.size(), printed.size());
      long zerosFrom = 0;
      for (ExtentTruth extent : truth.extents()) {
        if (extent.written()) {
          long found = firstFill(printed, zerosFrom, Math.min(extent.logical() * blockSize, end));
          if (found >= 0) {
            return found;
          }
          zerosFrom = (extent.last() + 1) * blockSize;
        }
      }
      return firstFill(printed, zerosFrom, end);
    }
  }

  private static long firstFill(FileChannel printed, long from, long to) throws IOException {
    for (long at = from; at < to; at += CHUNK_BYTES) {
      ByteBuffer chunk = ByteBuffer.allocate((int) Math.min(CHUNK_BYTES, to - at));
      while (chunk.hasRemaining() && printed.read(chunk, at + chunk.position()) > 0) {}
      for (int i = 0; i < chunk.position(); i++) {
        if (chunk.get(i) == FILL) {
          return at + i;
        }
      }
    }
    return -1;
  }
}
