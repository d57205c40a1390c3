package org.ext4map.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.ext4map.ondisk.Crc32Be;
import org.ext4map.ondisk.Jbd2Commit;
import org.ext4map.ondisk.Jbd2Descriptor;
import org.ext4map.ondisk.Jbd2Features;
import org.ext4map.ondisk.Jbd2Header;
import org.ext4map.ondisk.Jbd2Layout;
import org.ext4map.ondisk.Jbd2Revoke;

/**
 * Puts one transaction after the other into the ring. One thread.
 *
 * <pre>
 *   head:  [revoke]* ([descriptor] [copy]+)*      flush      [commit]      flush
 *          writeBody                              caller     writeCommit   caller
 * </pre>
 */
final class LogWriter {
  private final JournalLog log;
  private final Jbd2Layout layout;
  private final BlockWriter writer;
  private final byte[] uuid;
  private final ByteBuffer own;
  private final boolean sums;
  private long head;
  private int copiesCrc;

  LogWriter(JournalLog log, Jbd2Layout layout) {
    this.log = log;
    this.layout = layout;
    this.writer = new BlockWriter(log.device(), layout.blockSize());
    this.uuid = log.superblock().uuid();
    this.own = log.newBlock();
    this.sums = layout.features().checksums() == Jbd2Features.Checksums.V1;
    this.head = log.superblock().first();
  }

  /** Where the next transaction begins. */
  long head() {
    return head;
  }

  /** Log blocks that a transaction of so many copies and revokes needs at most. */
  static long blocksFor(Jbd2Layout layout, long credits) {
    int tags = Jbd2Descriptor.capacity(layout);
    return credits + (credits + tags - 1) / tags + 2;
  }

  /** Writes everything but the commit block. */
  void writeBody(int sequence, List<Frozen> copies, Collection<Long> revokes) throws IOException {
    copiesCrc = Crc32Be.SEED;
    int perBlock = Jbd2Revoke.capacity(layout);
    List<Long> targets = new ArrayList<>(revokes);
    for (int from = 0; from < targets.size(); from += perBlock) {
      List<Long> some = targets.subList(from, Math.min(targets.size(), from + perBlock));
      new Jbd2Revoke(layout, own)
          .format(sequence, some.stream().mapToLong(Long::longValue).toArray());
      append(own);
    }
    int perDescriptor = Jbd2Descriptor.capacity(layout);
    for (int from = 0; from < copies.size(); from += perDescriptor) {
      writeGroup(sequence, copies.subList(from, Math.min(copies.size(), from + perDescriptor)));
    }
    writer.drain();
  }

  private void writeGroup(int sequence, List<Frozen> copies) throws IOException {
    Jbd2Descriptor descriptor = new Jbd2Descriptor(layout, own);
    descriptor.format(sequence);
    List<ByteBuffer> logged = new ArrayList<>(copies.size());
    for (Frozen copy : copies) {
      boolean escape = Jbd2Header.hasMagic(copy.bytes());
      ByteBuffer bytes = escape ? escaped(copy.bytes()) : copy.bytes();
      descriptor.append(copy.pblk(), escape, layout.copyChecksum(bytes, sequence), uuid);
      logged.add(bytes);
    }
    descriptor.finish();
    appendSummed(own);
    for (ByteBuffer bytes : logged) {
      appendSummed(bytes);
    }
  }

  private ByteBuffer escaped(ByteBuffer bytes) {
    ByteBuffer copy = log.newBlock();
    copy.put(0, bytes, 0, copy.capacity());
    Jbd2Header.setMagic(copy, false);
    return copy;
  }

  /** Writes the commit block; what it commits must be durable. */
  void writeCommit(int sequence, Instant time) throws IOException {
    Jbd2Commit.format(layout, own, sequence, time.getEpochSecond(), time.getNano(), copiesCrc);
    append(own);
    writer.drain();
  }

  private void appendSummed(ByteBuffer block) throws IOException {
    if (sums) {
      copiesCrc = Crc32Be.update(copiesCrc, block, 0, layout.blockSize());
    }
    append(block);
  }

  private void append(ByteBuffer block) throws IOException {
    writer.write(log.map().pblk(head), block);
    head = log.advance(head, 1);
  }
}
