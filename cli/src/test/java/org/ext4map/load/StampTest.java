package org.ext4map.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class StampTest {
  private static final int BLOCK = 4096;

  private final ByteBuffer bytes = ByteBuffer.allocate(3 * BLOCK);

  private long check(int at, long position, long allowed) {
    return Stamp.check(bytes, at, BLOCK, position, stamp -> stamp == allowed);
  }

  @Test
  void aBlockSaysWhoWroteIt() {
    Stamp.fill(bytes, BLOCK, BLOCK, 42, 5 * BLOCK);

    assertThat(check(BLOCK, 5 * BLOCK, 42)).isEqualTo(Stamp.FITTING);
    assertThat(check(BLOCK, 5 * BLOCK, 41)).isEqualTo(42);
    assertThat(check(0, 0, Stamp.ZEROS)).isEqualTo(Stamp.FITTING);
    assertThat(check(0, 0, 42)).isEqualTo(Stamp.ZEROS);
  }

  @Test
  void bytesOfAnotherPlaceAreNobodys() {
    Stamp.fill(bytes, BLOCK, BLOCK, 42, 5 * BLOCK);

    assertThat(check(BLOCK, 6 * BLOCK, 42)).isEqualTo(Stamp.BROKEN);
  }

  @Test
  void aByteInTheMiddleCounts() {
    Stamp.fill(bytes, 0, BLOCK, 42, 0);
    bytes.put(2000, (byte) (bytes.get(2000) + 1));

    assertThat(check(0, 0, 42)).isEqualTo(Stamp.BROKEN);
  }

  @Test
  void sectorsOfTwoWritesAreTwoAnswers() {
    Stamp.fill(bytes, 0, BLOCK, 42, 0);
    Stamp.fill(bytes, 1024, 512, 43, 1024);

    assertThat(check(0, 0, 42)).isEqualTo(43);
    assertThat(Stamp.check(bytes, 0, BLOCK, 0, stamp -> stamp == 42 || stamp == 43))
        .isEqualTo(Stamp.FITTING);
  }
}
