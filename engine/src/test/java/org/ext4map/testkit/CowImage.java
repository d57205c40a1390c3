package org.ext4map.testkit;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.ext4map.device.BlockDevice;
import org.ext4map.device.OverlayBlockDevice;
import org.ext4map.model.BlockRange;

/**
 * One file on disk that shows many variants of one base image to outside judges, rewriting only
 * what differs. Not thread-safe.
 */
public final class CowImage {
  private static final int PIECE_BYTES = 1 << 20;

  private final BlockDevice base;
  private final Path file;
  private List<BlockRange> differing = new ArrayList<>();

  /** Writes {@code base} to {@code file}, which is created or overwritten, sparse where zero. */
  public CowImage(BlockDevice base, Path file) throws IOException {
    this.base = base;
    this.file = file;
    try (FileChannel channel = open()) {
      channel.truncate(0);
      for (long at = 0; at < base.sizeBytes(); at += PIECE_BYTES) {
        ByteBuffer piece = piece(base, at, Math.min(PIECE_BYTES, base.sizeBytes() - at));
        if (piece.mismatch(ByteBuffer.allocate(piece.remaining())) >= 0) {
          channel.write(piece, at);
        }
      }
      channel.write(piece(base, base.sizeBytes() - 1, 1), base.sizeBytes() - 1);
    }
  }

  /** Where the file is. */
  public Path file() {
    return file;
  }

  /**
   * Makes the file equal to {@code variant}, an overlay over the base. A judge that writes to the
   * file in between must be given its changed ranges through {@link #touched}.
   */
  public void show(OverlayBlockDevice variant) throws IOException {
    try (FileChannel channel = open()) {
      copy(base, differing, channel);
      differing = variant.changedRanges();
      copy(variant, differing, channel);
    }
  }

  /** Says that somebody else has changed the file, so that all of it is restored next time. */
  public void touched() {
    differing = List.of(new BlockRange(0, base.sizeBytes()));
  }

  private static void copy(BlockDevice from, List<BlockRange> ranges, FileChannel to)
      throws IOException {
    for (BlockRange range : ranges) {
      for (long at = range.start(); at < range.end(); at += PIECE_BYTES) {
        to.write(piece(from, at, Math.min(PIECE_BYTES, range.end() - at)), at);
      }
    }
  }

  private static ByteBuffer piece(BlockDevice from, long at, long length) throws IOException {
    ByteBuffer piece = ByteBuffer.allocate((int) length);
    from.read(at, piece);
    return piece.flip();
  }

  private FileChannel open() throws IOException {
    return FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
  }
}
