package org.ext4map.inspect;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.ext4map.journal.JournalReader;
import org.ext4map.ondisk.Jbd2Features;
import org.ext4map.ondisk.Jbd2Header;

/** Says what one block of the journal's file is. */
final class LogBlockReader implements JournalReader.Visitor {
  private final LogView log;
  private final long logBlock;
  private StructureReader.Reading found;

  private LogBlockReader(LogView log, long logBlock, ByteBuffer block) {
    this.log = log;
    this.logBlock = logBlock;
    this.found = new StructureReader.Reading(outside(log, logBlock, block), Checksum.none(""));
  }

  /** Block {@code logBlock} of the journal's file, which holds {@code block}. */
  static StructureReader.Reading read(LogView log, long logBlock, ByteBuffer block)
      throws IOException {
    LogBlockReader reader = new LogBlockReader(log, logBlock, block);
    if (logBlock >= log.reader().first()) {
      log.reader().walk(reader);
    }
    return reader.found;
  }

  /** What it is if it is no part of the log as it stands now. */
  private static String outside(LogView log, long logBlock, ByteBuffer block) {
    JournalReader reader = log.reader();
    if (logBlock == 0) {
      return "the journal's superblock";
    }
    if (logBlock >= reader.blocks()) {
      return "behind the end of the log";
    }
    if (logBlock >= reader.ringEnd()) {
      return "part of the fast-commit area";
    }
    if (!Jbd2Header.hasMagic(block)) {
      return "no part of the log now: room for new transactions";
    }
    String kind =
        switch (Jbd2Header.type(block)) {
          case Jbd2Header.DESCRIPTOR -> "a descriptor";
          case Jbd2Header.COMMIT -> "a commit block";
          case Jbd2Header.REVOKE -> "a revoke block";
          default -> "a block";
        };
    return "left over from transaction "
        + Integer.toUnsignedString(Jbd2Header.sequence(block))
        + ", "
        + kind
        + "; no part of the log now";
  }

  @Override
  public void own(JournalReader.LogBlock block) {
    if (block.logBlock() != logBlock) {
      return;
    }
    String what =
        switch (block.kind()) {
          case DESCRIPTOR -> "descriptor of " + block.entries() + " copies";
          case REVOKE -> "revokes of " + block.entries() + " blocks";
          case COMMIT -> "commit block";
        };
    boolean kept =
        block.kind() == JournalReader.Kind.COMMIT
            ? log.reader().features().checksums() != Jbd2Features.Checksums.NONE
            : log.reader().features().hasBlockChecksums();
    found = reading(what, block.sequence(), kept, block.intact());
  }

  @Override
  public void copy(JournalReader.Copy copy) {
    if (copy.logBlock() == logBlock) {
      boolean kept = log.reader().features().hasBlockChecksums();
      found = reading("copy of block " + copy.target(), copy.sequence(), kept, copy.intact());
    }
  }

  private static StructureReader.Reading reading(
      String what, int sequence, boolean kept, boolean intact) {
    return new StructureReader.Reading(
        what + ", transaction " + Integer.toUnsignedString(sequence),
        kept
            ? intact ? Checksum.RIGHT : Checksum.wrong("")
            : Checksum.none("the journal keeps none"));
  }
}
