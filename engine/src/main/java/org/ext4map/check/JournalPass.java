package org.ext4map.check;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.Map;
import java.util.UUID;
import org.ext4map.device.BlockDevice;
import org.ext4map.ondisk.Feature;
import org.ext4map.ondisk.FileType;
import org.ext4map.ondisk.Geometry;
import org.ext4map.ondisk.InodeRecord;
import org.ext4map.ondisk.LittleEndian;
import org.ext4map.ondisk.Superblock;
import org.jspecify.annotations.Nullable;

/**
 * Judges the journal and, for the recovered view, lays what its log holds over the image. Fast
 * commits are judged but not replayed: the state after the full commits is consistent without them.
 */
final class JournalPass {
  private static final long JOURNAL_INO = 8;
  private static final long LEAST_BLOCKS = 1024;
  private static final UUID NO_UUID = new UUID(0, 0);
  private static final int SIZE_HI = 15;
  private static final int SIZE_LO = 16;

  private final BlockDevice device;
  private final Superblock superblock;
  private final Geometry geometry;
  private final ImageBlocks image;
  private final Findings findings;
  private long transactions;
  private boolean recovered;

  JournalPass(
      BlockDevice device,
      Superblock superblock,
      Geometry geometry,
      ImageBlocks image,
      Findings findings) {
    this.device = device;
    this.superblock = superblock;
    this.geometry = geometry;
    this.image = image;
    this.findings = findings;
  }

  /** Transactions laid over the image. */
  long transactions() {
    return transactions;
  }

  /** True if the recovered state is judged, so that orphans are as good as processed. */
  boolean isRecovered() {
    return recovered;
  }

  void judge(CheckOptions options, InodeTable inodes) throws IOException {
    boolean recover = superblock.features().has(Feature.RECOVER);
    if (!geometry.has(Feature.HAS_JOURNAL)) {
      judgeAbsence(recover, inodes);
      return;
    }
    LogFile log;
    if (superblock.journalInum() != 0
        && (superblock.journalDev() != 0 || !superblock.journalUuid().equals(NO_UUID))) {
      findings.add(Problem.JOURNAL_AMBIGUOUS, journals());
    }
    if (superblock.journalInum() != 0) {
      log = internal(inodes);
    } else if (superblock.journalDev() == 0 && superblock.journalUuid().equals(NO_UUID)) {
      findings.add(Problem.JOURNAL_INODE_INVALID, "s_journal_inum=0, and no other device");
      return;
    } else if (options.externalJournal().isPresent()) {
      log = external(options.externalJournal().get());
    } else {
      findings.add(Problem.JOURNAL_EXTERNAL_MISSING, "uuid=" + superblock.journalUuid());
      return;
    }
    if (log == null) {
      return;
    }
    boolean isExternal = superblock.journalInum() == 0;
    long at = isExternal ? (log.blockSize() == 1024 ? 2 : 1) : 0;
    LogSuperblock sb = LogScan.superblockOf(log, at);
    if (sb == null || !isSound(sb, log)) {
      return;
    }
    if (!recover && sb.start() != 0) {
      findings.add(Problem.JOURNAL_RECOVERY_FLAG_STALE, "s_start=" + sb.start());
    }
    if (sb.errno() != 0) {
      findings.add(Problem.JOURNAL_ERROR_RECORDED, "s_errno=" + sb.errno());
    }
    if (options.view() == CheckOptions.View.RECOVERED && recover) {
      recover(log, sb);
    }
  }

  /** All that the superblock says about where a journal is. */
  private String journals() {
    return "s_journal_inum="
        + superblock.journalInum()
        + " s_journal_dev="
        + superblock.journalDev()
        + " s_journal_uuid="
        + superblock.journalUuid();
  }

  private void recover(LogFile log, LogSuperblock sb) throws IOException {
    recovered = true;
    if (sb.start() == 0) {
      return;
    }
    LogScan scan = new LogScan(log, sb, findings);
    Map<Long, ImageBlocks.LogCopy> newest = scan.newestCopies();
    for (Iterator<Long> pblks = newest.keySet().iterator(); pblks.hasNext(); ) {
      if (pblks.next() >= image.deviceBlocks()) {
        pblks.remove();
      }
    }
    image.overlay(newest);
    transactions = scan.transactions();
    new FastCommitArea(log, sb, geometry, findings, scan.nextSequence()).judge();
  }

  private void judgeAbsence(boolean recover, InodeTable inodes) throws IOException {
    boolean unusable = superblock.journalInum() != 0 && internal(inodes) == null; // which is told
    if (unusable) {
      return;
    }
    if (superblock.journalInum() != 0 || !superblock.journalUuid().equals(NO_UUID)) {
      findings.add(Problem.JOURNAL_PRESENT_WITHOUT_FEATURE, journals());
    } else if (recover) {
      findings.add(Problem.JOURNAL_RECOVERY_WITHOUT_JOURNAL, "");
    }
  }

  private @Nullable LogFile external(BlockDevice journal) throws IOException {
    int blockSize = geometry.blockSize();
    judgeSuperblockOf(journal);
    LogFile log = new LogFile(journal, blockSize);
    log.append(0, journal.sizeBytes() / blockSize);
    return log;
  }

  /** A journal on a device of its own has a superblock like a file system's before its own. */
  private void judgeSuperblockOf(BlockDevice journal) throws IOException {
    if (journal.sizeBytes() < Superblock.OFFSET_BYTES + Superblock.BYTES) {
      return;
    }
    ByteBuffer bytes = ByteBuffer.allocate(Superblock.BYTES);
    journal.read(Superblock.OFFSET_BYTES, bytes);
    Superblock own = new Superblock(bytes, 0);
    if (own.magic() == Superblock.MAGIC
        && own.features().has(Feature.METADATA_CSUM)
        && own.checksum() != own.computeChecksum()) {
      findings.add(
          Problem.JOURNAL_EXTERNAL_SUPERBLOCK_CHECKSUM,
          String.format(
              "s_checksum=0x%08x, allowed 0x%08x", own.checksum(), own.computeChecksum()));
    }
  }

  private @Nullable LogFile internal(InodeTable inodes) throws IOException {
    long ino = superblock.journalInum();
    InodeRecord inode = inodes.exists(ino) ? inodes.readCopy(ino) : null;
    String wrong = inode == null ? "" : wrongWithChecksum(ino, inode);
    if (wrong.isEmpty()) {
      wrong = wrongWith(ino, inode);
    }
    LogFile log = inode == null || !wrong.isEmpty() ? null : mapped(ino, inode);
    if (log != null) {
      return log;
    }
    InodeRecord backup = inodes.exists(ino) ? backup() : null;
    log = backup == null || !wrongWith(ino, backup).isEmpty() ? null : mapped(ino, backup);
    boolean treeOnly = log != null && backup != null && backup.hasFlag(InodeRecord.EXTENTS_FL);
    if (log == null || treeOnly) { // e2fsck takes the copy of a tree for a block map
      findings.add(
          Problem.JOURNAL_INODE_INVALID, ino, wrong.isEmpty() ? "maps too few blocks" : wrong);
    }
    return log;
  }

  /** The journal's inode as the superblock keeps it: i_block and i_size; null if it does not. */
  private @Nullable InodeRecord backup() {
    if (superblock.journalBackupType() != 1) {
      return null;
    }
    ByteBuffer bytes = ByteBuffer.allocate(geometry.inodeSize());
    for (int i = 0; i < InodeRecord.I_BLOCK_BYTES / 4; i++) {
      LittleEndian.put32(bytes, InodeRecord.I_BLOCK + 4 * i, superblock.journalBackup(i));
    }
    InodeRecord inode = new InodeRecord(geometry, bytes, 0);
    LittleEndian.put16(bytes, 0, FileType.REGULAR.modeBits());
    inode.setSize(
        ((long) superblock.journalBackup(SIZE_HI) << 32)
            | Integer.toUnsignedLong(superblock.journalBackup(SIZE_LO)));
    inode.setLinksCount(1);
    if (ExtentWalk.hasRoot(inode)) {
      inode.setFlags(InodeRecord.EXTENTS_FL);
    }
    return inode;
  }

  /** The blocks that {@code inode} maps; null if they are not what its size says. */
  private @Nullable LogFile mapped(long ino, InodeRecord inode) throws IOException {
    LogFile log = new LogFile(device, geometry.blockSize());
    JournalMap map = new JournalMap(log, geometry.blocksCount());
    if (inode.hasFlag(InodeRecord.EXTENTS_FL)) {
      int seed = geometry.inodeChecksumSeed(ino, inode.generation());
      if (!new ExtentWalk(geometry, image, map, seed).walk(inode)) {
        map.broken = true;
      }
    } else {
      new IndirectWalk(geometry, image, map).walk(inode);
    }
    int size = (int) inode.size(); // more than that no journal has, and nobody looks at the rest
    return map.broken || log.length() * geometry.blockSize() < size ? null : log;
  }

  private String wrongWithChecksum(long ino, InodeRecord inode) {
    return geometry.hasInodeChecksums() && inode.checksum() != inode.computeChecksum(ino)
        ? "checksum"
        : "";
  }

  private String wrongWith(long ino, @Nullable InodeRecord inode) {
    if (inode == null) {
      return "s_journal_inum=" + ino + " cannot be read";
    }
    if (inode.type() != FileType.REGULAR) {
      return "i_mode=0" + Integer.toOctalString(inode.mode()) + ", allowed a regular file";
    }
    if (inode.linksCount() == 0) {
      return "i_links_count=0";
    }
    if (inode.size() < 0 || inode.size() / geometry.blockSize() < LEAST_BLOCKS) {
      return "i_size=" + inode.size() + ", allowed >= " + LEAST_BLOCKS + " blocks";
    }
    return "";
  }

  private boolean isSound(LogSuperblock sb, LogFile log) {
    String wrong = "";
    if (!sb.hasMagic()) {
      wrong = "no magic number";
      if (superblock.journalInum() != 0) {
        findings.add(Problem.JOURNAL_INODE_INVALID, superblock.journalInum(), "holds no journal");
      }
    } else if (sb.hasV2FieldsInV1()) {
      findings.add(Problem.JOURNAL_V2_FIELDS_IN_V1, JOURNAL_INO, "");
      return false;
    } else if (sb.hasUnknownFeatures()) {
      findings.add(
          Problem.JOURNAL_UNSUPPORTED_FEATURE,
          "s_feature_incompat=0x" + Integer.toHexString(sb.incompat()));
      return false;
    } else if (sb.has(LogSuperblock.CHECKSUM_V2) && sb.has(LogSuperblock.CHECKSUM_V3)) {
      wrong = "checksum versions 2 and 3 both set";
    } else if (!sb.isChecksumTypeKnown()) {
      wrong = "s_checksum_type=" + sb.checksumType() + ", allowed 4";
    } else if (!sb.isChecksumRight()) {
      wrong = "checksum";
    } else if (sb.blockSize() != geometry.blockSize()) {
      wrong = "s_blocksize=" + sb.blockSize() + ", allowed " + geometry.blockSize();
    } else if (sb.maxLength() > log.length()) {
      wrong = "s_maxlen=" + sb.maxLength() + ", allowed <= " + log.length();
    } else if (sb.first() == 0 || sb.first() >= sb.maxLength() || sb.ringEnd() <= sb.first()) {
      wrong = "s_first=" + sb.first() + " of " + sb.maxLength();
    } else if (sb.start() >= sb.maxLength()) {
      wrong = "s_start=" + sb.start() + ", allowed < " + sb.maxLength();
    }
    if (!wrong.isEmpty()) {
      findings.add(Problem.JOURNAL_SUPERBLOCK_CORRUPT, wrong);
    }
    return wrong.isEmpty();
  }

  /** Collects the journal's blocks; any gap or damage breaks it. */
  private static final class JournalMap implements MapVisitor {
    private final LogFile log;
    private long room;
    private boolean broken;

    JournalMap(LogFile log, long room) {
      this.log = log;
      this.room = room;
    }

    @Override
    public boolean node(long pblk) {
      return take(1);
    }

    private boolean take(long count) {
      room -= count;
      broken |= room < 0;
      return !broken;
    }

    @Override
    public boolean run(long lblk, long pblk, long count, boolean unwritten) {
      if (lblk != log.length() || unwritten) {
        broken = true;
      }
      if (take(count)) {
        log.append(pblk, count);
      }
      return true;
    }

    @Override
    public void wrong(Problem problem, long pblk, String detail) {
      broken = true;
    }
  }
}
