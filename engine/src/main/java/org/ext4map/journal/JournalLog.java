package org.ext4map.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.ext4map.buffer.BufferCache;
import org.ext4map.buffer.MetaBlock;
import org.ext4map.device.BlockDevice;
import org.ext4map.model.CorruptionException;
import org.ext4map.model.Extent;
import org.ext4map.model.UnsupportedFeatureException;
import org.ext4map.ondisk.Feature;
import org.ext4map.ondisk.Geometry;
import org.ext4map.ondisk.Jbd2Header;
import org.ext4map.ondisk.Jbd2Layout;
import org.ext4map.ondisk.Jbd2Superblock;
import org.ext4map.ondisk.Superblock;

/**
 * The journal as a ring of blocks: its superblock, checked, and how to reach the rest. Log blocks
 * are counted from the start of the journal's file.
 */
final class JournalLog {
  /** A ring that is shorter has no room for a transaction while another is committed. */
  private static final int FEWEST_RING_BLOCKS = 64;

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

  /**
   * Opens a clean log in order to write it: chooses the features as Linux does at mount. A journal
   * that says nothing of checksums gets them if the file system has them.
   *
   * @throws CorruptionException also if the log is not clean or the journal has aborted once
   * @throws UnsupportedFeatureException also if the journal is too old to have revokes
   */
  static JournalLog openForWriting(BlockDevice device, Geometry geometry, List<Extent> blocks)
      throws IOException {
    JournalLog found = open(device, geometry, blocks);
    Jbd2Superblock superblock = found.superblock;
    if (Jbd2Header.type(superblock.bytes()) == Jbd2Header.SUPERBLOCK_V1) {
      throw new UnsupportedFeatureException(
          "journal version 1", "opening for writing", found.place(0));
    }
    requireZero("s_errno", superblock.errno(), "0: not aborted", found);
    requireZero("s_start", superblock.start(), "0: recovered", found);
    if (found.ringLength() < FEWEST_RING_BLOCKS) {
      throw CorruptionException.of(
          "journal superblock", "s_first", superblock.first(), "a ring of 64 blocks", "journal");
    }
    superblock.setFeatures(
        superblock
            .features()
            .forWriting(geometry.hasMetadataChecksums(), geometry.has(Feature.BIT64)));
    return new JournalLog(device, geometry, found.map, superblock);
  }

  private static void requireZero(String field, long value, String allowed, JournalLog log)
      throws CorruptionException {
    if (value != 0) {
      throw CorruptionException.ofText(
          "journal superblock", field, Long.toString(value), allowed, log.place(0));
    }
  }

  /** Writes the superblock as it is in memory, with its checksum. */
  void storeSuperblock() throws IOException {
    superblock.updateChecksum();
    device.write(map.pblk(0) * layout.blockSize(), superblock.bytes().duplicate().clear());
  }

  /** Sets or clears needs_recovery of the file system, in memory and on the device. */
  void storeNeedsRecovery(BufferCache cache, boolean needed) throws IOException {
    int blockSize = layout.blockSize();
    MetaBlock block = cache.read(Superblock.OFFSET_BYTES / blockSize);
    Superblock fileSystem =
        new Superblock(block.bytes(), (int) (Superblock.OFFSET_BYTES % blockSize));
    fileSystem.setFeature(Feature.RECOVER, needed);
    fileSystem.seal();
    device.write(Superblock.OFFSET_BYTES, fileSystem.bytes());
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

  /** Blocks of the ring from {@code from} up to, not including, {@code to}. */
  long distance(long from, long to) {
    return Math.floorMod(to - from, ringLength());
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
