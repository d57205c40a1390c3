package org.ext4map.ondisk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.SplittableRandom;
import org.ext4map.model.FileName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Signed hashes against debugfs's dx_hash; unsigned ones against a kernel: GoldenImageReadTest,
 * dir-*-unsigned.
 */
class NameHashTest {
  private static final String LONG =
      "hello-world-this-is-a-long-name-of-more-than-thirty-two-bytes";

  /** -s 01020304-0506-0708-090a-0b0c0d0e0f10, read as four little-endian words. */
  private static final int[] SEED = {0x04030201, 0x08070605, 0x0c0b0a09, 0x100f0e0d};

  @ParameterizedTest
  @CsvSource({
    "LEGACY,   a,    0xe74b53e2, 0xe74b53e2",
    "LEGACY,   LONG, 0xb066085e, 0xb066085e",
    "LEGACY,   été,  0x70d7b7fc, 0x70d7b7fc",
    "HALF_MD4, a,    0x8d08ec4c, 0xd5fa7d7a",
    "HALF_MD4, LONG, 0xc35b3a94, 0x5be3c438",
    "HALF_MD4, été,  0x46242884, 0xa69a4d3a",
    "TEA,      a,    0xf53528f0, 0x6d0ea4c0",
    "TEA,      LONG, 0x575c1a84, 0xfebbeaa4",
    "TEA,      été,  0x1f284fc0, 0x04d337a6"
  })
  void signedHashesAreDebugfssOnes(HashVersion version, String name, String seeded, String plain) {
    FileName hashed = FileName.of(name.equals("LONG") ? LONG : name);

    assertThat(new NameHash(version, SEED).of(hashed)).isEqualTo(Long.decode(seeded));
    assertThat(new NameHash(version, new int[4]).of(hashed)).isEqualTo(Long.decode(plain));
  }

  @Test
  void aNameInABlockOfWordsHashesAsItDoesAlone() {
    SplittableRandom random = new SplittableRandom(Long.getLong("ext4map.seed", 5));
    int[] scratch = new int[NameHash.SCRATCH_WORDS];
    for (int length = 1; length <= FileName.MAX_BYTES; length++) {
      byte[] name = new byte[length];
      random.nextBytes(name);
      if (length % 3 > 0) {
        for (int i = 0; i < length; i++) {
          name[i] &= 0x7F;
        }
      }
      ByteBuffer block = ByteBuffer.allocate(FileName.MAX_BYTES + 21);
      int[] words = new int[block.capacity() / 4];
      LittleEndian.copy32(block.put(8, name), 0, words, words.length);
      for (int version = 0; version < 6; version++) {
        NameHash hash = new NameHash(HashVersion.of(version, 0), SEED);
        assertThat(hash.of(words, 2, length, scratch))
            .as("version %d, length %d", version, length)
            .isEqualTo(hash.of(FileName.of(name)));
      }
    }
  }

  @Test
  void signAndUnsignedDifferOnlyAbove7f() {
    for (int version = 0; version < 3; version++) {
      NameHash signed = new NameHash(HashVersion.of(version, 1), SEED);
      NameHash unsigned = new NameHash(HashVersion.of(version, 2), SEED);

      assertThat(signed.of(FileName.of("plain"))).isEqualTo(unsigned.of(FileName.of("plain")));
      assertThat(signed.of(FileName.of("été"))).isNotEqualTo(unsigned.of(FileName.of("été")));
    }
  }

  @Test
  void aKeyedHashHasNoKeyHere() {
    assertThatThrownBy(() -> new NameHash(HashVersion.SIPHASH, SEED))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
