package org.ext4map.check;

import org.ext4map.ondisk.Superblock;

/**
 * The hashes of names in indexed directories: legacy, half MD4 and TEA, each with signed or
 * unsigned characters. Lowest bit of the answer always 0.
 */
final class NameHash {
  private static final int LEGACY = 0;
  private static final int HALF_MD4 = 1;
  private static final int TEA = 2;
  private static final int UNSIGNED = 3;
  private static final int END_OF_DIRECTORY = 0x7FFFFFFF << 1;
  private static final int DELTA = 0x9E3779B9;
  private static final int[] MD4_START = {0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476};
  private static final int ROOT_2 = 0x5A827999;
  private static final int ROOT_3 = 0x6ED9EBA1;

  private final int version;
  private final boolean unsigned;
  private final int[] seed = MD4_START.clone();

  /** The hash that root version {@code version} means on this file system. */
  NameHash(Superblock superblock, int version) {
    boolean explicit = version >= UNSIGNED;
    this.version = explicit ? version - UNSIGNED : version;
    this.unsigned = explicit || (superblock.flags() & 2) != 0;
    boolean seeded = false;
    for (int i = 0; i < seed.length; i++) {
      seeded |= superblock.hashSeed(i) != 0;
    }
    for (int i = 0; seeded && i < seed.length; i++) {
      seed[i] = superblock.hashSeed(i);
    }
  }

  /** True if this judge can compute it. */
  boolean isKnown() {
    return version >= LEGACY && version <= TEA;
  }

  /** The major hash of {@code name} as an unsigned value. */
  long of(byte[] name) {
    int hash =
        switch (version) {
          case LEGACY -> legacy(name);
          case HALF_MD4 -> halfMd4(name);
          default -> tea(name);
        };
    hash &= ~1;
    return Integer.toUnsignedLong(hash == END_OF_DIRECTORY ? hash - 2 : hash);
  }

  private int letter(byte raw) {
    return unsigned ? Byte.toUnsignedInt(raw) : raw;
  }

  private int legacy(byte[] name) {
    int hash0 = 0x12A3FE2D;
    int hash1 = 0x37ABE8F9;
    for (byte raw : name) {
      int hash = hash1 + (hash0 ^ letter(raw) * 7152373);
      if (hash < 0) {
        hash -= 0x7FFFFFFF;
      }
      hash1 = hash0;
      hash0 = hash;
    }
    return hash0 << 1;
  }

  private int halfMd4(byte[] name) {
    int[] state = seed.clone();
    for (int at = 0; at == 0 || at < name.length; at += 32) {
      md4Round(state, words(name, at, 8));
    }
    return state[1];
  }

  private int tea(byte[] name) {
    int[] state = seed.clone();
    for (int at = 0; at == 0 || at < name.length; at += 16) {
      teaRound(state, words(name, at, 4));
    }
    return state[0];
  }

  /** Packs the rest of a name into words, four letters a word, padded with its length. */
  private int[] words(byte[] name, int from, int count) {
    int rest = name.length - from;
    int pad = rest | rest << 8;
    pad |= pad << 16;
    int length = Math.min(rest, count * 4);
    int[] words = new int[count];
    int value = pad;
    int word = 0;
    for (int i = 0; i < length; i++) {
      value = letter(name[from + i]) + (value << 8);
      if (i % 4 == 3) {
        words[word++] = value;
        value = pad;
      }
    }
    if (word < count) {
      words[word++] = value;
    }
    while (word < count) {
      words[word++] = pad;
    }
    return words;
  }

  private static void teaRound(int[] state, int[] in) {
    int sum = 0;
    int b0 = state[0];
    int b1 = state[1];
    for (int n = 0; n < 16; n++) {
      sum += DELTA;
      b0 += ((b1 << 4) + in[0]) ^ (b1 + sum) ^ ((b1 >>> 5) + in[1]);
      b1 += ((b0 << 4) + in[2]) ^ (b0 + sum) ^ ((b0 >>> 5) + in[3]);
    }
    state[0] += b0;
    state[1] += b1;
  }

  private static void md4Round(int[] state, int[] in) {
    int[] v = state.clone();
    int[][] order = {{0, 1, 2, 3, 4, 5, 6, 7}, {1, 3, 5, 7, 0, 2, 4, 6}, {3, 7, 2, 6, 1, 5, 0, 4}};
    int[][] shifts = {{3, 7, 11, 19}, {3, 5, 9, 13}, {3, 9, 11, 15}};
    int[] constants = {0, ROOT_2, ROOT_3};
    for (int round = 0; round < 3; round++) {
      for (int step = 0; step < 8; step++) {
        int a = -step & 3;
        int x = v[a + 1 & 3];
        int y = v[a + 2 & 3];
        int z = v[a + 3 & 3];
        int mixed =
            switch (round) {
              case 0 -> z ^ (x & (y ^ z));
              case 1 -> (x & y) + ((x ^ y) & z);
              default -> x ^ y ^ z;
            };
        v[a] =
            Integer.rotateLeft(
                v[a] + mixed + in[order[round][step]] + constants[round], shifts[round][step & 3]);
      }
    }
    for (int i = 0; i < 4; i++) {
      state[i] += v[i];
    }
  }
}
