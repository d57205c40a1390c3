package org.ext4map.testkit;

import java.nio.ByteBuffer;
import org.ext4map.model.CorruptionException;
import org.ext4map.ondisk.Feature;
import org.ext4map.ondisk.Geometry;
import org.ext4map.ondisk.LittleEndian;
import org.ext4map.ondisk.Superblock;

/** Shapes of small file systems for tests of single structures; there is no image behind them. */
public final class Geometries {
  /** Inodes of such a file system. */
  public static final int INODES = 128;

  private Geometries() {}

  /** One group of 8192 blocks, 256-byte inodes, UUID of zeros, hash seed of zeros. */
  public static Geometry of(int blockSize, Feature... features) {
    try {
      return new Geometry(superblock(blockSize, features));
    } catch (CorruptionException impossible) {
      throw new AssertionError(impossible);
    }
  }

  /** The superblock behind {@link #of}. */
  public static Superblock superblock(int blockSize, Feature... features) {
    ByteBuffer bytes = ByteBuffer.allocate(Superblock.BYTES);
    int log = Integer.numberOfTrailingZeros(blockSize) - 10;
    LittleEndian.put32(bytes, 0x00, INODES);
    LittleEndian.put32(bytes, 0x04, 8192);
    LittleEndian.put32(bytes, 0x14, blockSize == 1024 ? 1 : 0);
    LittleEndian.put32(bytes, 0x18, log);
    LittleEndian.put32(bytes, 0x1C, log);
    LittleEndian.put32(bytes, 0x20, 8192);
    LittleEndian.put32(bytes, 0x24, 8192);
    LittleEndian.put32(bytes, 0x28, INODES);
    LittleEndian.put16(bytes, 0x38, Superblock.MAGIC);
    LittleEndian.put32(bytes, 0x4C, 1);
    LittleEndian.put32(bytes, 0x54, 11);
    LittleEndian.put16(bytes, 0x58, 256);
    for (Feature feature : features) {
      int word =
          switch (feature.set()) {
            case COMPAT -> 0x5C;
            case INCOMPAT -> 0x60;
            case RO_COMPAT -> 0x64;
          };
      LittleEndian.put32(bytes, word, LittleEndian.u32(bytes, word) | feature.mask());
    }
    return new Superblock(bytes, 0);
  }
}
