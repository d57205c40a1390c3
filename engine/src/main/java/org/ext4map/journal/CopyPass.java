package org.ext4map.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.ext4map.device.BlockDevice;
import org.ext4map.model.CorruptionException;
import org.ext4map.ondisk.Geometry;
import org.ext4map.ondisk.Jbd2Descriptor;
import org.ext4map.ondisk.Jbd2Header;
import org.ext4map.ondisk.Jbd2Layout;
import org.ext4map.ondisk.Jbd2Revoke;
import org.ext4map.ondisk.Superblock;
import org.jspecify.annotations.Nullable;

/**
 * The passes over the believable part of the log: one collects revokes, one checks the copies, one
 * writes them home. Same walk, so all three see the same blocks.
 */
final class CopyPass {
  private final JournalLog log;
  private final Jbd2Layout layout;
  private final Geometry geometry;
  private final LogEnd end;
  private final RevokeTable revokes = new RevokeTable();
  private final ByteBuffer copy;
  private final long superblockBlock;

  /** The size of the file system; a logged superblock of a growing one may say more. */
  private long blocksCount;

  private long blocks;
  private long revoked;
  private @Nullable String badCopy;

  CopyPass(JournalLog log, LogEnd end) {
    this.log = log;
    this.layout = log.layout();
    this.geometry = log.geometry();
    this.end = end;
    this.copy = log.newBlock();
    this.blocksCount = geometry.blocksCount();
    this.superblockBlock = Superblock.OFFSET_BYTES / geometry.blockSize();
  }

  /** Copies that are to be written, after {@link #check}. */
  long blocks() {
    return blocks;
  }

  /** Copies that are left out because of a revoke, after {@link #check}. */
  long revoked() {
    return revoked;
  }

  /** The first copy that does not match its tag, after {@link #check}; null if all do. */
  @Nullable String badCopy() {
    return badCopy;
  }

  private interface OnCopy {
    void copy(int sequence, Jbd2Descriptor tag, long logBlock) throws IOException;
  }

  private interface OnRevoke {
    void revoke(int sequence, Jbd2Revoke records, String place) throws IOException;
  }

  private void walk(OnCopy onCopy, OnRevoke onRevoke) throws IOException {
    LogCursor cursor = new LogCursor(log);
    while (cursor.sequence() != end.sequence() && cursor.next()) {
      int sequence = cursor.sequence();
      switch (cursor.type()) {
        case Jbd2Header.DESCRIPTOR -> {
          Jbd2Descriptor tag = new Jbd2Descriptor(layout, cursor.block());
          while (tag.next()) {
            onCopy.copy(sequence, tag, cursor.position());
            cursor.skip(1);
          }
        }
        case Jbd2Header.REVOKE ->
            onRevoke.revoke(
                sequence, new Jbd2Revoke(layout, cursor.block()), log.place(cursor.current()));
        case Jbd2Header.COMMIT -> cursor.nextTransaction();
        default -> throw changed(cursor);
      }
    }
    if (cursor.sequence() != end.sequence()) {
      throw changed(cursor);
    }
  }

  private IOException changed(LogCursor cursor) {
    return new IOException("the log changed while it was replayed: " + log.place(cursor.current()));
  }

  /** The second pass: collects revokes and the size of the file system. */
  void collect() throws IOException {
    walk(
        (sequence, tag, logBlock) -> {
          if (tag.target() == superblockBlock) {
            readCopy(tag, logBlock);
            growTo(new Superblock(copy, superblockOffset()));
          }
        },
        (sequence, records, place) -> {
          int count = records.count(place);
          for (int i = 0; i < count; i++) {
            revokes.add(records.target(i), sequence);
          }
        });
  }

  private void growTo(Superblock logged) {
    if (logged.magic() == Superblock.MAGIC) {
      long onDevice = log.device().sizeBytes() / geometry.blockSize();
      blocksCount = Math.max(blocksCount, Math.min(onDevice, logged.blocksCount()));
    }
  }

  /** Checks every copy that would be written; nothing is written. */
  void check() throws IOException {
    walk(
        (sequence, tag, logBlock) -> {
          requireHome(tag.target(), logBlock);
          if (revokes.revokes(tag.target(), sequence)) {
            revoked++;
          } else if (isIntact(tag, sequence, logBlock)) {
            blocks++;
          } else if (badCopy == null) {
            badCopy =
                "the copy of block "
                    + tag.target()
                    + " does not match its tag; "
                    + log.place(logBlock);
          }
        },
        (sequence, records, place) -> {});
  }

  /** Writes every intact, unrevoked copy home. */
  void replay(BlockDevice target) throws IOException {
    walk(
        (sequence, tag, logBlock) -> {
          requireHome(tag.target(), logBlock);
          if (!revokes.revokes(tag.target(), sequence) && isIntact(tag, sequence, logBlock)) {
            readCopy(tag, logBlock);
            target.write(tag.target() * geometry.blockSize(), copy);
          }
        },
        (sequence, records, place) -> {});
  }

  private boolean isIntact(Jbd2Descriptor tag, int sequence, long logBlock) throws IOException {
    if (!layout.features().hasBlockChecksums()) {
      return true;
    }
    log.read(logBlock, copy);
    return layout.copyChecksum(copy, sequence) == tag.checksum();
  }

  private void readCopy(Jbd2Descriptor tag, long logBlock) throws IOException {
    log.read(logBlock, copy);
    if (tag.isEscaped()) {
      Jbd2Header.setMagic(copy, true);
    }
  }

  private int superblockOffset() {
    return (int) (Superblock.OFFSET_BYTES % geometry.blockSize());
  }

  private void requireHome(long target, long logBlock) throws CorruptionException {
    if (target < 0 || target >= blocksCount) {
      throw CorruptionException.of(
          "journal descriptor", "t_blocknr", target, "< " + blocksCount, log.place(logBlock));
    }
    if (log.map().contains(target)) {
      throw CorruptionException.of(
          "journal descriptor",
          "t_blocknr",
          target,
          "no block of the journal itself",
          log.place(logBlock));
    }
  }
}
