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

  private static final int MD4_WORDS = 8;
  private static final int STATE_WORDS = 4;

  /** Words that {@link #of(int[], int, int, int[])} wants to work in. */
  public static final int SCRATCH_WORDS = STATE_WORDS + MD4_WORDS;

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
    return major(
        switch (version) {
          case LEGACY, LEGACY_UNSIGNED -> legacy(name);
          case HALF_MD4, HALF_MD4_UNSIGNED -> halfMd4(name);
          case TEA, TEA_UNSIGNED -> tea(name);
          case SIPHASH -> throw new IllegalStateException("SIPHASH");
        });
  }

  /**
   * The same of a name that stands in a block of words, its first byte the lowest of word {@code
   * at}. Allocates nothing for the usual hashes of names that are ASCII.
   *
   * @param scratch of {@link #SCRATCH_WORDS}, the caller's
   */
  public long of(int[] bytes, int at, int length, int[] scratch) {
    boolean half = version == HashVersion.HALF_MD4 || version == HashVersion.HALF_MD4_UNSIGNED;
    if (half && (!version.isSigned() || isAscii(bytes, at, length))) {
      return major(halfMd4(bytes, at, length, scratch));
    }
    byte[] name = new byte[length];
    for (int i = 0; i < length; i++) {
      name[i] = (byte) (bytes[at + i / 4] >>> (8 * (i % 4)));
    }
    return of(FileName.of(name));
  }

  /** True if no byte up to the end of the last word has its highest bit set. */
  private static boolean isAscii(int[] bytes, int at, int length) {
    int any = 0;
    for (int i = at; i < at + (length + 3) / 4; i++) {
      any |= bytes[i];
    }
    return (any & 0x80808080) == 0;
  }

  private static long major(int hash) {
    int even = hash & ~1;
    return Integer.toUnsignedLong(even == END_OF_DIRECTORY ? END_OF_DIRECTORY - 2 : even);
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
    int[] io = new int[SCRATCH_WORDS];
    System.arraycopy(seed, 0, io, 0, STATE_WORDS);
    int[] words = new int[MD4_WORDS];
    for (int from = 0; from < name.length(); from += 4 * MD4_WORDS) {
      fill(words, name, from);
      System.arraycopy(words, 0, io, STATE_WORDS, MD4_WORDS);
      mixHalfMd4(io);
    }
    return io[1];
  }

  private int halfMd4(int[] bytes, int at, int length, int[] io) {
    System.arraycopy(seed, 0, io, 0, STATE_WORDS);
    for (int from = 0; from < length; from += 4 * MD4_WORDS) {
      int rest = length - from;
      int padding = (rest | rest << 8) * 0x10001;
      int word = at + from / 4;
      for (int w = STATE_WORDS; w < SCRATCH_WORDS; w++) {
        if (rest >= 4) {
          io[w] = Integer.reverseBytes(bytes[word]);
        } else if (rest > 0) {
          int bits = 8 * rest;
          io[w] = padding << bits | Integer.reverseBytes(bytes[word]) >>> (32 - bits);
        } else {
          io[w] = padding;
        }
        word++;
        rest -= 4;
      }
      mixHalfMd4(io);
    }
    return io[1];
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

  /** Three rounds over the eight words behind the state, which they change. */
  private static void mixHalfMd4(int[] io) {
    int a = io[0];
    int b = io[1];
    int c = io[2];
    int d = io[3];
    for (int w = STATE_WORDS; w < STATE_WORDS + MD4_WORDS; w += 4) {
      a = choose(a, b, c, d, io[w], 3);
      d = choose(d, a, b, c, io[w + 1], 7);
      c = choose(c, d, a, b, io[w + 2], 11);
      b = choose(b, c, d, a, io[w + 3], 19);
    }
    for (int w = STATE_WORDS + 1; w >= STATE_WORDS; w--) {
      a = majority(a, b, c, d, io[w], 3);
      d = majority(d, a, b, c, io[w + 2], 5);
      c = majority(c, d, a, b, io[w + 4], 9);
      b = majority(b, c, d, a, io[w + 6], 13);
    }
    for (int w = STATE_WORDS + 3; w > STATE_WORDS; w -= 2) {
      a = parity(a, b, c, d, io[w], 3);
      d = parity(d, a, b, c, io[w + 4], 9);
      c = parity(c, d, a, b, io[w - 1], 11);
      b = parity(b, c, d, a, io[w + 3], 15);
    }
    io[0] += a;
    io[1] += b;
    io[2] += c;
    io[3] += d;
  }

  private static int choose(int a, int x, int y, int z, int word, int shift) {
    return rotateLeft(a + (z ^ (x & (y ^ z))) + word, shift);
  }

  private static int majority(int a, int x, int y, int z, int word, int shift) {
    return rotateLeft(a + (x & y) + ((x ^ y) & z) + MD4_SQRT_2 + word, shift);
  }

  private static int parity(int a, int x, int y, int z, int word, int shift) {
    return rotateLeft(a + (x ^ y ^ z) + MD4_SQRT_3 + word, shift);
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
