package org.ext4map.inode;

import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import org.ext4map.alloc.BlockAllocator;
import org.ext4map.alloc.InodeAllocator;
import org.ext4map.journal.Journal;
import org.ext4map.journal.JournalHandle;
import org.ext4map.map.MapContext;
import org.ext4map.model.NoSpaceException;
import org.ext4map.ondisk.Feature;
import org.ext4map.ondisk.Superblock;
import org.ext4map.ondisk.SuperblockEditor;
import org.jspecify.annotations.Nullable;

/** What changes of one image share, beside its {@link Volume}. Threads: any. */
public final class WriteContext {
  /** ext4_should_retry_alloc gives up after so many. */
  private static final int MAX_RETRIES = 3;

  private final Journal journal;
  private final BlockAllocator blocks;
  private final InodeAllocator inodes;
  private final InstantSource clock;
  private final MapContext maps;
  private final PrimarySuperblock superblock;
  private final OrphanList orphans;

  /** The last answer of {@link #now}. */
  private volatile @Nullable Now now;

  private final Object sharedAttributes = new Object();

  /** s_state as it was found: who finds an image unclean leaves it so. */
  private final int stateFound;

  WriteContext(Volume volume, Journal journal, BlockAllocator blocks, InstantSource clock)
      throws IOException {
    this.journal = journal;
    this.blocks = blocks;
    this.inodes = new InodeAllocator(blocks);
    this.clock = clock;
    this.maps =
        new MapContext(volume.device(), volume.geometry(), volume.buffers(), journal, blocks);
    this.superblock = new PrimarySuperblock(volume.geometry(), volume.buffers());
    this.orphans = new OrphanList(volume, superblock);
    this.stateFound = volume.superblock().state();
  }

  /** Under whose handles metadata changes. */
  public Journal journal() {
    return journal;
  }

  /** Gives and takes blocks. */
  public BlockAllocator blocks() {
    return blocks;
  }

  /** Gives and takes inode numbers. */
  public InodeAllocator inodes() {
    return inodes;
  }

  /** The superblock, to be changed. */
  public PrimarySuperblock superblock() {
    return superblock;
  }

  /** Inodes that a crash must not forget. */
  public OrphanList orphans() {
    return orphans;
  }

  /** Its monitor guards how many inodes share each block of attributes; taken under a handle. */
  Object sharedAttributes() {
    return sharedAttributes;
  }

  MapContext maps() {
    return maps;
  }

  /**
   * What inodes take for their times: the clock's time, or that of the same millisecond before, so
   * that a change makes no object. The kernel's, current_time, is coarser still.
   */
  public Instant now() {
    long millis = clock.millis();
    Now last = now;
    if (last == null || last.millis != millis) {
      last = new Now(millis, clock.instant());
      now = last;
    }
    return last.instant;
  }

  private record Now(long millis, Instant instant) {}

  /** Opens a handle; more credits than a handle can have are cut to that. */
  public JournalHandle start(int credits) throws IOException {
    return journal.start(Math.min(credits, journal.maxCredits()));
  }

  /** Something that may fail. */
  @FunctionalInterface
  public interface Attempt {
    /** Tries once more; nothing is left of the time before. */
    void run() throws IOException;
  }

  /**
   * Runs the second half of a change, which must not stay away once the first is done: if it fails,
   * the journal is aborted. The caller has an open handle.
   */
  public void orAbort(Attempt rest) throws IOException {
    try {
      rest.run();
    } catch (IOException | RuntimeException | Error e) {
      journal.abort(e);
      throw e;
    }
  }

  /**
   * Runs {@code attempt}, and again after a commit if it found no space while freed blocks wait for
   * one: ext4_should_retry_alloc. The caller has no open handle.
   */
  public void retryingForSpace(Attempt attempt) throws IOException {
    for (int tries = 0; ; tries++) {
      try {
        attempt.run();
        return;
      } catch (NoSpaceException e) {
        if (tries == MAX_RETRIES || blocks.pendingBlocks() == 0) {
          throw e;
        }
        journal.forceCommit();
      }
    }
  }

  /**
   * Marks the image as in use: ext4_setup_super. Without a journal that means it is not valid until
   * {@link #shutDown}; with one the journal says so.
   */
  public void startUp() throws IOException {
    try (JournalHandle handle = start(1)) {
      superblock.change(
          handle,
          sb -> {
            SuperblockEditor editor = new SuperblockEditor(sb);
            editor.mountTime(now().getEpochSecond());
            editor.mountCount(sb.mountCount() + 1);
            if (!sb.features().has(Feature.HAS_JOURNAL)) {
              editor.state(sb.state() & ~Superblock.STATE_VALID);
            }
          });
    }
    journal.sync(0);
  }

  /**
   * Makes the image as clean as it was found: ext4_put_super. Everything is durable and at home,
   * the journal is empty. If the journal has aborted, nothing is written.
   */
  public void shutDown() throws IOException {
    if (journal.failure().isPresent()) {
      return;
    }
    journal.checkpoint();
    try (JournalHandle handle = start(1)) {
      superblock.change(
          handle,
          sb ->
              new SuperblockEditor(sb)
                  .freeBlocksCount(blocks.freeBlocks())
                  .freeInodesCount(inodes.freeInodes())
                  .writeTime(now().getEpochSecond())
                  .state(stateFound));
    }
    journal.checkpoint();
    journal.close();
  }
}
