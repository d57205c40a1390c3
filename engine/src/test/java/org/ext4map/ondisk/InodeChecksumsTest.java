package org.ext4map.ondisk;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.SplittableRandom;
import java.util.zip.CRC32C;
import org.ext4map.testkit.Geometries;
import org.junit.jupiter.api.Test;

class InodeChecksumsTest {
  private static final long SEED = Long.getLong("ext4map.seed", 5);
  private static final int SLOTS = 64;

  private final Geometry geometry = Geometries.of(4096, Feature.METADATA_CSUM);
  private final ByteBuffer table = ByteBuffer.allocateDirect(SLOTS * geometry.inodeSize());
  private final InodeWords slot = new InodeWords(geometry, table.capacity());
  private final InodeChecksums sums = new InodeChecksums(geometry);
  private final SplittableRandom random = new SplittableRandom(SEED);

  @Test
  void whatWasSealedIsRightUnderItsNumberOnly() {
    givenSealedSlots();

    for (int i = 0; i < SLOTS; i++) {
      assertThat(isRight(i, number(i))).as("slot %d, seed %d", i, SEED).isTrue();
      assertThat(isRight(i, number(i) ^ (1 << (i % 32)))).as("slot %d, seed %d", i, SEED).isFalse();
    }
  }

  @Test
  void anyChangedBitIsSeen() {
    givenSealedSlots();

    for (int bit = 0; bit < geometry.inodeSize() * Byte.SIZE; bit++) {
      int at = bit / Byte.SIZE;
      byte before = table.get(at);
      table.put(at, (byte) (before ^ (1 << (bit % Byte.SIZE))));
      assertThat(isRight(0, number(0))).as("bit %d, seed %d", bit, SEED).isFalse();
      table.put(at, before);
    }
    assertThat(isRight(0, number(0))).isTrue();
  }

  private void givenSealedSlots() {
    for (int i = 0; i < table.capacity(); i++) {
      table.put(i, (byte) random.nextInt());
    }
    for (int i = 0; i < SLOTS; i++) {
      InodeRecord inode = new InodeRecord(geometry, table, i * geometry.inodeSize());
      inode.setExtraIsize(InodeRecord.EXTRA_BYTES);
      inode.updateChecksum(Integer.toUnsignedLong(number(i)));
    }
  }

  /** Numbers of all sizes, unsigned. */
  private static int number(int index) {
    return ((index + 1) * 0x9E3779B1) >>> (index % 32);
  }

  private boolean isRight(int index, int number) {
    slot.load(table.clear(), SLOTS);
    slot.select(index);
    return sums.isRight(new CRC32C(), table, index * geometry.inodeSize(), slot, number);
  }
}
