package org.ext4map.check;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.ext4map.device.BlockDevice;
import org.ext4map.model.CorruptionException;
import org.ext4map.ondisk.Geometry;
import org.ext4map.ondisk.Superblock;

/**
 * Judges one image, as thoroughly as e2fsck -fn and without writing a byte.
 *
 * <p>Threads: one check runs in the thread that calls {@link #check}; checks of different images
 * may run at the same time. Memory: bitmaps of blocks and inodes and what the options allow; an
 * image that needs more is refused before the first pass. Bytes of the image never lead to an
 * exception.
 */
public final class Checker {
  private final BlockDevice device;
  private final CheckOptions options;
  private final CheckListener listener;
  private final Findings findings;

  private Checker(BlockDevice device, CheckOptions options, CheckListener listener) {
    this.device = device;
    this.options = options;
    this.listener = listener;
    this.findings = new Findings(listener);
  }

  /**
   * Judges the image on {@code device}. What is found is told to {@code listener} at once; the
   * report has the verdict and the sums. A device that fails ends the check early and is told as a
   * finding.
   */
  public static CheckReport check(
      BlockDevice device, CheckOptions options, CheckListener listener) {
    return new Checker(device, options, listener).run();
  }

  /**
   * The most memory in bytes that a check of a file system of this shape keeps, if all its inodes
   * are in use; buffers and directories apart. What a check asks for is less: the groups tell how
   * many inodes were never used.
   */
  public static long memoryFor(Geometry geometry) {
    return memoryFor(geometry, geometry.inodesCount());
  }

  private static long memoryFor(Geometry geometry, long keptInodes) {
    return BlockClaims.bytesFor(geometry)
        + Census.bytesFor(geometry.inodesCount(), keptInodes)
        + geometry.descBlockCount() * geometry.blockSize();
  }

  private void requireMemory(long bytes) throws EndOfCheck {
    if (bytes > options.memoryLimitBytes()) {
      findings.add(
          Problem.SB_MEMORY_LIMIT, bytes + " bytes, allowed " + options.memoryLimitBytes());
      throw new EndOfCheck("memory");
    }
  }

  /** Inodes that can be in use, and the others on the same pages of the census. */
  private static long keptInodes(Geometry geometry, Groups groups) {
    long kept = 0;
    for (long group = 0; group < geometry.groupCount(); group++) {
      kept += Counts.onPagesOf(groups.inodesToRead(group));
    }
    return Math.min(kept, geometry.inodesCount());
  }

  private CheckReport run() {
    Result result = Result.NONE;
    try {
      result = judge();
    } catch (EndOfCheck e) {
      assert findings.hasAny(Severity.FATAL) : e;
    } catch (IOException e) {
      findings.add(Problem.SB_DEVICE_ERROR, String.valueOf(e.getMessage()));
    }
    return new CheckReport(
        verdict(),
        result.recovered() ? CheckOptions.View.RECOVERED : CheckOptions.View.AS_IS,
        result.transactions(),
        result.complete(),
        findings.counts(),
        result.totals());
  }

  private CheckReport.Verdict verdict() {
    if (findings.has(Problem.SB_CANCELLED)) {
      return CheckReport.Verdict.CANCELLED;
    }
    boolean noFileSystem =
        findings.has(Problem.SB_UNUSABLE)
            && !findings.has(Problem.SB_FIELD_OUT_OF_RANGE)
            && !findings.has(Problem.SB_FIRST_META_BG_TOO_BIG);
    if (findings.hasAny(Severity.ERROR) && !noFileSystem) {
      return CheckReport.Verdict.CORRUPT;
    }
    return findings.hasAny(Severity.FATAL)
        ? CheckReport.Verdict.REFUSED
        : CheckReport.Verdict.CLEAN;
  }

  private record Result(
      boolean complete, boolean recovered, long transactions, CheckReport.Totals totals) {
    /** Of a check that did not come to its end. */
    static final Result NONE = new Result(false, false, 0, new CheckReport.Totals(0, 0, 0, 0, 0));
  }

  /** A superblock and what it leads to. */
  private record Start(
      SuperblockPass.Found found,
      ImageBlocks image,
      GroupPass groupPass,
      GroupPass.Choice groupChoice) {}

  private Start startFrom(SuperblockPass.Found found) throws IOException {
    Geometry geometry = found.geometry();
    ImageBlocks image = new ImageBlocks(device, geometry.blockSize());
    GroupPass groupPass = new GroupPass(geometry, image, findings);
    return new Start(found, image, groupPass, groupPass.choose(found.group()));
  }

  /**
   * If the descriptors that the primary superblock leads to are damaged, or it tells their place or
   * size wrongly: the backup in group 1 and the descriptors behind it are gone by, whatever state
   * those are in.
   */
  private Start startFromBackupOf(Start damaged, SuperblockPass superblocks) throws IOException {
    Optional<SuperblockPass.Found> backup = superblocks.firstBackup(damaged.found());
    if (backup.isEmpty() || memoryFor(backup.get().geometry(), 0) > options.memoryLimitBytes()) {
      return damaged;
    }
    Start other = startFrom(backup.get());
    if (!other.groupChoice().groups().isReadable()) {
      return damaged;
    }
    findings.add(Problem.GDT_PRIMARY_INVALID, "where the primary superblock says");
    findings.add(Problem.SB_BACKUP_USED, "the copy in group 1");
    return other;
  }

  private Result judge() throws IOException {
    SuperblockPass superblocks = new SuperblockPass(device, findings);
    SuperblockPass.Found first = superblocks.find(options);
    superblocks.judge(first);
    requireMemory(memoryFor(first.geometry(), 0));
    Start start = startFrom(first);
    if (!start.groupChoice().primarySound()) {
      start = startFromBackupOf(start, superblocks);
    }
    superblocks.judgeBackups(start.found());
    return judge(start);
  }

  private Result judge(Start start) throws IOException {
    SuperblockPass.Found found = start.found();
    Geometry geometry = found.geometry();
    ImageBlocks image = start.image();
    GroupPass groupPass = start.groupPass();
    GroupPass.Choice choice = start.groupChoice();
    new Foresight(geometry, image, choice.groups()).tellTables();
    JournalPass journal = new JournalPass(device, found.superblock(), geometry, image, findings);
    journal.judge(options, new InodeTable(geometry, image, choice.groups()));
    Superblock current = journal.transactions() > 0 ? reread(found, image) : found.superblock();
    if (journal.transactions() > 0) {
      choice = groupPass.choose(found.group());
    }
    groupPass.judge(choice);
    Groups groups = choice.groups();
    long memory = memoryFor(geometry, keptInodes(geometry, groups));
    requireMemory(memory);
    listener.needsMemory(memory);
    groupPass.judgeBackups(groups);
    Docket docket =
        new Docket(
            current,
            geometry,
            image,
            groups,
            new InodeTable(geometry, image, groups),
            new BlockClaims(geometry),
            new Census(geometry.inodesCount()),
            new OwnerUsage(),
            findings,
            listener,
            options.workers());
    groupPass.claim(groups, docket.claims());
    new MmpCheck(docket).judge();
    new Orphans(docket, journal.isRecovered()).read();
    return judgeContents(docket, journal);
  }

  private Result judgeContents(Docket docket, JournalPass journal) throws IOException {
    QuotaPass quota = new QuotaPass(docket);
    quota.prepare();
    InodePass inodes = new InodePass(docket);
    inodes.run();
    new DuplicatePass(docket).run();
    new DirectoryPass(docket).run();
    new LinkPass(docket).run();
    new BitmapPass(docket).run();
    quota.run();
    return new Result(
        true,
        journal.isRecovered(),
        journal.transactions(),
        new CheckReport.Totals(
            docket.census().used().count(),
            docket.claims().claimed().count() * docket.geometry().clusterRatio(),
            inodes.files(),
            docket.census().directoryCount(),
            inodes.extents()));
  }

  /** The superblock as the log has it, if it still has the shape of the one on disk. */
  private static Superblock reread(SuperblockPass.Found found, ImageBlocks image)
      throws IOException {
    Geometry geometry = found.geometry();
    ByteBuffer block = image.read(geometry.superblockBlock());
    if (block == null) {
      return found.superblock();
    }
    int base = (int) (Superblock.OFFSET_BYTES % geometry.blockSize());
    Superblock replayed = new Superblock(block, base);
    try {
      replayed.verify("log");
      return new Geometry(replayed).blocksCount() == geometry.blocksCount()
          ? replayed
          : found.superblock();
    } catch (CorruptionException e) {
      return found.superblock();
    }
  }
}
