package org.ext4map.journal;

import java.io.IOException;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import org.ext4map.ondisk.Jbd2Layout;
import org.ext4map.ondisk.Jbd2Superblock;

/**
 * Does what the journal decides: writes transactions into the log and blocks home, in the order in
 * which a power cut hurts nobody. One thread at a time; an exception leaves it useless.
 */
final class Committer {
  /** Makes all writes durable. */
  interface Flush {
    void run() throws IOException;
  }

  /** When too many copies wait, half of them go home and leave their buffers. */
  private static final int SPARE_PART = 2;

  private final JournalLog log;
  private final CopyBuffers buffers;
  private final InstantSource clock;
  private final Flush flush;
  private final LogWriter writer;
  private final Checkpoint checkpoint;
  private int nextSequence;

  Committer(JournalLog log, InstantSource clock, Flush flush, long maxPendingBytes) {
    Jbd2Layout layout = log.layout();
    this.buffers = new CopyBuffers(layout.blockSize(), maxPendingBytes / SPARE_PART);
    this.log = log;
    this.clock = clock;
    this.flush = flush;
    this.writer = new LogWriter(log, layout);
    this.checkpoint = new Checkpoint(log.device(), layout.blockSize(), buffers);
    // the number in a clean superblock may be that of the last transaction, old blocks of which are
    // still in the ring
    this.nextSequence = log.superblock().sequence() + 1;
  }

  /**
   * Makes a transaction durable.
   *
   * @return log blocks that it takes
   */
  long write(List<Frozen> copies, Collection<Long> revokes) throws IOException {
    int sequence = nextSequence;
    long start = writer.head();
    if (checkpoint.isEmpty()) {
      storeTail(start, sequence); // durable with the first flush, before anything counts
    }
    writer.writeBody(sequence, copies, revokes);
    flush.run();
    writer.writeCommit(sequence, clock.instant());
    flush.run();
    nextSequence = sequence + 1;
    long used = log.distance(start, writer.head());
    checkpoint.add(sequence, start, used, copies, revokes);
    return used;
  }

  /** For the copies that a transaction leaves behind. */
  CopyBuffers buffers() {
    return buffers;
  }

  /** Bytes that are committed and not yet home. */
  long pendingBytes() {
    return checkpoint.pendingBytes();
  }

  /**
   * Frees log space: blocks go home, are flushed, and only then does the log's tail move; and only
   * when that is durable may the space be written over.
   *
   * @param wanted log blocks to be freed; fewer if there are not so many
   * @param mostPending bytes that may go on waiting
   * @return log blocks that were freed
   */
  long writeHome(long wanted, long mostPending) throws IOException {
    long freed = checkpoint.writeHome(wanted, mostPending);
    if (freed > 0) {
      flush.run();
      storeTail(checkpoint.start(writer.head()), checkpoint.sequence(nextSequence));
      flush.run();
    }
    return freed;
  }

  /** Marks the log as clean, durably; everything must be home. */
  void close() throws IOException {
    assert checkpoint.isEmpty();
    storeTail(0, nextSequence);
    flush.run();
  }

  private void storeTail(long start, int sequence) throws IOException {
    Jbd2Superblock superblock = log.superblock();
    if (superblock.start() != start || superblock.sequence() != sequence) {
      superblock.setStart(start);
      superblock.setSequence(sequence);
      log.storeSuperblock();
    }
  }
}
