package org.ext4map.aio;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What each block of a file may hold, now and after a crash. Blocks are written as a whole with one
 * byte value; 0 stands for zeros.
 *
 * <pre>
 *   write begins      now may hold it too
 *   write reported    now holds it, or what was written at the same time; or nothing of it, if it
 *                     was cleared between the write's end and its report
 *   write failed      now may hold it, or not
 *   fsync             a crash leaves what may be now, or what comes later
 * </pre>
 */
final class BlockTruth {
  /** A write to a run of blocks. */
  static final class Write {
    final int first;
    final int count;
    final byte value;
    final Set<Byte> beside = new HashSet<>();

    /** Blocks that were cleared when the write was done, but not reported. */
    final Set<Integer> overtaken = new HashSet<>();

    Write(int first, int count, byte value) {
      this.first = first;
      this.count = count;
      this.value = value;
    }

    boolean touches(int block) {
      return block >= first && block < first + count;
    }

    boolean touches(Write other) {
      return first < other.first + other.count && other.first < first + count;
    }
  }

  /** A read of a run of blocks: what it may find grows as long as it is under way. */
  static final class Read {
    final int first;
    final List<Set<Byte>> may = new ArrayList<>();

    Read(int first) {
      this.first = first;
    }
  }

  private final List<Set<Byte>> now = new ArrayList<>();
  private final List<Set<Byte>> afterCrash = new ArrayList<>();
  private final Set<Write> writing = new HashSet<>();
  private final Set<Read> reading = new HashSet<>();

  BlockTruth(byte[] values) {
    for (byte value : values) {
      now.add(new HashSet<>(Set.of(value)));
      afterCrash.add(new HashSet<>(Set.of(value)));
    }
  }

  /** Blocks behind the last one known read as zeros. */
  void reach(int blocks) {
    while (now.size() < blocks) {
      now.add(new HashSet<>(Set.of((byte) 0)));
      afterCrash.add(new HashSet<>(Set.of((byte) 0)));
    }
  }

  int blocks() {
    return now.size();
  }

  Set<Byte> now(int block) {
    return now.get(block);
  }

  Set<Byte> afterCrash(int block) {
    return afterCrash.get(block);
  }

  private void may(int block, byte value) {
    now.get(block).add(value);
    afterCrash.get(block).add(value);
    for (Read read : reading) {
      int i = block - read.first;
      if (i >= 0 && i < read.may.size()) {
        read.may.get(i).add(value);
      }
    }
  }

  Write begin(int first, int count, byte value) {
    Write write = new Write(first, count, value);
    for (Write other : writing) {
      if (other.touches(write)) {
        other.beside.add(value);
        write.beside.add(other.value);
      }
    }
    writing.add(write);
    for (int block = first; block < first + count; block++) {
      may(block, value);
    }
    return write;
  }

  void refused(Write write) {
    writing.remove(write); // what it may have done stays possible
  }

  /** {@code done} blocks of it are written. */
  void reported(Write write, int done) {
    writing.remove(write);
    for (int block = write.first; block < write.first + done; block++) {
      if (!write.overtaken.contains(block)) {
        Set<Byte> values = now.get(block);
        values.clear();
        values.add(write.value);
        values.addAll(write.beside);
      }
    }
  }

  /** It was reported, and was to be durable then. */
  void synced(Write write) {
    for (int block = write.first; block < write.first + write.count; block++) {
      if (!write.overtaken.contains(block)) {
        synced(block, block + 1);
      }
    }
  }

  /** Nothing is under way, even if it is not reported: blocks {@code [from, to)} read as zeros. */
  void cleared(int from, int to) {
    for (int block = from; block < to; block++) {
      for (Write write : writing) {
        if (write.touches(block)) {
          write.overtaken.add(block);
        }
      }

      may(block, (byte) 0);
      now.get(block).clear();
      now.get(block).add((byte) 0);
    }
  }

  /** It has begun to clear: a crash may show it from now on. */
  void clearing(int from, int to) {
    for (int block = from; block < to; block++) {
      may(block, (byte) 0);
    }
  }

  void synced(int from, int to) {
    for (int block = from; block < to; block++) {
      afterCrash.get(block).clear();
      afterCrash.get(block).addAll(now.get(block));
    }
  }

  Read beginRead(int first, int count) {
    Read read = new Read(first);
    for (int block = first; block < first + count; block++) {
      read.may.add(new HashSet<>(now.get(block)));
    }
    reading.add(read);
    return read;
  }

  void endRead(Read read) {
    reading.remove(read);
  }
}
