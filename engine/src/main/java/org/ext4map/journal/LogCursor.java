package org.ext4map.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.ext4map.ondisk.Jbd2Header;

/**
 * Walks the log's own blocks (descriptors, revokes, commits) in order, from where recovery begins
 * to the first block that does not belong. Never goes round the ring more than once, so it ends for
 * any log.
 */
final class LogCursor {
  private final JournalLog log;
  private final ByteBuffer block;
  private long position;
  private long current;
  private long walked;
  private int sequence;

  /** Stands before the first block of the log, which must not be clean. */
  LogCursor(JournalLog log) {
    this.log = log;
    this.block = log.newBlock();
    this.position = log.superblock().start();
    this.current = position;
    this.sequence = log.superblock().sequence();
  }

  /** Reads the next block; answers false if it is not one of the expected transaction. */
  boolean next() throws IOException {
    current = position;
    if (walked >= log.ringLength()) {
      return false;
    }
    log.read(current, block);
    skip(1);
    return Jbd2Header.hasMagic(block) && Jbd2Header.sequence(block) == sequence;
  }

  /** Passes over copies that a descriptor has announced. */
  void skip(int blocks) {
    position = log.advance(position, blocks);
    walked += blocks;
  }

  /** From now on the next transaction is expected. */
  void nextTransaction() {
    sequence++;
  }

  /** The block that was read last; overwritten by {@link #next}. */
  ByteBuffer block() {
    return block;
  }

  /** Its h_blocktype. */
  int type() {
    return Jbd2Header.type(block);
  }

  /** Where the block that was read last stands in the log. */
  long current() {
    return current;
  }

  /** The log block that follows. */
  long position() {
    return position;
  }

  /** The transaction that is expected. */
  int sequence() {
    return sequence;
  }
}
