package org.ext4map.ondisk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import org.ext4map.model.CorruptionException;
import org.ext4map.testkit.Geometries;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HashTreeNodeTest {
  private static final int SEED = 0x4321;
  private static final int ROOT_ENTRIES = 32;

  private final Geometry geometry = Geometries.of(1024, Feature.METADATA_CSUM);
  private final ByteBuffer bytes = ByteBuffer.allocate(1024);
  private final HashTreeNode root = new HashTreeNode(geometry, bytes, true);

  @BeforeEach
  void givenARootWithFourLeaves() {
    bytes.put(28, (byte) 1).put(29, (byte) 8);
    LittleEndian.put16(bytes, ROOT_ENTRIES, 123);
    LittleEndian.put16(bytes, ROOT_ENTRIES + 2, 4);
    entry(0, -1, 1);
    entry(1, 0x1000, 2);
    entry(2, 0x2001, 3);
    entry(3, 0xF0000000L, 4);
    root.updateChecksum(SEED);
  }

  private void entry(int i, long hash, long block) {
    if (i > 0) {
      LittleEndian.put32(bytes, ROOT_ENTRIES + 8 * i, hash);
    }
    LittleEndian.put32(bytes, ROOT_ENTRIES + 8 * i + 4, block);
  }

  @ParameterizedTest
  @CsvSource({
    "0x0, 0", "0xffe, 0", "0x1000, 1", "0x1ffe, 1",
    "0x2000, 1", "0x2002, 2", "0xefffffff, 2", "0xfffffffc, 3"
  })
  void theSearchFindsWhereAHashBegins(String hash, int expected) {
    assertThat(root.search(Long.decode(hash))).isEqualTo(expected);
  }

  @Test
  void aSetLowBitContinuesTheBlockBefore() {
    assertThat(root.continuesPrevious(2)).isTrue();
    assertThat(root.hash(2)).isEqualTo(0x2000);
    assertThat(root.continuesPrevious(1)).isFalse();
    assertThat(root.continuesPrevious(0)).isFalse();
  }

  @Test
  void aGoodRootPasses() {
    assertThatCode(() -> root.verify(SEED, "here")).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @CsvSource({
    "24, 1,   reserved_zero",
    "28, 9,   hash_version",
    "29, 12,  info_length",
    "30, 2,   indirect_levels",
    "31, 1,   unused_flags",
    "32, 124, limit",
    "34, 0,   count",
    "34, 124, count",
    "36, 9,   dt_checksum"
  })
  void damageIsNamed(int at, int value, String field) {
    bytes.put(at, (byte) value);

    assertThatThrownBy(() -> root.verify(SEED, "here"))
        .isInstanceOf(CorruptionException.class)
        .hasMessageContaining(field + "=");
  }

  @Test
  void largeDirAllowsOneMoreLevel() {
    Geometry large = Geometries.of(1024, Feature.LARGEDIR);
    LittleEndian.put16(bytes, ROOT_ENTRIES, 124);
    bytes.put(30, (byte) 2);

    assertThatCode(() -> new HashTreeNode(large, bytes, true).verify(SEED, "here"))
        .doesNotThrowAnyException();
  }
}
