package org.ext4map.race;

import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * What the blocks of a file may hold after writers and punches have raced for it. Each block has
 * one writer at a time; a block is lost if it reads as zeros though its last acknowledged write
 * began after every punch of it had ended.
 *
 * <p>Threads: any; a block's numbers are its writer's, but for the punches.
 */
final class RacedFile {
  private static final long PLACE = 0x9E3779B97F4A7C15L;

  private final AtomicLong clock = new AtomicLong();
  private final AtomicLongArray writeBegan;
  private final AtomicLongArray writeAcknowledged;
  private final AtomicLongArray lastPunch;
  private final AtomicIntegerArray punching;

  /** How the blocks of a file were found. */
  record Verdict(int lost, int foreign, int written) {}

  RacedFile(int blocks) {
    writeBegan = new AtomicLongArray(blocks);
    writeAcknowledged = new AtomicLongArray(blocks);
    lastPunch = new AtomicLongArray(blocks);
    punching = new AtomicIntegerArray(blocks);
  }

  int blocks() {
    return writeBegan.length();
  }

  /** A block's bytes as its write number {@code count} makes them: never zero. */
  static void stamp(ByteBuffer bytes, int at, int length, int block, int count) {
    for (int i = 0; i < length; i += Long.BYTES) {
      bytes.putLong(at + i, (block + 1) * PLACE ^ Math.max(count, 1));
    }
  }

  void writeBegins(int from, int to) {
    long now = clock.incrementAndGet();
    for (int block = from; block < to; block++) {
      writeBegan.set(block, now);
    }
  }

  void writeIsAcknowledged(int from, int to) {
    for (int block = from; block < to; block++) {
      writeAcknowledged.set(block, writeBegan.get(block));
    }
  }

  void punchBegins(int from, int to) {
    for (int block = from; block < to; block++) {
      punching.incrementAndGet(block);
    }
  }

  void punchEnds(int from, int to) {
    long now = clock.incrementAndGet();
    for (int block = from; block < to; block++) {
      lastPunch.accumulateAndGet(block, now, Math::max);
      punching.decrementAndGet(block);
    }
  }

  /** Looks at the file when all is quiet. */
  Verdict judge(byte[] bytes, int blockSize) {
    ByteBuffer all = ByteBuffer.wrap(bytes);
    int lost = 0;
    int foreign = 0;
    int written = 0;
    for (int block = 0; block < blocks(); block++) {
      boolean isZero = true;
      boolean isOwn = true;
      for (int i = 0; i < blockSize; i += Long.BYTES) {
        long found = all.getLong(block * blockSize + i);
        isZero &= found == 0;
        isOwn &= found == 0 || ((found ^ (block + 1) * PLACE) >>> 32) == 0;
      }
      boolean mustBeThere =
          writeAcknowledged.get(block) > lastPunch.get(block) && punching.get(block) == 0;
      foreign += isOwn ? 0 : 1;
      lost += isZero && mustBeThere ? 1 : 0;
      written += isZero ? 0 : 1;
    }
    return new Verdict(lost, foreign, written);
  }
}
