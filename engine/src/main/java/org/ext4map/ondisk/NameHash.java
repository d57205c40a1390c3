package org.ext4map.ondisk;

import static java.lang.Integer.rotateLeft;

import org.ext4map.model.FileName;

/**
 * Hashes names for htree directories: ext4fs_dirhash (Linux fs/ext4/hash.c). Immutable.
 *
 * <p>The three families differ in what they do with the name's bytes; all start from the file
 * system's hash seed (legacy excepted) and all keep the lowest bit of the result free.
 */
public final class NameHash {
  /** What a hash never is: it stands for the end of the directory. */
  private static final int END_OF_DIRECTORY = 0xFFFFFFFE;

  private static final int[] DEFAULT_SEED = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476};
  private static final int LEGACY_FIRST = 0x37abe8f9;
  private static final int LEGACY_SECOND = 0x12a3fe2d;
  private static final int LEGACY_FACTOR = 7152373;
  private static final int TEA_DELTA = 0x9E3779B9;
  private static final int TEA_ROUNDS = 16;
  private static final int MD4_SQRT_2 = 0x5A827999;
  private static final int MD4_SQRT_3 = 0x6ED9EBA1;

  /** Which word each step of the three rounds of half MD4 takes, and how far it rotates. */
  private static final int[][] MD4_WORDS = {
    {0, 1, 2, 3, 4, 5, 6, 7}, {1, 3, 5, 7, 0, 2, 4, 6}, {3, 7, 2, 6, 1, 5, 0, 4}
  };

  private static final int[][] MD4_SHIFTS = {{3, 7, 11, 19}, {3, 5, 9, 13}, {3, 9, 11, 15}};

  private final HashVersion version;
  private final int[] seed;

  /**
   * A hash of this version.
   *
   * @param version any but SIPHASH, whose key the image does not hold
   * @param superblock s_hash_seed is taken from it; all zero means the built-in seed
   */
  public NameHash(HashVersion version, Superblock superblock) {
    this(version, seedOf(superblock));
  }

  NameHash(HashVersion version, int[] seed) {
    if (version == HashVersion.SIPHASH) {
      throw new IllegalArgumentException("hash version SIPHASH needs a key");
    }
    this.version = version;
    this.seed = isZero(seed) ? DEFAULT_SEED.clone() : seed.clone();
  }

  private static int[] seedOf(Superblock superblock) {
    int[] seed = new int[DEFAULT_SEED.length];
    for (int i = 0; i < seed.length; i++) {
      seed[i] = superblock.hashSeed(i);
    }
    return seed;
  }

  private static boolean isZero(int[] seed) {
    int any = 0;
    for (int word : seed) {
      any |= word;
    }
    return any == 0;
  }

  /** The major hash of {@code name}, unsigned, its lowest bit 0. */
  public long of(FileName name) {
    int hash =
        switch (version) {
          case LEGACY, LEGACY_UNSIGNED -> legacy(name);
          case HALF_MD4, HALF_MD4_UNSIGNED -> halfMd4(name);
          case TEA, TEA_UNSIGNED -> tea(name);
          case SIPHASH -> throw new IllegalStateException("SIPHASH");
        };
    hash &= ~1;
    return Integer.toUnsignedLong(hash == END_OF_DIRECTORY ? END_OF_DIRECTORY - 2 : hash);
  }

  private int letter(FileName name, int i) {
    return version.isSigned() ? name.byteAt(i) : Byte.toUnsignedInt(name.byteAt(i));
  }

  private int legacy(FileName name) {
    int older = LEGACY_FIRST;
    int newer = LEGACY_SECOND;
    for (int i = 0; i < name.length(); i++) {
      int next = older + (newer ^ letter(name, i) * LEGACY_FACTOR);
      if (next < 0) {
        next -= 0x7fffffff;
      }
      older = newer;
      newer = next;
    }
    return newer << 1;
  }

  private int halfMd4(FileName name) {
    int[] state = seed.clone();
    int[] words = new int[8];
    for (int from = 0; from < name.length(); from += 4 * words.length) {
      fill(words, name, from);
      mixHalfMd4(state, words);
    }
    return state[1];
  }

  private int tea(FileName name) {
    int[] state = seed.clone();
    int[] words = new int[4];
    for (int from = 0; from < name.length(); from += 4 * words.length) {
      fill(words, name, from);
      mixTea(state, words);
    }
    return state[0];
  }

  /** Packs name bytes into words, highest first; what is left over holds the remaining length. */
  private void fill(int[] words, FileName name, int from) {
    int rest = name.length() - from;
    int padding = rest | rest << 8;
    padding |= padding << 16;
    int used = Math.min(rest, 4 * words.length);
    for (int w = 0; w < words.length; w++) {
      int value = padding;
      for (int i = 4 * w; i < Math.min(used, 4 * w + 4); i++) {
        value = letter(name, from + i) + (value << 8);
      }
      words[w] = value;
    }
  }

  private static void mixHalfMd4(int[] state, int[] words) {
    int a = state[0];
    int b = state[1];
    int c = state[2];
    int d = state[3];
    for (int round = 0; round < 3; round++) {
      for (int step = 0; step < 8; step++) {
        int word = words[MD4_WORDS[round][step]];
        int mixed = rotateLeft(a + choose(round, b, c, d) + word, MD4_SHIFTS[round][step % 4]);
        a = d;
        d = c;
        c = b;
        b = mixed;
      }
    }
    state[0] += a;
    state[1] += b;
    state[2] += c;
    state[3] += d;
  }

  private static int choose(int round, int x, int y, int z) {
    return switch (round) {
      case 0 -> z ^ (x & (y ^ z));
      case 1 -> (x & y) + ((x ^ y) & z) + MD4_SQRT_2;
      default -> (x ^ y ^ z) + MD4_SQRT_3;
    };
  }

  private static void mixTea(int[] state, int[] words) {
    int left = state[0];
    int right = state[1];
    int sum = 0;
    for (int round = 0; round < TEA_ROUNDS; round++) {
      sum += TEA_DELTA;
      left += ((right << 4) + words[0]) ^ (right + sum) ^ ((right >>> 5) + words[1]);
      right += ((left << 4) + words[2]) ^ (left + sum) ^ ((left >>> 5) + words[3]);
    }
    state[0] += left;
    state[1] += right;
  }
}
