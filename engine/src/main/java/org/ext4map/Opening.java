package org.ext4map;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.ext4map.alloc.BlockAllocator;
import org.ext4map.device.BlockDevice;
import org.ext4map.device.FileBlockDevice;
import org.ext4map.device.FileBlockDevice.Access;
import org.ext4map.device.OverlayBlockDevice;
import org.ext4map.device.SliceBlockDevice;
import org.ext4map.dir.FastCommitReplay;
import org.ext4map.inode.InodeLife;
import org.ext4map.inode.JournalInode;
import org.ext4map.inode.Volume;
import org.ext4map.inode.WriteContext;
import org.ext4map.journal.FastCommitOperation;
import org.ext4map.journal.Jbd2Journal;
import org.ext4map.journal.Journal;
import org.ext4map.journal.JournalOptions;
import org.ext4map.journal.JournalRecovery;
import org.ext4map.journal.NoJournal;
import org.ext4map.journal.ReplayOutcome;
import org.ext4map.model.BlockRange;
import org.ext4map.model.CorruptionException;
import org.ext4map.model.Ext4Exception;
import org.ext4map.model.Extent;
import org.ext4map.model.UnsupportedFeatureException;
import org.ext4map.ondisk.Feature;
import org.ext4map.ondisk.Geometry;
import org.ext4map.ondisk.Superblock;

/**
 * From bytes to an open image: ext4_fill_super (Linux fs/ext4/super.c), the reading part.
 *
 * <pre>
 *   superblock → features → geometry → group descriptors → AS_IS ends here
 *        → journal inode, as it is → journal → nothing to do: RECOVERED and REPLAY end here
 *             → copies and fast commits, over the image or into it → once more from the superblock
 *   READ_WRITE refuses what cannot be changed right after the superblock; at the end: journal for
 *        writing → allocator → orphans
 * </pre>
 */
final class Opening {
  private static final Logger LOGGER = System.getLogger(Opening.class.getName());
  private static final String SUPERBLOCK = "superblock";
  private static final String PLACE = "byte " + Superblock.OFFSET_BYTES;

  private final BlockDevice device;
  private final OpenOptions options;

  private Opening(BlockDevice device, OpenOptions options) {
    this.device = device;
    this.options = options;
  }

  static Ext4Image open(Path path, OpenOptions options) throws IOException {
    boolean writes = options.view() == View.REPLAY || options.view() == View.READ_WRITE;
    FileBlockDevice file = device(path, writes ? Access.READ_WRITE : Access.READ_ONLY, options);
    try {
      return open(fileSystem(file, options), options);
    } catch (Throwable problem) {
      try (file) {
        throw problem;
      }
    }
  }

  private static FileBlockDevice device(Path path, Access access, OpenOptions options)
      throws IOException {
    return FileBlockDevice.open(path, access, options.directMode());
  }

  private static BlockDevice fileSystem(FileBlockDevice file, OpenOptions options)
      throws IOException {
    long start = options.offsetBytes();
    return start == 0 ? file : new SliceBlockDevice(file, start, file.sizeBytes() - start);
  }

  static Recovery recover(Path path, OpenOptions options) throws IOException {
    try (FileBlockDevice file = device(path, Access.READ_WRITE, options)) {
      return recover(fileSystem(file, options), options);
    }
  }

  /** The device stays open. */
  static Recovery recover(BlockDevice device, OpenOptions options) throws IOException {
    Opening opening = new Opening(device, options.view(View.REPLAY));
    Optional<ReplayOutcome> replay = opening.run().recovery();
    boolean replayed = replay.filter(found -> !(found instanceof ReplayOutcome.Clean)).isPresent();
    Volume volume = opening.load(device);
    Superblock superblock = volume.superblock();
    boolean orphaned =
        superblock.lastOrphan() != 0 || superblock.features().has(Feature.ORPHAN_PRESENT);
    boolean needsCheck =
        (superblock.state() & (Superblock.STATE_VALID | Superblock.STATE_ERRORS))
            != Superblock.STATE_VALID;
    try {
      requireWritable(superblock);
    } catch (Ext4Exception refusal) {
      Optional<Ext4Exception> why = orphaned ? Optional.of(refusal) : Optional.empty();
      return new Recovery(replayed, replay, 0, why, needsCheck);
    }
    int orphans = replayed || orphaned ? opening.finish(volume) : 0;
    return new Recovery(replayed || orphaned, replay, orphans, Optional.empty(), needsCheck);
  }

  /** Answers how many orphans there were. Counts in the superblock are right then, too. */
  private int finish(Volume volume) throws IOException {
    Journal journal = journal(volume);
    try {
      WriteContext context = writeContext(volume, journal);
      int orphans = new InodeLife(volume).finishOrphans();
      context.shutDown();
      return orphans;
    } catch (IOException | RuntimeException | Error e) {
      journal.abort(e);
      throw e;
    }
  }

  private Journal journal(Volume volume) throws IOException {
    if (!hasOwnJournal(volume.superblock())) {
      return new NoJournal(device, volume.buffers());
    }
    long ino = volume.superblock().journalInum();
    List<Extent> map = JournalInode.map(volume, ino);
    protect(volume, map, ino);
    JournalOptions journal =
        JournalOptions.of(options.executor(), options.clock(), options.timer());
    return Jbd2Journal.open(device, volume.geometry(), volume.buffers(), map, journal);
  }

  static Ext4Image open(BlockDevice device, OpenOptions options) throws IOException {
    return new Opening(device, options).run();
  }

  private Ext4Image run() throws IOException {
    Volume volume = load(device);
    boolean writes = options.view() == View.READ_WRITE;
    if (writes) {
      requireWritable(volume.superblock());
    }
    if (options.view() == View.AS_IS || !hasOwnJournal(volume.superblock())) {
      if (writes) {
        startWriting(volume, journal(volume));
      }
      return new Ext4Image(options.view(), volume, Optional.empty());
    }
    long ino = volume.superblock().journalInum();
    List<Extent> map = JournalInode.map(volume, ino);
    JournalRecovery recovery = JournalRecovery.open(device, volume.geometry(), map);
    ReplayOutcome outcome = recovery.inspect();
    boolean ontoImage = writes || options.view() == View.REPLAY;
    boolean hasAborted = outcome.replay().errno() != 0;
    if (!(outcome instanceof ReplayOutcome.Clean) || (ontoImage && hasAborted)) {
      volume = ontoImage ? replay(volume.superblock(), recovery) : recoverInMemory(recovery);
    }
    if (writes) {
      requireWritable(volume.superblock()); // the log may have told of errors
      startWriting(volume, journal(volume));
    } else {
      protect(volume, map, ino);
    }
    return new Ext4Image(options.view(), volume, Optional.of(outcome));
  }

  /** Refuses by name, before anything is written. */
  private static void requireWritable(Superblock superblock) throws IOException {
    superblock.features().requireWritable();
    if (superblock.journalDev() != 0) {
      throw new UnsupportedFeatureException(
          "journal_dev", "writing with an external journal", SUPERBLOCK);
    }
    if ((superblock.state() & Superblock.STATE_ERRORS) != 0) {
      throw CorruptionException.of(
          SUPERBLOCK, "s_state", superblock.state(), "no errors recorded (see e2fsck)", PLACE);
    }
  }

  private void startWriting(Volume volume, Journal journal) throws IOException {
    try {
      writeContext(volume, journal).startUp();
      new InodeLife(volume).finishOrphans();
    } catch (IOException | RuntimeException | Error e) {
      journal.abort(e); // nothing more is written, not by a timer either
      throw e;
    }
  }

  private WriteContext writeContext(Volume volume, Journal journal) throws IOException {
    BlockAllocator blocks =
        BlockAllocator.open(
            volume.superblock(),
            volume.geometry(),
            volume.buffers(),
            volume.groups(),
            volume.zones(),
            (group, why) ->
                LOGGER.log(Level.WARNING, "nothing is allocated in group " + group, why));
    return volume.openForWriting(journal, blocks, options.clock());
  }

  /** False if there is no journal, or a clean one elsewhere; one elsewhere cannot be recovered. */
  private static boolean hasOwnJournal(Superblock superblock) throws IOException {
    boolean dirty = superblock.features().has(Feature.RECOVER);
    if (!superblock.features().has(Feature.HAS_JOURNAL)) {
      if (dirty) {
        throw CorruptionException.ofText(
            SUPERBLOCK, "s_feature_compat", "no journal", "has_journal (needs_recovery)", PLACE);
      }
      return false;
    }
    boolean elsewhere = superblock.journalDev() != 0;
    if (elsewhere == (superblock.journalInum() != 0)) {
      throw CorruptionException.ofText(
          SUPERBLOCK,
          "s_journal_inum, s_journal_dev",
          superblock.journalInum() + ", " + superblock.journalDev(),
          "one of them 0",
          PLACE);
    }
    if (elsewhere && dirty) {
      throw new UnsupportedFeatureException(
          "journal_dev",
          "recovering from an external journal",
          "superblock s_journal_dev=0x" + Long.toHexString(superblock.journalDev()));
    }
    return !elsewhere;
  }

  private Volume recoverInMemory(JournalRecovery recovery) throws IOException {
    BlockDevice overlay = new OverlayBlockDevice(device);
    applyFastCommits(recovery.replayInto(overlay), overlay);
    return load(overlay);
  }

  private Volume replay(Superblock superblock, JournalRecovery recovery) throws IOException {
    requireReplayable(superblock);
    ReplayOutcome outcome = recovery.replayOnto(device);
    applyFastCommits(outcome, device);
    recovery.markClean(device, outcome);
    return load(device);
  }

  /** What the log promises can be written home whatever the files are made of, but not this. */
  private static void requireReplayable(Superblock superblock) throws IOException {
    int unknown = superblock.features().unknown(Feature.Set.RO_COMPAT);
    boolean inUse = superblock.features().has(Feature.MMP);
    boolean readOnly = superblock.features().has(Feature.READONLY);
    if (unknown != 0 || inUse || readOnly) {
      String name =
          inUse
              ? Feature.MMP.label()
              : readOnly
                  ? Feature.READONLY.label()
                  : "FEATURE_R" + Integer.numberOfTrailingZeros(unknown);
      throw new UnsupportedFeatureException(name, "replay onto the image", SUPERBLOCK);
    }
  }

  /** Showing the full commits alone would hide what fsync promised. */
  private void applyFastCommits(ReplayOutcome outcome, BlockDevice target) throws IOException {
    List<FastCommitOperation> steps = outcome.replay().fastCommits();
    if (!steps.isEmpty()) {
      Volume replayed = load(target);
      long ino = replayed.superblock().journalInum();
      protect(replayed, JournalInode.map(replayed, ino), ino);
      FastCommitReplay.apply(replayed, steps);
    }
  }

  private static void protect(Volume volume, List<Extent> journal, long ino)
      throws CorruptionException {
    volume
        .zones()
        .add(journal.stream().map(run -> new BlockRange(run.pblk(), run.length())).toList(), ino);
  }

  private Volume load(BlockDevice source) throws IOException {
    Superblock superblock = readSuperblock(source);
    Geometry geometry = new Geometry(superblock);
    long blocks = source.sizeBytes() / geometry.blockSize();
    if (geometry.blocksCount() > blocks) {
      throw CorruptionException.of(
          SUPERBLOCK,
          "s_blocks_count",
          geometry.blocksCount(),
          "<= " + blocks + " (the image's size)",
          PLACE);
    }
    return new Volume(
        source, superblock, geometry, options.bufferCacheBytes(), options.statusCacheBytes());
  }

  private static Superblock readSuperblock(BlockDevice source) throws IOException {
    long least = Superblock.OFFSET_BYTES + Superblock.BYTES;
    if (source.sizeBytes() < least) {
      throw CorruptionException.of("image", "size", source.sizeBytes(), ">= " + least, PLACE);
    }
    ByteBuffer bytes = ByteBuffer.allocate(Superblock.BYTES);
    source.read(Superblock.OFFSET_BYTES, bytes);
    Superblock superblock = new Superblock(bytes.clear().asReadOnlyBuffer(), 0);
    superblock.verify(PLACE);
    superblock.features().requireReadable();
    return superblock;
  }
}
