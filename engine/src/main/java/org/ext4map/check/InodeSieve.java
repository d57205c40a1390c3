package org.ext4map.check;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.CRC32C;
import org.ext4map.ondisk.ExtentNode;
import org.ext4map.ondisk.Feature;
import org.ext4map.ondisk.FileType;
import org.ext4map.ondisk.Geometry;
import org.ext4map.ondisk.InodeChecksums;
import org.ext4map.ondisk.InodeRecord;
import org.ext4map.ondisk.InodeWords;
import org.ext4map.ondisk.Superblock;

/**
 * Sets apart, in one piece of an inode table, the inodes at which a glance is enough: never used,
 * deleted, or files, directories and short links of the most ordinary kind without any fault. All
 * others go to the judge, which alone tells problems; so whatever this class does not know must be
 * left to the judge. What it learns of the ordinary ones waits here until the checking thread takes
 * it over.
 */
final class InodeSieve {
  /** Bytes of inode table in one piece at most. */
  private static final int PIECE_BYTES = 1 << 16;

  private static final int TYPE_MASK = 0xF000;
  private static final int LEAST_ROOT_CAPACITY = 2;
  private static final int MOST_ROOT_CAPACITY = 4;
  private static final int XATTR_MAGIC = 0xEA020000;
  private static final int SECTOR = 512;
  private static final int MOST_LINKS_KEPT = 254;

  /** Flags that say nothing about how the inode is stored: SYNC, NODUMP, NOATIME, DIRSYNC, TOP. */
  private static final int HARMLESS_FLAGS = 0x8 | 0x40 | 0x80 | 0x10000 | 0x20000;

  private static final int MOST_RUNS_OF_INODE = MOST_ROOT_CAPACITY;

  private final Docket docket;
  private final Geometry geometry;
  private final boolean applies;
  private final OwnInodes own;
  private final boolean lowTimesAreLinks;
  private final boolean checksums;
  private final int sectorsPerBlock;
  private final int extraRoom;
  private final InodeWords slot;
  private final SlotAttributes attributes;
  private final OwnerRuns owners;
  private final InodeChecksums sums;
  private final CRC32C crc = new CRC32C();
  private final ByteBuffer table;
  private final ByteBuffer block;

  private long firstIno;
  private long firstBlock;
  private int count;

  private final long[] used;
  private final byte[] types;
  private final byte[] links;
  private final int[] attention;
  private int attentionCount;
  private final long[] runs;
  private int runCount;

  /** Directories with plain maps, whatever else the judge may think of them. */
  private final int[] directories;

  private final int[] directoryRunsEnd;
  private final long[] directoryRuns;
  private int directoryCount;
  private int directoryRunCount;
  private int files;
  private int extents;
  private long nextLblk;
  private long lastWritten;

  /**
   * A sieve for the inodes of one image.
   *
   * @param sums the checksums of its inodes
   * @param lowTimesAreLinks deletion times that are inode numbers are left-over links
   * @param badBlocks there are bad blocks, in which inodes could stand: the judge sees them all
   */
  InodeSieve(Docket docket, InodeChecksums sums, boolean lowTimesAreLinks, boolean badBlocks) {
    this.docket = docket;
    this.geometry = docket.geometry();
    this.lowTimesAreLinks = lowTimesAreLinks;
    this.applies =
        docket.workers().glances() && !badBlocks && applies(geometry, docket.superblock());
    this.own = new OwnInodes(docket.superblock());
    this.checksums = geometry.hasInodeChecksums();
    this.sectorsPerBlock = geometry.blockSize() / SECTOR;
    this.extraRoom = geometry.inodeSize() - InodeRecord.BASE_BYTES;
    int most = slotsOf(geometry);
    int bytes = applies ? pieceBytes(geometry) : 0;
    this.slot = new InodeWords(geometry, bytes);
    this.attributes = new SlotAttributes(geometry.inodeSize());
    this.owners = new OwnerRuns(geometry.has(Feature.QUOTA) ? most : 0);
    this.sums = sums;
    this.table = ByteBuffer.allocateDirect(bytes);
    this.block = ByteBuffer.allocateDirect(geometry.blockSize());
    this.used = new long[most / Long.SIZE + 1];
    this.types = new byte[most];
    this.links = new byte[most];
    this.attention = new int[most];
    this.runs = new long[2 * MOST_RUNS_OF_INODE * most];
    this.directories = new int[most];
    this.directoryRunsEnd = new int[most];
    this.directoryRuns = new long[2 * MOST_RUNS_OF_INODE * most];
  }

  /** True if ordinary inodes of this file system can be told at a glance. */
  private static boolean applies(Geometry geometry, Superblock superblock) {
    return superblock.creatorOs() == 0
        && superblock.revLevel() > 0
        && geometry.has(Feature.EXTENTS)
        && !geometry.has(Feature.BIGALLOC)
        && !geometry.has(Feature.LARGEDIR)
        && geometry.inodeSize() <= PIECE_BYTES;
  }

  /** Slots in one piece at most. */
  static int slotsOf(Geometry geometry) {
    return pieceBytes(geometry) / geometry.inodeSize();
  }

  /** Bytes of the largest piece: a whole table, if that is small. */
  private static int pieceBytes(Geometry geometry) {
    return (int) Math.min(PIECE_BYTES, geometry.inodeTableBlocks() * geometry.blockSize());
  }

  /** Makes {@code count} slots from {@code firstIno}, which begin a block, the next piece. */
  void prepare(long firstIno, long firstBlock, int count) {
    this.firstIno = firstIno;
    this.firstBlock = firstBlock;
    this.count = count;
  }

  /** Reads the piece and looks at each inode. */
  void work() {
    attentionCount = 0;
    runCount = 0;
    directoryCount = 0;
    directoryRunCount = 0;
    files = 0;
    extents = 0;
    owners.clear();
    Arrays.fill(used, 0);
    Arrays.fill(types, 0, count, (byte) 0);
    Arrays.fill(links, 0, count, (byte) 0);
    boolean read = applies && read();
    for (int i = 0; i < count; i++) {
      if (!read || !glance(i)) {
        attention[attentionCount++] = i;
      }
    }
  }

  /** False if the judge shall find out why not. */
  private boolean read() {
    try {
      int blocks = (count * geometry.inodeSize() + geometry.blockSize() - 1) / geometry.blockSize();
      table.clear().limit(blocks * geometry.blockSize());
      if (!docket.image().readRun(firstBlock, table)) {
        return false;
      }
      slot.load(table, count);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /** Looks at one inode; false if it is a directory or the judge has to. */
  private boolean glance(int index) {
    long ino = firstIno + index;
    slot.select(index);
    int linksCount = slot.linksCount();
    if (linksCount == 0 && slot.isBlank()) {
      return ino >= geometry.firstIno();
    }
    if (isSpecial(ino) || !hasPlainExtra() || !isChecksumRight(index, ino)) {
      return false;
    }
    if (linksCount == 0) {
      return isDeleted();
    }
    if (slot.dtime() != 0 || linksCount > MOST_LINKS_KEPT || slot.hasRareFields()) {
      return false;
    }
    int runsBefore = runCount;
    int type = typeIfOrdinary();
    boolean directory = type == FileType.DIRECTORY.entryCode();
    if (directory) {
      noteDirectory(index, runsBefore);
    }
    if (type == 0 || (directory && !isIndexPlain(runs[runsBefore]))) {
      runCount = runsBefore;
      return false;
    }
    used[index >> 6] |= 1L << index;
    types[index] = (byte) type;
    links[index] = (byte) linksCount;
    owners.add(slot, Integer.toUnsignedLong(slot.blocksLow()) * SECTOR);
    extents += (runCount - runsBefore) / 2;
    return !directory;
  }

  /** True if the directory has no index, or one whose root the judge would let pass. */
  private boolean isIndexPlain(long root) {
    if (!slot.hasFlag(InodeRecord.INDEX_FL)) {
      return true;
    }
    try {
      return geometry.has(Feature.DIR_INDEX)
          && docket.image().readRun(root, block.clear())
          && IndexRoot.isPlain(block);
    } catch (IOException e) {
      return false; // the judge will meet it again
    }
  }

  private void noteDirectory(int index, int firstRun) {
    int length = runCount - firstRun;
    System.arraycopy(runs, firstRun, directoryRuns, directoryRunCount, length);
    directoryRunCount += length;
    directories[directoryCount] = index;
    directoryRunsEnd[directoryCount++] = directoryRunCount;
  }

  private boolean isChecksumRight(int index, long ino) {
    return !checksums || sums.isRight(crc, table, index * geometry.inodeSize(), slot, (int) ino);
  }

  private boolean isSpecial(long ino) {
    return ino < geometry.firstIno() || own.has(ino) || docket.census().tolerated().contains(ino);
  }

  private boolean isDeleted() {
    long dtime = Integer.toUnsignedLong(slot.dtime());
    return dtime != 0 && (!lowTimesAreLinks || dtime >= geometry.inodesCount());
  }

  /** True if the fields behind byte 128 are as they should be, and attributes that follow them. */
  private boolean hasPlainExtra() {
    if (extraRoom == 0) {
      return true;
    }
    int extra = slot.extraIsize();
    if (extra < Integer.BYTES || extra > extraRoom || extra % Integer.BYTES != 0) {
      return false;
    }
    if (extra >= extraRoom - Integer.BYTES) {
      return true; // no room behind
    }
    int behind = InodeRecord.BASE_BYTES + extra;
    return (extraRoom < InodeRecord.EXTRA_BYTES || !slot.hasOddTime())
        && (slot.at(behind) != XATTR_MAGIC || attributes.arePlain(slot, behind));
  }

  /** The code of the type of a file, directory or link without fault; 0 if it may be another. */
  private int typeIfOrdinary() {
    int flags = slot.flags() & ~HARMLESS_FLAGS;
    int type = slot.mode() & TYPE_MASK;
    boolean mapped = flags == InodeRecord.EXTENTS_FL && slot.sizeHigh() == 0;
    if (type == FileType.REGULAR.modeBits()) {
      if (!mapped || slot.sizeLow() < 0 || !mapsPlainly(false)) {
        return 0;
      }
      files++;
      return FileType.REGULAR.entryCode();
    }
    if (type == FileType.DIRECTORY.modeBits()) {
      boolean plain =
          (flags & ~InodeRecord.INDEX_FL) == InodeRecord.EXTENTS_FL
              && slot.sizeHigh() == 0
              && slot.sizeLow() > 0;
      return plain && mapsPlainly(true) ? FileType.DIRECTORY.entryCode() : 0;
    }
    if (type == FileType.SYMLINK.modeBits()) {
      return flags == 0 && slot.sizeHigh() == 0 && isShortLink() ? FileType.SYMLINK.entryCode() : 0;
    }
    return 0;
  }

  private boolean isShortLink() {
    int size = slot.sizeLow();
    return size > 0
        && size < InodeRecord.I_BLOCK_BYTES
        && slot.targetLength() == size
        && slot.blocksLow() == 0;
  }

  /** True if the root is a leaf without fault, and size and i_blocks fit what it maps. */
  private boolean mapsPlainly(boolean directory) {
    int entries = slot.rootEntries();
    if (slot.rootMagic() != ExtentNode.MAGIC
        || slot.rootDepth() != 0
        || slot.rootCapacity() < LEAST_ROOT_CAPACITY
        || slot.rootCapacity() > MOST_ROOT_CAPACITY
        || entries > slot.rootCapacity()) {
      return false;
    }
    nextLblk = 0;
    lastWritten = -1;
    long blocks = 0;
    for (int i = 0; i < entries; i++) {
      int length = takeEntry(i, directory);
      if (length == 0) {
        return false;
      }
      blocks += length;
    }
    long size = Integer.toUnsignedLong(slot.sizeLow());
    boolean sizeFits =
        directory
            ? blocks > 0 && size == blocks * geometry.blockSize()
            : lastWritten < 0 || size >= lastWritten * geometry.blockSize();
    return sizeFits && Integer.toUnsignedLong(slot.blocksLow()) == blocks * sectorsPerBlock;
  }

  /** Notes the run of entry {@code i}; answers its length, 0 if it has a fault. */
  private int takeEntry(int i, boolean directory) {
    long lblk = slot.entryKey(i);
    int raw = slot.entryRawLength(i);
    boolean unwritten = raw > ExtentNode.MAX_WRITTEN_LENGTH;
    int length = unwritten ? raw - ExtentNode.MAX_WRITTEN_LENGTH : raw;
    long pblk = slot.entryPblk(i);
    long end = lblk + length;
    if (length == 0
        || pblk == 0
        || !geometry.contains(pblk, length)
        || end > Geometry.maxLogicalBlocks()
        || (directory ? unwritten || lblk != nextLblk : lblk < nextLblk)) {
      return 0;
    }
    if (!unwritten) {
      lastWritten = end - 1;
    }
    nextLblk = end;
    runs[runCount++] = pblk;
    runs[runCount++] = length;
    return length;
  }

  /** Tells what was learned of the ordinary inodes. */
  void take(Census census, BlockClaims claims, OwnerUsage usage) {
    owners.addTo(usage);
    census.used().setWords(firstIno, used, count);
    census.setOrdinary(firstIno, types, links, count);
    for (int i = 0; i < runCount; i += 2) {
      claims.claim(runs[i], runs[i + 1]);
    }
  }

  /** Regular files among the ordinary inodes. */
  int files() {
    return files;
  }

  /** Leaf entries of the ordinary inodes. */
  int extents() {
    return extents;
  }

  /** Directories, and inodes that the judge has to look at. */
  int attentionCount() {
    return attentionCount;
  }

  /** The number of the {@code i}-th of them; they rise. */
  long attention(int i) {
    return firstIno + attention[i];
  }

  /** True if the {@code i}-th of them is ordinary, so that the judge need not see it. */
  boolean isOrdinary(int i) {
    int index = attention[i];
    return (used[index >> 6] >>> index & 1) != 0;
  }

  /** Tells the maps of those directories of the piece that are plain; after all were added. */
  void takeMaps(Census census, Foresight foresight) {
    int from = 0;
    for (int i = 0; i < directoryCount; i++) {
      int to = directoryRunsEnd[i];
      slot.select(directories[i]);
      int index = census.indexOf(firstIno + directories[i]);
      if (index >= 0) {
        long blocks = 0;
        for (int run = from; run < to; run += 2) {
          blocks += directoryRuns[run + 1];
          foresight.tellDirectory(directoryRuns[run], directoryRuns[run + 1]);
        }
        census.setDirectoryBlocks(firstIno + directories[i], blocks);
        boolean indexed = slot.hasFlag(InodeRecord.INDEX_FL);
        census.plainMaps().know(index, slot.generation(), indexed, directoryRuns, from, to);
      }
      from = to;
    }
  }
}
