package org.ext4map.device;

import com.sun.nio.file.ExtendedOpenOption;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Finds out whether a file can be read past the page cache, with nothing but the JDK: opens it with
 * O_DIRECT, asks the file store for its block size and makes one aligned read. Only the read is
 * believed; some file systems accept the open and refuse the read.
 */
final class DirectProbe {
  private static final int LARGEST_ALIGNMENT = 1 << 16;

  private DirectProbe() {}

  /**
   * What was found.
   *
   * @param works if direct requests can be made
   * @param alignment what offset, length and address must be multiples of; 1 if it does not work
   * @param reason for a person
   */
  record Result(boolean works, int alignment, String reason) {
    static Result no(String reason) {
      return new Result(false, 1, reason);
    }
  }

  static Result probe(Path path) throws IOException {
    FileStore store = Files.getFileStore(path);
    long blockSize = storeBlockSize(store);
    if (blockSize < 1 || blockSize > LARGEST_ALIGNMENT || Long.bitCount(blockSize) != 1) {
      return Result.no("file store " + store.type() + " has the odd block size " + blockSize);
    }
    int alignment = (int) blockSize;
    try (FileChannel channel =
        FileChannel.open(path, StandardOpenOption.READ, ExtendedOpenOption.DIRECT)) {
      long size = channel.size();
      if (size == 0 || size % alignment != 0) {
        return Result.no("size " + size + " is not a multiple of the alignment " + alignment);
      }
      ByteBuffer trial =
          ByteBuffer.allocateDirect(2 * alignment - 1).alignedSlice(alignment).limit(alignment);
      int got = channel.read(trial, 0);
      if (got != alignment) {
        return Result.no("an aligned trial read of " + alignment + " bytes gave " + got);
      }
      return new Result(
          true, alignment, "trial read on " + store.type() + " works, alignment " + alignment);
    } catch (UnsupportedOperationException | IOException e) {
      return Result.no("O_DIRECT on " + store.type() + ": " + e.getMessage());
    }
  }

  private static long storeBlockSize(FileStore store) throws IOException {
    try {
      return store.getBlockSize();
    } catch (UnsupportedOperationException unknown) {
      return -1;
    }
  }
}
