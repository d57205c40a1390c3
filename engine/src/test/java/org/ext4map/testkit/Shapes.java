package org.ext4map.testkit;

import static org.ext4map.ondisk.LittleEndian.put16;
import static org.ext4map.ondisk.LittleEndian.put32;
import static org.ext4map.ondisk.LittleEndian.u32;

import java.nio.ByteBuffer;
import org.ext4map.model.CorruptionException;
import org.ext4map.ondisk.Feature;
import org.ext4map.ondisk.Geometry;
import org.ext4map.ondisk.Superblock;

/** File systems that exist as a shape only: a geometry without an image. */
public final class Shapes {
  private Shapes() {}

  /** One group or more of {@code blockSize} blocks, {@code blocks} in all, 256-byte inodes. */
  public static Geometry of(int blockSize, long blocks, Feature... features) {
    return clustered(blockSize, 1, blocks, features);
  }

  /** As {@link #of} with {@code ratio} blocks in a cluster; other than 1 needs bigalloc. */
  public static Geometry clustered(int blockSize, int ratio, long blocks, Feature... features) {
    ByteBuffer bytes = superblock(blockSize, ratio, blocks, features);
    try {
      return new Geometry(new Superblock(bytes, 0));
    } catch (CorruptionException e) {
      throw new IllegalArgumentException(e);
    }
  }

  private static ByteBuffer superblock(int blockSize, int ratio, long blocks, Feature... features) {
    ByteBuffer bytes = ByteBuffer.allocate(Superblock.BYTES);
    int logBlock = Integer.numberOfTrailingZeros(blockSize) - 10;
    int first = blockSize == 1024 && ratio == 1 ? 1 : 0;
    long perGroup = 8L * blockSize * ratio;
    long groups = (blocks - first + perGroup - 1) / perGroup;
    long inodesPerGroup = groups > 1 << 20 ? 1 : 64;
    put32(bytes, 0x00, groups * inodesPerGroup);
    put32(bytes, 0x04, blocks);
    put32(bytes, 0x150, blocks >>> 32);
    put32(bytes, 0x14, first);
    put32(bytes, 0x18, logBlock);
    put32(bytes, 0x1C, logBlock + Integer.numberOfTrailingZeros(ratio));
    put32(bytes, 0x20, perGroup);
    put32(bytes, 0x24, 8L * blockSize);
    put32(bytes, 0x28, inodesPerGroup);
    put16(bytes, 0x38, Superblock.MAGIC);
    put32(bytes, 0x4C, 1);
    put32(bytes, 0x54, 11);
    put16(bytes, 0x58, 256);
    put16(bytes, 0xFE, 64);
    for (Feature feature : features) {
      int word = wordOf(feature.set());
      put32(bytes, word, u32(bytes, word) | feature.mask());
    }
    return bytes;
  }

  private static int wordOf(Feature.Set set) {
    return switch (set) {
      case COMPAT -> 0x5C;
      case INCOMPAT -> 0x60;
      case RO_COMPAT -> 0x64;
    };
  }
}
