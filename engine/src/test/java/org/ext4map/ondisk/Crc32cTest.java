package org.ext4map.ondisk;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class Crc32cTest {
  private static final byte[] DIGITS = "123456789".getBytes(StandardCharsets.US_ASCII);

  @Test
  void theCheckValueOfTheCatalogueComesOutUninverted() {
    assertThat(Crc32c.update(Crc32c.SEED, DIGITS)).isEqualTo(~0xE3069283);
  }

  @Test
  void anyStateGoesOnBitByBitAsTheDefinitionSays() {
    SplittableRandom random = new SplittableRandom(1);
    for (int round = 0; round < 1000; round++) {
      int state = random.nextInt();
      byte[] bytes = new byte[random.nextInt(40)];
      random.nextBytes(bytes);
      int expected = state;
      for (byte value : bytes) {
        expected ^= Byte.toUnsignedInt(value);
        for (int bit = 0; bit < 8; bit++) {
          expected = (expected >>> 1) ^ ((expected & 1) == 0 ? 0 : 0x82F63B78);
        }
      }
      assertThat(Crc32c.update(state, bytes)).isEqualTo(expected);
      assertThat(Crc32c.update(state, ByteBuffer.wrap(bytes), 0, bytes.length)).isEqualTo(expected);
    }
  }

  @Test
  void fieldsCountInTheirOwnByteOrder() {
    assertThat(Crc32c.updateLe32(7, 0x04030201))
        .isEqualTo(Crc32c.update(7, new byte[] {1, 2, 3, 4}))
        .isEqualTo(Crc32c.updateBe32(7, 0x01020304));
    assertThat(Crc32c.updateLe64(7, 0x0807060504030201L))
        .isEqualTo(Crc32c.update(7, new byte[] {1, 2, 3, 4, 5, 6, 7, 8}));
    assertThat(Crc32c.updateZeros(7, 3)).isEqualTo(Crc32c.update(7, new byte[3]));
  }

  @Test
  void crc16MatchesTheCheckValueOfTheCatalogue() {
    assertThat(Crc16.update(0, ByteBuffer.wrap(DIGITS), 0, DIGITS.length)).isEqualTo(0xBB3D);
  }
}
