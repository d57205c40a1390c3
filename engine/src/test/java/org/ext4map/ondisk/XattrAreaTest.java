package org.ext4map.ondisk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.List;
import org.ext4map.model.CorruptionException;
import org.ext4map.testkit.Geometries;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class XattrAreaTest {
  private static final int ENTRY = 32;

  private final Geometry geometry = Geometries.of(1024, Feature.METADATA_CSUM);
  private final ByteBuffer bytes = ByteBuffer.allocate(1024);
  private final XattrArea area = XattrArea.ofBlock(geometry, bytes);

  /** user.ab = "value", at the end of a block that two inodes share. */
  @BeforeEach
  void givenABlockWithOneAttribute() {
    LittleEndian.put32(bytes, 0, XattrArea.MAGIC);
    LittleEndian.put32(bytes, 4, 2);
    LittleEndian.put32(bytes, 8, 1);
    bytes.put(ENTRY, (byte) 2).put(ENTRY + 1, (byte) 1);
    LittleEndian.put16(bytes, ENTRY + 2, 1016);
    LittleEndian.put32(bytes, ENTRY + 8, 5);
    bytes.put(ENTRY + 16, new byte[] {'a', 'b'});
    bytes.put(1016, new byte[] {'v', 'a', 'l', 'u', 'e'});
    LittleEndian.put32(bytes, 0x10, area.computeChecksum(77));
  }

  @Test
  void anAttributeReadsAsItWasWritten() throws CorruptionException {
    area.verifyBlock(77, "here");
    List<XattrEntry> entries = area.entries("here");

    assertThat(entries).hasSize(1);
    assertThat(entries.get(0).name()).isEqualTo("user.ab");
    assertThat(area.value(entries.get(0))).asString().isEqualTo("value");
  }

  @Test
  void theOffsetOfAnEmptyValueMeansNothing() throws CorruptionException {
    LittleEndian.put16(bytes, ENTRY + 2, 0xFFF0);
    LittleEndian.put32(bytes, ENTRY + 8, 0);

    assertThat(area.value(area.entries("here").get(0))).isEmpty();
  }

  @Test
  void theChecksumKnowsItsBlock() {
    assertThatThrownBy(() -> area.verifyBlock(78, "here"))
        .isInstanceOf(CorruptionException.class)
        .hasMessageContaining("h_checksum");
  }

  @ParameterizedTest
  @CsvSource({"0, 0, h_magic", "4, 0, h_refcount", "4, 1025, h_refcount", "8, 2, h_blocks"})
  void damageOfTheHeaderIsNamed(int at, long value, String field) {
    LittleEndian.put32(bytes, at, value);

    assertThatThrownBy(() -> area.verifyBlock(77, "here"))
        .isInstanceOf(CorruptionException.class)
        .hasMessageContaining(field + "=");
  }

  @ParameterizedTest
  @CsvSource({
    "34, 1020,     e_value_offs",
    "34, 40,       e_value_offs",
    "40, 0x400000, e_value_offs",
    "40, 0x2000000, e_value_size",
    "36, 129,      e_value_inum"
  })
  void damageOfAnEntryIsNamed(int at, String value, String field) {
    int number = Integer.decode(value);
    if (at == 34) {
      LittleEndian.put16(bytes, at, number);
    } else {
      LittleEndian.put32(bytes, at, number);
    }

    assertThatThrownBy(() -> area.entries("here"))
        .isInstanceOf(CorruptionException.class)
        .hasMessageContaining(field + "=");
  }

  @Test
  void entriesWithoutAnEndAreDamage() {
    for (int at = ENTRY; at + 4 <= 1024; at += 4) {
      LittleEndian.put32(bytes, at, 0x0101);
    }

    assertThatThrownBy(() -> area.entries("here"))
        .isInstanceOf(CorruptionException.class)
        .hasMessageContaining("e_name_len=");
  }

  @Test
  void anInodeWithoutTheMagicHasNoArea() {
    InodeRecord inode = new InodeRecord(geometry, ByteBuffer.allocate(256), 0);

    assertThat(XattrArea.ofInode(geometry, inode).isPresent()).isFalse();
  }
}
