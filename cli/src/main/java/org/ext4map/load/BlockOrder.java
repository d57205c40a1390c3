package org.ext4map.load;

import java.util.SplittableRandom;

/**
 * The order in which the blocks of a file are visited: each one once in a pass, then all again.
 *
 * <p>The random order is a four-round Feistel network over the next power of four, walked until the
 * value is a block (Black and Rogaway, "Ciphers with arbitrary finite domains", 2002): a
 * permutation that needs no memory. One thread.
 */
final class BlockOrder {
  private static final int ROUNDS = 4;

  private final long blocks;
  private final boolean isRandom;
  private final SplittableRandom random;
  private final int halfBits;
  private final long halfMask;
  private final long[] keys = new long[ROUNDS];
  private long visited;

  /** The order of {@code blocks} blocks. */
  BlockOrder(long blocks, boolean isRandom, long seed) {
    if (blocks < 1) {
      throw new IllegalArgumentException("blocks=" + blocks + ", allowed >= 1");
    }
    this.blocks = blocks;
    this.isRandom = isRandom;
    this.random = new SplittableRandom(seed);
    int bits = Long.SIZE - Long.numberOfLeadingZeros(Math.max(1, blocks - 1));
    this.halfBits = (bits + 1) / 2;
    this.halfMask = (1L << halfBits) - 1;
    shuffle();
  }

  private void shuffle() {
    for (int i = 0; i < ROUNDS; i++) {
      keys[i] = random.nextLong();
    }
  }

  /** The next block. */
  long next() {
    if (visited == blocks) {
      visited = 0;
      shuffle();
    }
    long block = visited++;
    if (!isRandom) {
      return block;
    }
    do {
      block = permuted(block);
    } while (block >= blocks);
    return block;
  }

  private long permuted(long value) {
    long left = value >>> halfBits;
    long right = value & halfMask;
    for (long key : keys) {
      long next = left ^ (mixed(right ^ key) & halfMask);
      left = right;
      right = next;
    }
    return left << halfBits | right;
  }

  /** Spreads every bit over all (the finalizer of MurmurHash3, a public-domain formula). */
  private static long mixed(long value) {
    long mixed = (value ^ value >>> 33) * 0xff51afd7ed558ccdL;
    mixed = (mixed ^ mixed >>> 33) * 0xc4ceb9fe1a85ec53L;
    return mixed ^ mixed >>> 33;
  }
}
