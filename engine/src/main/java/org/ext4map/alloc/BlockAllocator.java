package org.ext4map.alloc;

import java.io.IOException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.ext4map.buffer.BufferCache;
import org.ext4map.journal.JournalHandle;
import org.ext4map.model.BlockRange;
import org.ext4map.model.CorruptionException;
import org.ext4map.model.NoSpaceException;
import org.ext4map.ondisk.Feature;
import org.ext4map.ondisk.Geometry;
import org.ext4map.ondisk.Superblock;
import org.jspecify.annotations.Nullable;

/**
 * Gives blocks to files and takes them back: ext4_mb_new_blocks and ext4_free_blocks (Linux
 * fs/ext4/mballoc.c).
 *
 * <p>Units: file-system blocks; an allocation cluster is a block, for bigalloc is refused at open.
 * Threads: any number at once. Locks: takes group locks, one at a time and never while it waits;
 * the caller has an open handle.
 */
public final class BlockAllocator {
  /** A search is repeated so often although blocks were promised. */
  private static final int MAX_ROUNDS = 64;

  /** 512 TiB of ordinary groups; their numbers take 64 MiB of memory. */
  private static final long MAX_GROUPS = 1 << 22;

  private static final int LEAST_FLEX_FOR_SPREAD = 4;

  private final Geometry geometry;
  private final GroupSpace space;
  private final SpaceBudget budget;
  private final PendingFrees pending;
  private final int groupsPerFlex;

  /** Files that keep blocks. */
  private final Set<FilePreallocation> keepers = ConcurrentHashMap.newKeySet();

  private BlockAllocator(
      Geometry geometry, GroupSpace space, SpaceBudget budget, int groupsPerFlex) {
    this.geometry = geometry;
    this.space = space;
    this.budget = budget;
    this.groupsPerFlex = groupsPerFlex;
    pending = new PendingFrees(space::unhide);
  }

  /**
   * Reads all group descriptors.
   *
   * @param superblock for the blocks reserved for the super-user, and the size of flex groups
   * @param errors hears of damaged groups; they are left out
   * @throws CorruptionException if there are more groups than any sane image has
   */
  public static BlockAllocator open(
      Superblock superblock,
      Geometry geometry,
      BufferCache cache,
      GroupTable table,
      SystemZones zones,
      AllocatorErrors errors)
      throws IOException {
    if (geometry.groupCount() > MAX_GROUPS) {
      throw CorruptionException.of(
          "superblock",
          "groups, from s_blocks_count and s_blocks_per_group,",
          geometry.groupCount(),
          "<= " + MAX_GROUPS + " for writing",
          "byte 1024");
    }
    SpaceBudget budget = new SpaceBudget(geometry.blocksCount(), superblock.reservedBlocksCount());
    GroupSpace space = new GroupSpace(geometry, cache, table, zones, budget, errors);
    space.load();
    int flex = geometry.has(Feature.FLEX_BG) ? 1 << Math.min(30, superblock.logGroupsPerFlex()) : 1;
    return new BlockAllocator(geometry, space, budget, flex);
  }

  GroupSpace space() {
    return space;
  }

  int groupsPerFlex() {
    return groupsPerFlex;
  }

  /** Free blocks on disk: what s_free_blocks_count is to say. */
  public long freeBlocks() {
    return space.counts.allFreeBlocks();
  }

  /** Blocks that the most privileged request can have at this moment. */
  public long blocksToGive() {
    return budget.available();
  }

  /**
   * Blocks freed by transactions that have not committed. If an allocation fails and this is not 0,
   * a commit helps.
   */
  public long pendingBlocks() {
    return pending.blocks();
  }

  /**
   * A goal for the first block of an inode: the beginning of its group, or of its flex group, where
   * contents stay clear of directories. ext4_inode_to_goal_block.
   */
  public long goalFor(long ino, boolean isRegularFile) {
    long group = geometry.groupOfInode(ino);
    if (groupsPerFlex >= LEAST_FLEX_FOR_SPREAD) {
      group -= group % groupsPerFlex;
      if (isRegularFile && group + 1 < geometry.groupCount()) {
        group++;
      }
    }
    return geometry.firstBlockOf(group);
  }

  /**
   * Allocates one run of blocks.
   *
   * @return 1 … {@code request.length()} blocks, used on disk once the handle's transaction commits
   * @throws NoSpaceException if the reserves forbid it or nothing is free; nothing has changed
   * @throws IOException if the journal or the device fails; nothing has changed
   */
  public BlockRange allocate(JournalHandle handle, AllocationRequest request) throws IOException {
    return allocate(handle, request, null);
  }

  /**
   * Allocates one run of blocks, from those set aside for the file if there are some, and sets more
   * aside if the file seems to grow.
   *
   * @param file what is kept for this file; null for none
   * @return 1 … {@code request.length()} blocks, used on disk once the handle's transaction commits
   * @throws NoSpaceException if the reserves forbid it or nothing is free; nothing has changed
   * @throws IOException if the journal or the device fails; nothing has changed
   */
  public BlockRange allocate(
      JournalHandle handle, AllocationRequest request, @Nullable FilePreallocation file)
      throws IOException {
    assert space.locks.noneHeld();
    if (file != null) {
      BlockRange kept = file.take(request.lblk(), request.length(), request.limit());
      if (kept != null) {
        return use(handle, kept);
      }
    }
    int asked = claim(request);
    Window window = file == null ? Window.exact(request, asked) : widen(request, asked, file);
    int promised = window.length();
    Search.Found found = null;
    try {
      found = find(request, asked, window);
    } finally {
      budget.add(promised - (found == null ? 0 : found.run().length()));
    }
    return use(handle, split(request, asked, found, file));
  }

  private BlockRange use(JournalHandle handle, BlockRange range) throws IOException {
    space.use(handle, range);
    return range;
  }

  /** Files give back what they keep before a request fails. */
  private int claim(AllocationRequest request) throws NoSpaceException {
    try {
      return budget.claim(request.length(), request.privilege());
    } catch (NoSpaceException e) {
      if (!discardAll()) {
        throw e;
      }
      return budget.claim(request.length(), request.privilege());
    }
  }

  /** The window for a growing file; all of it is claimed, as the request itself is already. */
  private Window widen(AllocationRequest request, int asked, FilePreallocation file) {
    long from = Math.max(request.holeFrom(), file.roomFrom(request.lblk()));
    long to = Math.min(request.holeTo(), file.roomTo(request.lblk()));
    int perGroup = (int) geometry.blocksPerGroup();
    Window window = Window.around(request, asked, geometry.blockSize(), from, to, perGroup);
    int more = window.length() - asked;
    return more > 0 && budget.claimIfPlentiful(more) ? window : Window.exact(request, asked);
  }

  /**
   * The promise says that blocks are there; a search can still miss them while others move theirs
   * from groups to come to groups gone by.
   */
  private Search.Found find(AllocationRequest request, int asked, Window window)
      throws IOException {
    Search search = new Search(space, request, asked, window);
    for (int round = 0; round < MAX_ROUNDS; round++) {
      Search.Found found = search.run();
      if (found != null) {
        return found;
      }
      if (search.hasFailed()) {
        break;
      }
      discardAll(); // blocks below the request's limit may be among them
    }
    throw search.failure(budget.available(), pending.blocks());
  }

  /** What was asked for; the rest is kept for the file, or shown again. */
  private BlockRange split(
      AllocationRequest request, int asked, Search.Found found, @Nullable FilePreallocation file) {
    BlockRange run = found.run();
    long before = request.lblk() - found.lblk();
    long taken = Math.min(asked, run.length() - before);
    keep(file, found.lblk(), run.start(), before);
    keep(file, request.lblk() + taken, run.start() + before + taken, run.length() - before - taken);
    return new BlockRange(run.start() + before, taken);
  }

  private void keep(@Nullable FilePreallocation file, long lblk, long pblk, long length) {
    if (length == 0) {
      return;
    }
    if (file != null && file.add(lblk, pblk, (int) length)) {
      keepers.add(file);
    } else {
      space.unhide(pblk, length);
    }
  }

  /** Gives back what is kept for a file that is closed, truncated or punched. */
  public void discard(FilePreallocation file) {
    giveBack(file);
  }

  private boolean discardAll() {
    boolean any = false;
    for (FilePreallocation file : keepers) {
      any |= giveBack(file);
    }
    return any;
  }

  private boolean giveBack(FilePreallocation file) {
    keepers.remove(file);
    if (file.isEmpty()) {
      return false;
    }
    for (BlockRange kept : file.drain()) {
      space.unhide(kept.start(), kept.length());
    }
    return true;
  }

  /**
   * Frees blocks. They can be allocated again after the transaction of {@code handle} has
   * committed. In a group that is damaged nothing is freed: the blocks are lost until a check.
   *
   * @param ino the inode that owns them
   * @throws CorruptionException if they are not all in use, or not the inode's to own; groups
   *     before the one in question have been changed, and the handle is to be given up
   * @throws IOException if the journal or the device fails; likewise
   */
  public void free(JournalHandle handle, long ino, long pblk, long count) throws IOException {
    assert space.locks.noneHeld();
    if (!space.allows(pblk, count, ino)) {
      throw CorruptionException.ofText(
          "block map",
          "blocks to be freed",
          pblk + "+" + count,
          "blocks that files may own",
          "ino=" + ino);
    }
    long end = pblk + count;
    for (long from = pblk; from < end; ) {
      long group = geometry.groupOf(from);
      long groupEnd = geometry.firstBlockOf(group) + geometry.blocksIn(group);
      long to = Math.min(end, groupEnd);
      freeInGroup(handle, group, from, to - from);
      from = to;
    }
  }

  private void freeInGroup(JournalHandle handle, long group, long pblk, long count)
      throws IOException {
    if (space.isDamaged(group)) {
      return;
    }
    try {
      space.release(handle, pblk, (int) count);
    } catch (CorruptionException e) {
      space.leaveOut(group, e);
      throw e;
    }
    pending.add(handle, pblk, count);
  }
}
