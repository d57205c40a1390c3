package org.ext4map.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.ext4map.images.Judge;
import org.ext4map.ondisk.Geometry;
import org.ext4map.ondisk.InodeWords;
import org.ext4map.ondisk.LittleEndian;
import org.ext4map.ondisk.Superblock;
import org.ext4map.testkit.Programs;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The slot of a file with two attributes, as debugfs writes them. */
class SlotAttributesTest {
  private static final int SLOT_BYTES = 256;
  private static final int MAGIC_AT = 160;

  @TempDir Path scratch;

  private ByteBuffer slot = ByteBuffer.allocate(SLOT_BYTES);
  private Geometry geometry;

  @BeforeEach
  void makeSlot() throws IOException {
    Programs.require(Judge.E2FSPROGS);
    Path image = scratch.resolve("image");
    Programs.succeed("mke2fs", "-q", "-F", "-t", "ext4", "-b", "1024", image.toString(), "4M");
    Programs.succeed("debugfs", "-w", "-R", "write /dev/null file", image.toString());
    Programs.succeed("debugfs", "-w", "-R", "ea_set file user.one 1234567", image.toString());
    Programs.succeed("debugfs", "-w", "-R", "ea_set file security.two 89", image.toString());
    String place = Programs.run("debugfs", "-R", "imap file", image.toString()).output();
    long block = Long.parseLong(place.replaceAll("(?s).*block (\\d+),.*", "$1"));
    int offset = Integer.parseInt(place.replaceAll("(?s).*offset 0x(\\p{XDigit}+).*", "$1"), 16);
    try (FileChannel file = FileChannel.open(image, StandardOpenOption.READ)) {
      ByteBuffer superblock = ByteBuffer.allocate(Superblock.BYTES);
      file.read(superblock, Superblock.OFFSET_BYTES);
      geometry = new Geometry(new Superblock(superblock, 0));
      file.read(slot, block * geometry.blockSize() + offset);
    }
    slot.clear();
  }

  private boolean arePlain() {
    InodeWords words = new InodeWords(geometry, SLOT_BYTES);
    words.load(slot, 1);
    words.select(0);
    return new SlotAttributes(SLOT_BYTES).arePlain(words, MAGIC_AT);
  }

  @Test
  void soundAttributesArePlain() {
    assertThat(LittleEndian.i32(slot, MAGIC_AT)).isEqualTo(0xEA020000);
    assertThat(slot.get(MAGIC_AT + 4)).as("the length of a name").isEqualTo((byte) 3);
    assertThat(arePlain()).isTrue();
  }

  /** Offsets count from the magic number; the first entry stands 4 bytes behind it. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          a name of 255 letters        |  4 | 255
          the index of system          |  5 | 7
          the index of encryption      |  5 | 9
          no index                     |  5 | 0
          a value behind the end       |  6 | 255
          a value over its own entry   |  6 | 0
          a value at an odd place      |  6 | 89
          a value in an inode          |  8 | 1
          a longer value               | 12 | 100
          a negative size of the value | 15 | 128
          another hash                 | 16 | 1
          """)
  void anyDamageIsLeftToTheJudge(String what, int offset, int value) {
    slot.put(MAGIC_AT + offset, (byte) value);

    assertThat(arePlain()).as(what).isFalse();
  }
}
