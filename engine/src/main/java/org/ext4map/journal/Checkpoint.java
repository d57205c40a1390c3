package org.ext4map.journal;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.ext4map.device.BlockDevice;

/**
 * Committed transactions whose blocks are not all home yet, oldest first. A block that a later
 * transaction has committed again is that one's to write; a block that a later one has freed is
 * nobody's. Used by the committing thread alone.
 */
final class Checkpoint {
  /** One transaction in the log. */
  private static final class Span {
    final int sequence;
    final long start;
    final long logBlocks;
    final TreeMap<Long, Frozen> blocks = new TreeMap<>();

    Span(int sequence, long start, long logBlocks) {
      this.sequence = sequence;
      this.start = start;
      this.logBlocks = logBlocks;
    }
  }

  private final BlockWriter writer;
  private final int blockSize;
  private final CopyBuffers buffers;
  private final ArrayDeque<Span> spans = new ArrayDeque<>();
  private final Map<Long, Span> newest = new HashMap<>();

  Checkpoint(BlockDevice device, int blockSize, CopyBuffers buffers) {
    this.writer = new BlockWriter(device, blockSize);
    this.blockSize = blockSize;
    this.buffers = buffers;
  }

  /** A transaction has become durable in {@code logBlocks} blocks of the log. */
  void add(
      int sequence, long start, long logBlocks, List<Frozen> copies, Collection<Long> revokes) {
    for (long pblk : revokes) {
      drop(pblk);
    }
    Span span = new Span(sequence, start, logBlocks);
    for (Frozen copy : copies) {
      drop(copy.pblk());
      span.blocks.put(copy.pblk(), copy);
      newest.put(copy.pblk(), span);
    }
    spans.add(span);
  }

  private void drop(long pblk) {
    Span older = newest.remove(pblk);
    if (older != null) {
      Frozen copy = Objects.requireNonNull(older.blocks.remove(pblk));
      buffers.give(copy.bytes());
    }
  }

  boolean isEmpty() {
    return spans.isEmpty();
  }

  /** Bytes that wait in memory to be written home. */
  long pendingBytes() {
    return (long) newest.size() * blockSize;
  }

  /** Where the oldest transaction begins, or {@code otherwise} if there is none. */
  long start(long otherwise) {
    Span oldest = spans.peek();
    return oldest == null ? otherwise : oldest.start;
  }

  /** The oldest transaction, or {@code otherwise} if there is none. */
  int sequence(int otherwise) {
    Span oldest = spans.peek();
    return oldest == null ? otherwise : oldest.sequence;
  }

  /**
   * Writes the oldest transactions home until {@code wanted} blocks of the log are free, and at
   * most {@code mostPending} bytes wait. They are not durable there yet, and the log is not free
   * until they are and its superblock says so durably.
   *
   * @return log blocks that are then free
   */
  long writeHome(long wanted, long mostPending) throws IOException {
    TreeMap<Long, Frozen> home = new TreeMap<>();
    int done = 0;
    long freed = 0;
    for (Span span : spans) {
      long waiting = pendingBytes() - (long) home.size() * blockSize;
      if (freed >= wanted && waiting <= mostPending) {
        break;
      }
      home.putAll(span.blocks);
      freed += span.logBlocks;
      done++;
    }
    for (Frozen block : home.values()) {
      writer.write(block.pblk(), block.bytes());
    }
    writer.drain();
    for (int i = 0; i < done; i++) {
      spans.remove().blocks.keySet().forEach(newest::remove);
    }
    home.values().forEach(block -> buffers.give(block.bytes()));
    return freed;
  }
}
