package org.ext4map.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.ext4map.device.BlockDevice;
import org.ext4map.model.CorruptionException;
import org.ext4map.model.Extent;
import org.ext4map.model.UnsupportedFeatureException;
import org.ext4map.ondisk.Geometry;
import org.ext4map.ondisk.Jbd2Layout;
import org.ext4map.ondisk.Jbd2Superblock;

/**
 * The journal as a ring of blocks: its superblock, checked, and how to reach the rest. Log blocks
 * are counted from the start of the journal's file.
 */
final class JournalLog {
  private final BlockDevice device;
  private final Geometry geometry;
  private final JournalMap map;
  private final Jbd2Superblock superblock;
  private final Jbd2Layout layout;

  private JournalLog(
      BlockDevice device, Geometry geometry, JournalMap map, Jbd2Superblock superblock) {
    this.device = device;
    this.geometry = geometry;
    this.map = map;
    this.superblock = superblock;
    this.layout =
        new Jbd2Layout(geometry.blockSize(), superblock.features(), superblock.checksumSeed());
  }

  /**
   * Reads and checks the journal's superblock.
   *
   * @throws CorruptionException if the journal cannot be used
   * @throws UnsupportedFeatureException if it has a feature nobody here knows
   */
  static JournalLog open(BlockDevice device, Geometry geometry, List<Extent> blocks)
      throws IOException {
    JournalMap map = new JournalMap(blocks, geometry.blocksCount());
    if (map.length() == 0) {
      throw CorruptionException.of("journal inode", "blocks", 0, ">= 1024", "journal");
    }
    ByteBuffer bytes = ByteBuffer.allocate(geometry.blockSize());
    device.read(map.pblk(0) * geometry.blockSize(), bytes);
    Jbd2Superblock superblock = new Jbd2Superblock(bytes.clear());
    superblock.verify(geometry.blockSize(), map.length(), "pblk=" + map.pblk(0));
    return new JournalLog(device, geometry, map, superblock);
  }

  BlockDevice device() {
    return device;
  }

  Geometry geometry() {
    return geometry;
  }

  JournalMap map() {
    return map;
  }

  /** The superblock in memory; not the device's. */
  Jbd2Superblock superblock() {
    return superblock;
  }

  Jbd2Layout layout() {
    return layout;
  }

  /** Blocks of the ring. */
  long ringLength() {
    return superblock.ringEnd() - superblock.first();
  }

  /** The log block that lies {@code distance} blocks after {@code logBlock} in the ring. */
  long advance(long logBlock, long distance) {
    long first = superblock.first();
    return first + (logBlock - first + distance) % ringLength();
  }

  /** Reads a log block into {@code block}, which is then ready to be read from index 0. */
  void read(long logBlock, ByteBuffer block) throws IOException {
    device.read(map.pblk(logBlock) * layout.blockSize(), block.clear());
    block.clear();
  }

  /** A buffer for one block. */
  ByteBuffer newBlock() {
    return ByteBuffer.allocate(layout.blockSize());
  }

  /** For messages: where log block {@code logBlock} stands. */
  String place(long logBlock) {
    return "log block=" + logBlock + " pblk=" + map.pblk(logBlock);
  }
}
