package org.ext4map.ondisk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import org.ext4map.model.CorruptionException;
import org.ext4map.model.FileName;
import org.ext4map.testkit.Geometries;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DirBlockTest {
  private static final int SEED = 0x1234;

  private final Geometry geometry = Geometries.of(1024, Feature.FILETYPE, Feature.METADATA_CSUM);
  private final ByteBuffer bytes = ByteBuffer.allocate(1024);
  private final DirBlock block = DirBlock.ofBlock(geometry, bytes, 0);

  @Test
  void aFormattedBlockIsOneUnusedEntryAndATail() {
    block.format();
    block.updateChecksum(SEED);

    assertThat(block.inode(0)).isZero();
    assertThat(block.recordLength(0)).isEqualTo(1012);
    assertThatCode(() -> block.verifyChecksum(SEED, "here")).doesNotThrowAnyException();
    assertThatThrownBy(() -> block.verifyChecksum(SEED + 1, "here"))
        .isInstanceOf(CorruptionException.class)
        .hasMessageContaining("det_checksum");
  }

  @Test
  void anEntryReadsAsItWasWritten() throws CorruptionException {
    givenEntries();

    block.verifyEntry(12, "here");
    assertThat(block.entry(12)).isEqualTo(new DirEntry(13, FileType.SYMLINK, FileName.of("hello")));
    assertThat(block.matches(12, FileName.of("hello"))).isTrue();
    assertThat(block.matches(12, FileName.of("help!"))).isFalse();
    assertThat(block.matches(12, FileName.of("hell"))).isFalse();
  }

  private void givenEntries() {
    block.format();
    block.setEntry(0, 12, 12, FileType.REGULAR, FileName.of("a"));
    block.setEntry(12, 13, 1000, FileType.SYMLINK, FileName.of("hello"));
  }

  @ParameterizedTest
  @CsvSource({
    "16, 8,    rec_len",
    "16, 13,   rec_len",
    "16, 0,    rec_len",
    "16, 1004, rec_len",
    "16, 992,  rec_len",
    "16, 2000, rec_len",
    "12, 129,  inode",
    "18, 0,    name_len"
  })
  void damageIsNamed(int at, int value, String field) {
    givenEntries();
    if (at == 18) {
      bytes.put(at, (byte) value);
    } else {
      LittleEndian.put16(bytes, at, value);
    }

    assertThatThrownBy(() -> block.verifyEntry(12, "here"))
        .isInstanceOf(CorruptionException.class)
        .hasMessageContaining(field + "=");
  }

  @Test
  void aNameThatNeedsMoreThanItsRecordIsDamage() {
    givenEntries();
    bytes.put(6, (byte) 5);

    assertThatThrownBy(() -> block.verifyEntry(0, "here"))
        .isInstanceOf(CorruptionException.class)
        .hasMessageContaining("rec_len=12, allowed >= 16");
  }

  @ParameterizedTest
  @ValueSource(strings = {"a/b", "a\0b"})
  void aNameThatNoPathCanHoldIsDamage(String name) {
    givenEntries();
    block.setEntry(12, 13, 1000, FileType.REGULAR, FileName.of(name));

    assertThatThrownBy(() -> block.verifyName(12, "here"))
        .isInstanceOf(CorruptionException.class)
        .hasMessageContaining("name[1]");
  }

  @ParameterizedTest
  @ValueSource(ints = {65536, 65532, 65524, 12})
  void recordsOf64KiBBlocksFit(int recordLength) {
    Geometry large = Geometries.of(65536, Feature.FILETYPE);
    DirBlock wide = DirBlock.ofBlock(large, ByteBuffer.allocate(65536), 0);

    wide.setRecordLength(0, recordLength);

    assertThat(wide.recordLength(0)).isEqualTo(recordLength);
  }

  @Test
  void withoutTheFeatureAnEntryHasNoType() {
    Geometry old = Geometries.of(1024);
    DirBlock untyped = DirBlock.ofBlock(old, ByteBuffer.allocate(1024), 0);

    untyped.setEntry(0, 12, 1024, FileType.REGULAR, FileName.of("a"));

    assertThat(untyped.type(0)).isEqualTo(FileType.UNKNOWN);
    assertThat(untyped.end()).isEqualTo(1024);
  }
}
