package org.ext4map;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import org.ext4map.images.GoldenImage;
import org.ext4map.images.GoldenImages;
import org.ext4map.model.Extent;
import org.ext4map.ondisk.MmpBlock;
import org.ext4map.ondisk.OrphanBlock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Structures that no file shows, where mke2fs and the kernel put them. */
class GoldenStructuresTest {
  @TempDir Path scratch;

  @Test
  void mmpBlocksVerify() throws IOException {
    List<GoldenImage> images = withFeature("mmp");
    assertThat(images).isNotEmpty();
    for (GoldenImage golden : images) {
      try (Ext4Image image = open(golden)) {
        long pblk = image.superblock().mmpBlock();
        MmpBlock mmp = new MmpBlock(image.geometry(), read(image, pblk));
        mmp.verify(pblk);
        assertThat(mmp.sequence()).as(golden.name()).isEqualTo(MmpBlock.SEQ_CLEAN);
      }
    }
  }

  @Test
  void orphanFileBlocksVerify() throws IOException {
    List<GoldenImage> images = withFeature("orphan_file");
    assertThat(images).isNotEmpty();
    for (GoldenImage golden : images) {
      try (Ext4Image image = open(golden)) {
        Ext4File file = image.inode(image.superblock().orphanFileInum());
        int seed = image.geometry().inodeChecksumSeed(file.ino(), file.record().generation());
        for (Extent extent : file.extents()) {
          for (long pblk = extent.pblk(); pblk < extent.pblk() + extent.length(); pblk++) {
            OrphanBlock block = new OrphanBlock(image.geometry(), read(image, pblk));
            block.verify(seed, pblk);
          }
        }
        assertThat(file.extents()).as(golden.name()).isNotEmpty();
      }
    }
  }

  private static List<GoldenImage> withFeature(String feature) {
    return GoldenImages.list().stream()
        .filter(image -> image.manifest().features().contains(feature))
        .toList();
  }

  private Ext4Image open(GoldenImage golden) throws IOException {
    return Ext4Image.open(golden.unpack(scratch), OpenOptions.defaults().view(View.AS_IS));
  }

  private static ByteBuffer read(Ext4Image image, long pblk) throws IOException {
    ByteBuffer block = ByteBuffer.allocate(image.geometry().blockSize());
    image.device().read(pblk * block.capacity(), block);
    return block.clear();
  }
}
