package org.ext4map.format;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.ext4map.model.BlockRange;
import org.ext4map.ondisk.BigEndian;
import org.ext4map.ondisk.Feature;
import org.ext4map.ondisk.FileType;
import org.ext4map.ondisk.Geometry;
import org.ext4map.ondisk.InodeRecord;
import org.ext4map.ondisk.Jbd2Features;
import org.ext4map.ondisk.Jbd2Superblock;
import org.ext4map.ondisk.LittleEndian;
import org.ext4map.ondisk.OrphanBlock;
import org.ext4map.ondisk.SuperblockEditor;

/**
 * The files that every file system begins with: root directory, lost+found, and as features ask for
 * them resize inode, orphan file and journal. Their inodes are collected in one buffer. Not
 * thread-safe.
 */
final class FirstFiles {
  private static final int BAD_BLOCKS_INO = 1;
  private static final int ROOT_INO = 2;
  private static final int RESIZE_INO = 7;
  private static final int JOURNAL_INO = 8;
  private static final int LOST_AND_FOUND_INO = 11;
  private static final int ORPHAN_FILE_INO = 12;

  private static final int EXTRA_ISIZE = 32;
  private static final int LOST_AND_FOUND_BYTES = 16 * 1024;
  private static final int DIRECT_BLOCKS = 12;
  private static final int DOUBLE_INDIRECT_WORD = 13;
  private static final int PRIVATE_FILE = 0600;

  private final Geometry geometry;
  private final MkfsOptions options;
  private final SpaceMap space;
  private final BlockWriter writer;
  private final BlockMapBuilder maps;
  private final ByteBuffer inodes;

  /** Blocks that do not count as overhead: all but the journal's own; its map does not either. */
  private long dataBlocks;

  FirstFiles(Geometry geometry, MkfsOptions options, SpaceMap space, BlockWriter writer) {
    this.geometry = geometry;
    this.options = options;
    this.space = space;
    this.writer = writer;
    maps =
        geometry.has(Feature.EXTENTS)
            ? new ExtentMapBuilder(geometry, space, writer)
            : new IndirectMapBuilder(space, writer);
    inodes = ByteBuffer.allocate(inodesInUse() * geometry.inodeSize());
  }

  /** Inodes 1 … this are in use, reserved ones among them. */
  int inodesInUse() {
    return geometry.has(Feature.ORPHAN_FILE) ? ORPHAN_FILE_INO : LOST_AND_FOUND_INO;
  }

  /** Directories whose inodes stand in {@code group}. */
  int directoriesIn(long group) {
    return (geometry.groupOfInode(ROOT_INO) == group ? 1 : 0)
        + (geometry.groupOfInode(LOST_AND_FOUND_INO) == group ? 1 : 0);
  }

  /** The inodes in use, one after the other. */
  ByteBuffer inodes() {
    return inodes;
  }

  long dataBlocks() {
    return dataBlocks;
  }

  /** The most blocks that {@link #make} takes. */
  long blocksWanted() {
    long blocks = 1L + lostAndFoundBlocks();
    if (geometry.has(Feature.RESIZE_INODE)) {
      blocks++;
    }
    if (geometry.has(Feature.ORPHAN_FILE)) {
      blocks += orphanFileBlocks() + maps.mapBlocksAtMost(orphanFileBlocks());
    }
    if (geometry.has(Feature.HAS_JOURNAL)) {
      blocks += journalBlocks() + maps.mapBlocksAtMost(journalBlocks());
    }
    return blocks;
  }

  private int lostAndFoundBlocks() {
    return Math.min(Math.max(LOST_AND_FOUND_BYTES / geometry.blockSize(), 2), DIRECT_BLOCKS);
  }

  /** Takes the blocks of all files, writes them, and notes in the superblock where they are. */
  void make(SuperblockEditor superblock) throws IOException {
    makeRoot();
    makeLostAndFound();
    if (geometry.has(Feature.RESIZE_INODE)) {
      makeResizeInode();
    }
    if (geometry.has(Feature.ORPHAN_FILE)) {
      makeOrphanFile();
      superblock.orphanFileInum(ORPHAN_FILE_INO);
    }
    if (geometry.has(Feature.HAS_JOURNAL)) {
      superblock.journalInum(JOURNAL_INO).journalBackup(makeJournal());
    }
    setPlainTimes(BAD_BLOCKS_INO);
    for (int ino = 1; ino <= inodesInUse(); ino++) {
      inode(ino).updateChecksum(ino);
    }
  }

  private InodeRecord inode(int ino) {
    return new InodeRecord(geometry, inodes, (ino - 1) * geometry.inodeSize());
  }

  private void setPlainTimes(int ino) {
    inode(ino).setAllTimes(options.createdAt());
  }

  private InodeRecord start(int ino, FileType type, int permissions, int links) {
    InodeRecord inode = inode(ino);
    inode.setMode(type.modeBits() | permissions);
    inode.setLinksCount(links);
    if (geometry.inodeSize() > InodeRecord.BASE_BYTES) {
      inode.setExtraIsize(EXTRA_ISIZE);
    }
    inode.setAllTimes(options.createdAt());
    return inode;
  }

  /** Gives the file blocks and size. */
  private void fill(int ino, InodeRecord inode, List<BlockRange> runs) throws IOException {
    long blocks = runs.stream().mapToLong(BlockRange::length).sum();
    inode.setSize(blocks * geometry.blockSize());
    long all = blocks + maps.map(ino, inode, runs);
    inode.setSectors(all * (geometry.blockSize() / 512));
    dataBlocks += all;
  }

  private void makeRoot() throws IOException {
    List<BlockRange> runs = space.take(geometry.firstDataBlock(), 1);
    fill(ROOT_INO, start(ROOT_INO, FileType.DIRECTORY, 0755, 3), runs);
    ByteBuffer block =
        new Directory(geometry, ROOT_INO, writer.newBlock())
            .add(ROOT_INO, ".")
            .add(ROOT_INO, "..")
            .add(LOST_AND_FOUND_INO, "lost+found")
            .finish();
    writer.write(runs.get(0).start(), block);
  }

  /** lost+found has its blocks beforehand, so that a checker need not allocate any. */
  private void makeLostAndFound() throws IOException {
    List<BlockRange> runs = space.take(geometry.firstDataBlock(), lostAndFoundBlocks());
    fill(LOST_AND_FOUND_INO, start(LOST_AND_FOUND_INO, FileType.DIRECTORY, 0700, 2), runs);
    boolean first = true;
    for (BlockRange run : runs) {
      for (long pblk = run.start(); pblk < run.end(); pblk++) {
        Directory directory = new Directory(geometry, LOST_AND_FOUND_INO, writer.newBlock());
        if (first) {
          directory.add(LOST_AND_FOUND_INO, ".").add(ROOT_INO, "..");
          first = false;
        }
        writer.write(pblk, directory.finish());
      }
    }
  }

  /**
   * The resize inode keeps descriptor blocks for growth: its double indirect block leads to each
   * reserved block after the descriptors of group 0, and each of those leads to its counterparts in
   * the groups with backups.
   */
  private void makeResizeInode() throws IOException {
    InodeRecord inode = start(RESIZE_INO, FileType.REGULAR, PRIVATE_FILE, 1);
    long[] backups = backupGroups();
    long pointers = geometry.blockSize() / 4;
    long top = space.take(geometry.firstDataBlock(), 1).get(0).start();
    ByteBuffer doubleIndirect = writer.newBlock();
    long firstReserved = geometry.descBlock(0) + geometry.descBlockCount();
    for (int i = 0; i < geometry.reservedGdtBlocks(); i++) {
      long primary = firstReserved + i;
      int slot = (int) ((geometry.descBlockCount() + i) % pointers);
      LittleEndian.put32(doubleIndirect, slot * 4, primary);
      ByteBuffer counterparts = writer.newBlock();
      for (int k = 0; k < backups.length; k++) {
        LittleEndian.put32(counterparts, k * 4, primary + backups[k] * geometry.blocksPerGroup());
      }
      writer.write(primary, counterparts);
    }
    writer.write(top, doubleIndirect);
    inode.setBlockWord(DOUBLE_INDIRECT_WORD, top);
    inode.setSize((pointers * pointers + pointers + DIRECT_BLOCKS) * geometry.blockSize());
    long blocks = 1 + (long) geometry.reservedGdtBlocks() * (1 + backups.length);
    inode.setSectors(blocks * (geometry.blockSize() / 512));
    dataBlocks++; // the reserved blocks are base metadata
  }

  private long[] backupGroups() {
    return GroupWriter.superblockGroups(geometry).skip(1).toArray();
  }

  private void makeOrphanFile() throws IOException {
    List<BlockRange> runs = space.take(geometry.firstDataBlock(), orphanFileBlocks());
    fill(ORPHAN_FILE_INO, start(ORPHAN_FILE_INO, FileType.REGULAR, PRIVATE_FILE, 1), runs);
    int seed = geometry.inodeChecksumSeed(ORPHAN_FILE_INO, 0);
    for (BlockRange run : runs) {
      for (long pblk = run.start(); pblk < run.end(); pblk++) {
        ByteBuffer block = writer.newBlock();
        new OrphanBlock(geometry, block).seal(seed, pblk);
        writer.write(pblk, block);
      }
    }
  }

  private long orphanFileBlocks() {
    long blocks = geometry.blocksCount();
    if (blocks < 128 * 1024) {
      return 32;
    }
    return Math.min(blocks / 4096, 512);
  }

  private InodeRecord makeJournal() throws IOException {
    long middle = geometry.groupCount() / 2;
    if (geometry.has(Feature.FLEX_BG)) {
      middle -= middle % options.groupsPerFlex();
    }
    long goal = geometry.firstBlockOf(middle);
    long blocks = journalBlocks();
    List<BlockRange> runs = space.take(goal, blocks);
    InodeRecord inode = start(JOURNAL_INO, FileType.REGULAR, PRIVATE_FILE, 1);
    fill(JOURNAL_INO, inode, runs);
    dataBlocks -= blocks;
    for (BlockRange run : runs) {
      writer.zero(run);
    }
    writer.write(runs.get(0).start(), journalSuperblock(blocks));
    return inode;
  }

  private long journalBlocks() {
    return Sizing.journalBlocks(options, geometry.blocksCount());
  }

  /** The first block of an empty journal without features, which carries the file system's UUID. */
  private ByteBuffer journalSuperblock(long blocks) {
    ByteBuffer block = writer.newBlock();
    ByteBuffer uuid = ByteBuffer.allocate(16);
    BigEndian.put64(uuid, 0, options.uuid().getMostSignificantBits());
    BigEndian.put64(uuid, 8, options.uuid().getLeastSignificantBits());
    new Jbd2Superblock(block)
        .format(geometry.blockSize(), blocks, new Jbd2Features(0, 0, 0), uuid.array());
    return block;
  }
}
