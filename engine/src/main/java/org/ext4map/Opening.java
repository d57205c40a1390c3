package org.ext4map;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.ext4map.device.BlockDevice;
import org.ext4map.device.FileBlockDevice;
import org.ext4map.device.FileBlockDevice.Access;
import org.ext4map.device.SliceBlockDevice;
import org.ext4map.inode.Volume;
import org.ext4map.model.CorruptionException;
import org.ext4map.model.UnsupportedFeatureException;
import org.ext4map.ondisk.Feature;
import org.ext4map.ondisk.Geometry;
import org.ext4map.ondisk.Superblock;

/** From bytes to an open image: ext4_fill_super (Linux fs/ext4/super.c), the reading part. */
final class Opening {
  private Opening() {}

  static Ext4Image open(Path path, OpenOptions options) throws IOException {
    Access access = options.view() == View.REPLAY ? Access.READ_WRITE : Access.READ_ONLY;
    FileBlockDevice file = FileBlockDevice.open(path, access, options.directMode());
    try {
      long start = options.offsetBytes();
      BlockDevice device =
          start == 0 ? file : new SliceBlockDevice(file, start, file.sizeBytes() - start);
      return open(device, options);
    } catch (Throwable problem) {
      try (file) {
        throw problem;
      }
    }
  }

  static Ext4Image open(BlockDevice device, OpenOptions options) throws IOException {
    Superblock superblock = readSuperblock(device);
    if (options.view() != View.AS_IS && superblock.features().has(Feature.RECOVER)) {
      throw new UnsupportedFeatureException(
          Feature.RECOVER.label(), "recovering the journal", "superblock s_feature_incompat");
    }
    Volume volume = load(device, superblock, options);
    return new Ext4Image(options.view(), volume);
  }

  private static Superblock readSuperblock(BlockDevice device) throws IOException {
    String place = "byte " + Superblock.OFFSET_BYTES;
    long least = Superblock.OFFSET_BYTES + Superblock.BYTES;
    if (device.sizeBytes() < least) {
      throw CorruptionException.of("image", "size", device.sizeBytes(), ">= " + least, place);
    }
    ByteBuffer bytes = ByteBuffer.allocate(Superblock.BYTES);
    device.read(Superblock.OFFSET_BYTES, bytes);
    Superblock superblock = new Superblock(bytes.clear().asReadOnlyBuffer(), 0);
    superblock.verify(place);
    superblock.features().requireReadable();
    return superblock;
  }

  private static Volume load(BlockDevice device, Superblock superblock, OpenOptions options)
      throws IOException {
    Geometry geometry = new Geometry(superblock);
    long blocks = device.sizeBytes() / geometry.blockSize();
    if (geometry.blocksCount() > blocks) {
      throw CorruptionException.of(
          "superblock",
          "s_blocks_count",
          geometry.blocksCount(),
          "<= " + blocks + " (the image's size)",
          "byte " + Superblock.OFFSET_BYTES);
    }
    return new Volume(device, superblock, geometry, options.bufferCacheBytes());
  }
}
