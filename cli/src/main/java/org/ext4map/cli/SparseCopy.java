package org.ext4map.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import org.ext4map.Ext4File;

/** Copies bytes into a new file and leaves out whole blocks of zeros. */
final class SparseCopy {
  /** A multiple of every block size. */
  private static final int CHUNK_BYTES = 1 << 20;

  private final byte[] chunk = new byte[CHUNK_BYTES];
  private final int blockSize;

  SparseCopy(int blockSize) {
    this.blockSize = blockSize;
  }

  /** Copies all that is left of {@code source}. */
  void copy(InputStream source, Ext4File target) throws IOException {
    long size = 0;
    try (SeekableByteChannel channel = target.openForWriting()) {
      int count;
      do {
        count = source.readNBytes(chunk, 0, CHUNK_BYTES);
        writeData(channel, size, count);
        size += count;
      } while (count == CHUNK_BYTES);
      if (target.size() < size) {
        target.truncate(size);
      }
    }
  }

  /** Writes the runs of blocks that are not all zeros. */
  private void writeData(SeekableByteChannel channel, long position, int count) throws IOException {
    int start = 0;
    for (int at = 0; at < count; at += blockSize) {
      int end = Math.min(at + blockSize, count);
      if (isZero(at, end)) {
        write(channel, position, start, at);
        start = end;
      }
    }
    write(channel, position, start, count);
  }

  private boolean isZero(int from, int to) {
    for (int i = from; i < to; i++) {
      if (chunk[i] != 0) {
        return false;
      }
    }
    return true;
  }

  private void write(SeekableByteChannel channel, long position, int from, int to)
      throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(chunk, from, Math.max(0, to - from));
    while (bytes.hasRemaining()) {
      int written = channel.position(position + bytes.position()).write(bytes);
      assert written > 0 : "without space it throws";
    }
  }
}
