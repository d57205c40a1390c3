package org.ext4map.inode;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.Consumer;
import org.ext4map.alloc.FilePreallocation;
import org.ext4map.journal.JournalHandle;
import org.ext4map.locks.LockRank;
import org.ext4map.locks.RankedLock;
import org.ext4map.map.BlockMapper;
import org.ext4map.map.MapOwner;
import org.ext4map.model.CorruptionException;
import org.ext4map.model.MapIntent;
import org.ext4map.model.Mapping;
import org.ext4map.ondisk.FileType;
import org.ext4map.ondisk.Geometry;
import org.ext4map.ondisk.InodeRecord;
import org.ext4map.status.ExtentStatusCache;
import org.ext4map.tree.BlockTree;
import org.ext4map.tree.ExtentVisitor;
import org.ext4map.tree.NodeVisitor;
import org.ext4map.tree.TreeRoot;
import org.ext4map.tree.extent.ExtentTree;
import org.ext4map.tree.indirect.IndirectTree;
import org.jspecify.annotations.Nullable;

/**
 * One inode in memory: struct ext4_inode_info. Threads: any.
 *
 * <p>Locks: {@link #lock} (i_rwsem), fair, is the caller's: shared to use the contents, exclusive
 * to change contents, size or map. The map has dataSem, see {@link BlockMapper}; the slot and the
 * number of those who have the inode open have monitors of their own, see {@link InodeSlot} and
 * {@link OpenCount}.
 */
public final class Inode implements TreeRoot, MapOwner {
  private static final int POINTER_BYTES = 4;
  private static final int DIRECT_BLOCKS = 12;

  private final Volume volume;
  private final Geometry geometry;
  private final long ino;
  private final int generation;
  private final Layout layout;
  private final InodeSlot slot;
  private final OpenCount openCount = new OpenCount();
  private final @Nullable BlockMapper mapper;
  private final FilePreallocation preallocation = new FilePreallocation();
  private final RankedLock lock;
  private final DirectGate gate = new DirectGate();
  private final Extensions extensions = new Extensions();
  private final FileType type;

  Inode(Volume volume, long ino, InodeRecord record, Layout layout) {
    this.volume = volume;
    this.geometry = volume.geometry();
    this.ino = ino;
    this.generation = record.generation();
    this.type = record.type();
    this.slot = new InodeSlot(volume.table(), geometry, ino, record);
    this.layout = layout;
    boolean isDirectory = record.type() == FileType.DIRECTORY;
    this.lock = new RankedLock(LockRank.INODE, LockRank.inodeOrder(ino, isDirectory), true);
    BlockTree tree =
        switch (layout) {
          case EXTENTS -> new ExtentTree(volume.trees(), this);
          case INDIRECT -> new IndirectTree(volume.trees(), this);
          case INLINE, NONE -> null;
        };
    this.mapper = tree == null ? null : mapper(tree);
  }

  private BlockMapper mapper(BlockTree tree) {
    ExtentStatusCache cache = new ExtentStatusCache(volume.statusBudget());
    return volume.isWritable()
        ? new BlockMapper(tree, volume.zones(), cache, volume.writeContext().maps(), this)
        : new BlockMapper(ino, tree, volume.zones(), cache);
  }

  /** The inode lock: i_rwsem. Comes before everything else, a journal handle too. */
  public RankedLock lock() {
    return lock;
  }

  /**
   * Takes the lock exclusively, and waits until no direct I/O uses the blocks: what everybody does
   * who writes by himself, or takes blocks away.
   */
  void lockAlone() {
    lock.writeLock().lock();
    try {
      awaitDirectIo();
    } catch (RuntimeException | Error e) {
      lock.writeLock().unlock();
      throw e;
    }
  }

  /** Ends {@link #lockAlone}. */
  void unlockAlone() {
    lock.writeLock().unlock();
  }

  /** Returns when no direct I/O is in flight; the caller has the lock exclusively. */
  void awaitDirectIo() {
    assert lock.isWriteLockedByCurrentThread();
    gate.awaitQuiet(volume.waiting());
  }

  /** Counts direct I/O in flight. */
  DirectGate gate() {
    return gate;
  }

  /** Direct writes that make the file longer. */
  Extensions extensions() {
    return extensions;
  }

  @Override
  public boolean mayZeroBeside() {
    return gate.inFlight() <= 1;
  }

  @Override
  public long ino() {
    return ino;
  }

  @Override
  public int generation() {
    return generation;
  }

  @Override
  public ByteBuffer iBlock() {
    return slot.iBlock();
  }

  /** The slot as it is now: a copy that never changes. */
  public InodeRecord record() {
    return slot.record();
  }

  /** i_flags: {@link InodeRecord#flags} without a copy of the rest. */
  int flags() {
    return slot.flags();
  }

  /** i_links_count, likewise. */
  int linksCount() {
    return slot.linksCount();
  }

  /**
   * Changes fields of the slot and writes it under {@code handle}: ext4_mark_inode_dirty. Takes one
   * credit. i_block is the map's business.
   *
   * @param change gets a copy of the slot; the checksum is made afterwards
   */
  public void update(JournalHandle handle, Consumer<InodeRecord> change) throws IOException {
    slot.update(handle, change);
  }

  /** Announces {@link #update} under {@code handle}; what could fail is done then. */
  public void prepareUpdate(JournalHandle handle) throws IOException {
    slot.prepare(handle);
  }

  /** The slot was written for the first time; fdatasync waits for that too. */
  void bornUnder(JournalHandle handle) throws IOException {
    slot.bornUnder(handle);
  }

  @Override
  public void mapChanged(JournalHandle handle, long blocks, boolean rootChanged, boolean save)
      throws IOException {
    slot.mapChanged(handle, blocks, rootChanged);
    if (save) {
      slot.updateWithMap(handle, true, next -> {});
    }
  }

  @Override
  public boolean isRegularFile() {
    return type() == FileType.REGULAR;
  }

  @Override
  public long sizeBlocks() {
    long blockSize = geometry.blockSize();
    return size() / blockSize + (size() % blockSize == 0 ? 0 : 1);
  }

  @Override
  public FilePreallocation preallocation() {
    return preallocation;
  }

  /** The transaction that fsync has to wait for; 0 if there is none. */
  public long syncTid() {
    return slot.syncTid();
  }

  /** The transaction that fdatasync has to wait for, which does not mind times. */
  public long dataSyncTid() {
    return slot.dataSyncTid();
  }

  /**
   * Says that somebody uses the inode, so that it is not deleted with its last name.
   *
   * @return false if it is deleted already
   */
  public boolean open() {
    return openCount.open();
  }

  /** Ends one {@link #open}; the last one then says {@link InodeLife#reap}. */
  public void close() {
    openCount.close();
    discardUnlessOpen();
  }

  /** What was kept for a file that grows is free for others once nobody has it open. */
  void discardUnlessOpen() {
    if (volume.isWritable() && !openCount.isOpen()) {
      volume.writeContext().blocks().discard(preallocation);
    }
  }

  /** True once, if nobody has the inode open; nobody can open it from then on. */
  boolean claimForDeletion() {
    return openCount.claimForDeletion();
  }

  /** Nobody can open it from now on. */
  void markDeleted() {
    openCount.markDeleted();
  }

  /** True if its number is free, or will soon be: this is no file any more. */
  public boolean isDeleted() {
    return openCount.isDeleted();
  }

  /** What i_mode says it is. */
  public FileType type() {
    return type;
  }

  /** i_size in bytes. */
  public long size() {
    return slot.size();
  }

  /** What i_block is. */
  public Layout layout() {
    return layout;
  }

  /** The seed of the checksums of everything that belongs to this inode. */
  public int checksumSeed() {
    return geometry.inodeChecksumSeed(ino, generation);
  }

  /** Logical blocks that the map can reach: 2^32−1, or fewer in an indirect map. */
  public long maxBlocks() {
    if (layout != Layout.INDIRECT) {
      return Geometry.maxLogicalBlocks();
    }
    long pointers = geometry.blockSize() / POINTER_BYTES;
    long reach = DIRECT_BLOCKS + pointers * (1 + pointers * (1 + pointers));
    return Math.min(Geometry.maxLogicalBlocks(), reach);
  }

  /**
   * Maps the run of blocks that starts at {@code lblk}; at most {@code len} blocks, never across an
   * extent or the edge of a hole.
   *
   * @throws CorruptionException if the tree breaks a rule; also if the inode has no map
   * @throws IllegalArgumentException if {@code lblk} is not in 0 … 2^32−2, or {@code len} < 1
   */
  public void map(long lblk, int len, Mapping out) throws IOException {
    requireMapper().mapBlocks(MapIntent.LOOKUP, lblk, len, out);
  }

  /**
   * Maps the run of blocks that starts at {@code lblk}, changing the map if {@code intent} says so;
   * see {@link BlockMapper#mapBlocks(JournalHandle, MapIntent, long, int, Mapping)}.
   *
   * @param handle open, with {@link #creditsForChange} credits
   */
  public int mapBlocks(JournalHandle handle, MapIntent intent, long lblk, int len, Mapping out)
      throws IOException {
    return requireMapper().mapBlocks(handle, intent, lblk, len, out);
  }

  /**
   * As {@link #mapBlocks}, but the slot is to be written by {@link #updateWithMap}, before the
   * handle ends or is restarted.
   */
  void mapBlocksOnly(JournalHandle handle, MapIntent intent, long lblk, int len, Mapping out)
      throws IOException {
    requireMapper().mapBlocksOnly(handle, intent, lblk, len, out);
  }

  /** As {@link #removeBlocks}, with the slot as {@link #mapBlocksOnly}. */
  void removeBlocksOnly(JournalHandle handle, long from, long to) throws IOException {
    assert lock.isWriteLockedByCurrentThread();
    requireMapper().removeOnly(handle, from, to);
  }

  /**
   * As {@link #update}, and the slot becomes what the map is, if there is one. If that fails, the
   * journal is aborted: what was done to the map must not be durable without it.
   */
  void updateWithMap(JournalHandle handle, Consumer<InodeRecord> change) throws IOException {
    if (mapper == null) {
      update(handle, change);
      return;
    }
    boolean still = slot.rootUnsaved(); // who changes it from now on saves it himself
    if (still) {
      mapper.holdStill();
    }
    try {
      slot.updateWithMap(handle, still, change);
    } catch (IOException | RuntimeException | Error e) {
      volume.writeContext().journal().abort(e);
      throw e;
    } finally {
      if (still) {
        mapper.letGo();
      }
    }
  }

  /** Credits for one {@link #mapBlocks} and any number of {@link #update}s. */
  public int creditsForChange() throws IOException {
    return requireMapper().creditsForChange();
  }

  /** Credits with which {@link #removeBlocks} begins, and any number of {@link #update}s. */
  public int creditsForRemoval() throws IOException {
    return requireMapper().creditsForRemoval();
  }

  /** Takes blocks away; see {@link BlockMapper#remove}. The caller has the lock exclusively. */
  public void removeBlocks(JournalHandle handle, long from, long to) throws IOException {
    assert lock.isWriteLockedByCurrentThread();
    requireMapper().remove(handle, from, to);
  }

  /**
   * Takes one block of an inode that is no regular file away again, in this very transaction: what
   * is that short does not restart the handle.
   */
  public void removeBlock(JournalHandle handle, long lblk) throws IOException {
    assert !isRegularFile();
    removeBlocks(handle, lblk, lblk + 1);
  }

  /** See {@link BlockMapper#creditsForShift}; and any number of {@link #update}s. */
  int creditsForShift(long from, long to) throws IOException {
    return requireMapper().creditsForShift(from, to);
  }

  /** See {@link BlockMapper#collapse}. */
  void collapse(JournalHandle handle, long from, long to) throws IOException {
    assert lock.isWriteLockedByCurrentThread();
    requireMapper().collapse(handle, from, to);
  }

  /** See {@link BlockMapper#insertHole}. */
  void insertHole(JournalHandle handle, long from, long by) throws IOException {
    assert lock.isWriteLockedByCurrentThread();
    requireMapper().insertHole(handle, from, by);
  }

  /** See {@link BlockMapper#exchange}. */
  void exchange(JournalHandle handle, long lblk, Inode other, long otherLblk, long count)
      throws IOException {
    assert lock.isWriteLockedByCurrentThread() && other.lock.isWriteLockedByCurrentThread();
    requireMapper().exchange(handle, lblk, other.requireMapper(), otherLblk, count);
  }

  /** Credits with which {@link #exchange} begins, and any number of {@link #update}s. */
  int creditsForExchange(Inode other) throws IOException {
    return requireMapper().creditsForExchange(other.requireMapper());
  }

  /** True if there is a block map. */
  public boolean hasMap() {
    return mapper != null;
  }

  /** Shows the entries of the map as they stand; see {@link BlockTree#forEach}. */
  public void forEachExtent(long fromLblk, ExtentVisitor visitor) throws IOException {
    requireMapper().forEachExtent(fromLblk, visitor);
  }

  /** Shows the nodes of the map top down; see {@link BlockTree#forEachNode}. */
  public void forEachNode(NodeVisitor visitor) throws IOException {
    requireMapper().forEachNode(visitor);
  }

  /** Levels of the map below its root; see {@link BlockTree#depth}. */
  public int depth() throws IOException {
    return requireMapper().depth();
  }

  private BlockMapper requireMapper() throws CorruptionException {
    if (mapper == null) {
      throw CorruptionException.ofText(
          "inode", "i_block", layout.toString(), "EXTENTS or INDIRECT", "ino=" + ino);
    }
    return mapper;
  }
}
