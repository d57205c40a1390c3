package org.ext4map.alloc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.ext4map.alloc.AllocatorImage.ext4;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.TreeSet;
import org.ext4map.images.Judge;
import org.ext4map.model.CorruptionException;
import org.ext4map.model.NoSpaceException;
import org.ext4map.ondisk.Feature;
import org.ext4map.ondisk.GroupDescriptor;
import org.ext4map.testkit.Programs;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InodeAllocatorTest {
  private static final int ROOT = 2;
  private static final long MIB = 1L << 20;

  @TempDir Path directory;

  @Test
  void theFirstInodeAfterTheReservedOnesComesFirst() throws IOException {
    AllocatorImage image = AllocatorImage.of(16 * MIB, ext4());
    assertThat(image.inodes.allocateFile(image.updates, ROOT)).isEqualTo(12);
    assertThat(image.inodes.allocateFile(image.updates, ROOT)).isEqualTo(13);
    image.inodes.free(image.updates, 12, false);
    assertThat(image.inodes.allocateFile(image.updates, ROOT)).isEqualTo(12);
  }

  @Test
  void allInodesAreGivenOnceAndTakenBack() throws IOException {
    Programs.require(Judge.E2FSPROGS);
    AllocatorImage image =
        AllocatorImage.of(
            16 * MIB, ext4().inodes(600).blocksPerGroup(1024).without(Feature.RESIZE_INODE));
    long free = image.inodes.freeInodes();
    Set<Long> given = new HashSet<>();
    while (true) {
      try {
        boolean isDirectory = given.size() % 3 == 0;
        long ino =
            isDirectory
                ? image.inodes.allocateDirectory(image.updates, ROOT, given.size() * 77)
                : image.inodes.allocateFile(image.updates, ROOT);
        assertThat(ino).isBetween(12L, image.geometry.inodesCount());
        assertThat(given.add(isDirectory ? -ino : ino)).isTrue();
      } catch (NoSpaceException full) {
        break;
      }
    }
    assertThat(given).hasSize((int) free);
    assertThat(image.inodes.freeInodes()).isZero();
    for (long group = 0; group < image.geometry.groupCount(); group++) {
      GroupDescriptor descriptor = image.table.descriptor(group);
      assertThat(descriptor.freeInodes()).isZero();
      assertThat(descriptor.itableUnused()).isZero();
      assertThat(descriptor.isInodeTableUninit()).isFalse();
    }
    for (long ino : given) {
      image.inodes.free(image.updates, Math.abs(ino), ino < 0);
    }
    assertThat(image.inodes.freeInodes()).isEqualTo(free);
    image.assertClean(directory);
  }

  @Test
  void childrenOfTheRootAreSpreadAndFilesStayWithTheirParent() throws IOException {
    AllocatorImage image =
        AllocatorImage.of(
            32 * MIB,
            ext4()
                .blocksPerGroup(1024)
                .groupsPerFlex(4)
                .without(Feature.RESIZE_INODE, Feature.HAS_JOURNAL));
    Set<Long> flexGroups = new TreeSet<>();
    for (int i = 0; i < 8; i++) {
      long ino = image.inodes.allocateDirectory(image.updates, ROOT, 5 * i);
      long flex = image.geometry.groupOfInode(ino) / 4;
      flexGroups.add(flex);
      long child = image.inodes.allocateFile(image.updates, ino);
      assertThat(image.geometry.groupOfInode(child) / 4).isEqualTo(flex);
      long below = image.inodes.allocateDirectory(image.updates, ino, 0);
      assertThat(image.geometry.groupOfInode(below) / 4).isEqualTo(flex);
    }
    assertThat(flexGroups).as("flex groups with directories").hasSizeGreaterThanOrEqualTo(4);
  }

  @Test
  void freeingWhatIsFreeIsCorruptionAndReservedInodesAreNeverFreed() throws IOException {
    AllocatorImage image = AllocatorImage.of(16 * MIB, ext4());
    assertThatThrownBy(() -> image.inodes.free(image.updates, 12, false))
        .isInstanceOf(CorruptionException.class);
    for (long ino : new long[] {0, 2, 8, 10, image.geometry.inodesCount() + 1}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> image.inodes.free(image.updates, ino, false));
    }
  }

  @Test
  void aDamagedInodeBitmapTakesItsGroupOut() throws IOException {
    AllocatorImage image = AllocatorImage.of(32 * MIB, ext4());
    long bitmap = image.table.descriptor(0).inodeBitmap();
    var junk = ByteBuffer.allocate(16);
    image.device.write(bitmap * 1024 + 100, junk.put(0, (byte) 1));
    image.reopen();
    long ino = image.inodes.allocateFile(image.updates, ROOT);
    assertThat(image.geometry.groupOfInode(ino)).isPositive();
    assertThat(image.reported).hasSize(1);
    assertThat(image.reported.get(0)).startsWith("0: inode bitmap: bg_inode_bitmap_csum");
  }
}
