package org.ext4map.map;

import java.io.IOException;
import org.ext4map.alloc.SystemZones;
import org.ext4map.journal.JournalHandle;
import org.ext4map.locks.LockRank;
import org.ext4map.locks.RankedLock;
import org.ext4map.model.CorruptionException;
import org.ext4map.model.MapIntent;
import org.ext4map.model.Mapping;
import org.ext4map.ondisk.Geometry;
import org.ext4map.status.ExtentStatusCache;
import org.ext4map.tree.BlockTree;
import org.ext4map.tree.ExtentVisitor;
import org.ext4map.tree.LeafSink;
import org.ext4map.tree.NodeVisitor;
import org.jspecify.annotations.Nullable;

/**
 * The block map of one inode: its tree, what is cached of it, and dataSem, which keeps the two in
 * step. Thread-safe; all methods take dataSem themselves where they need it.
 */
public final class BlockMapper {
  /** {@code -Dext4map.esRecheck=true}: every mapper compares each cached answer with its tree. */
  private static final boolean RECHECK_ALL = Boolean.getBoolean("ext4map.esRecheck");

  private static final int UNKNOWN = -1;

  private final long ino;
  private final BlockTree tree;
  private final SystemZones zones;
  private final ExtentStatusCache cache;
  private final boolean recheck;
  private final @Nullable MapEditor editor;
  private final RankedLock dataSem;

  /** Levels after the last change; whoever plans by it has to expect one more. */
  private volatile int lastDepth = UNKNOWN;

  /**
   * A mapper; reads nothing yet.
   *
   * @param ino the inode whose blocks these are
   * @param tree its tree, from now on only reached through this object
   * @param zones which blocks the inode may own
   * @param cache an empty cache, from now on only reached through this object
   */
  public BlockMapper(long ino, BlockTree tree, SystemZones zones, ExtentStatusCache cache) {
    this(ino, tree, zones, cache, RECHECK_ALL, null);
  }

  /**
   * A mapper that can also change the map; reads nothing yet.
   *
   * @param tree its tree, from now on only reached through this object
   * @param zones which blocks the inode may own
   * @param cache an empty cache, from now on only reached through this object
   * @param context of the image
   * @param owner the inode whose blocks these are
   */
  public BlockMapper(
      BlockTree tree,
      SystemZones zones,
      ExtentStatusCache cache,
      MapContext context,
      MapOwner owner) {
    this(owner.ino(), tree, zones, cache, RECHECK_ALL, new MapEditor(tree, context, owner, cache));
  }

  /** With {@code recheck}, each cached answer is compared with the tree: es_recheck. */
  BlockMapper(
      long ino, BlockTree tree, SystemZones zones, ExtentStatusCache cache, boolean recheck) {
    this(ino, tree, zones, cache, recheck, null);
  }

  private BlockMapper(
      long ino,
      BlockTree tree,
      SystemZones zones,
      ExtentStatusCache cache,
      boolean recheck,
      @Nullable MapEditor editor) {
    this.ino = ino;
    this.tree = tree;
    this.zones = zones;
    this.cache = cache;
    this.recheck = recheck;
    this.editor = editor;
    this.dataSem = new RankedLock(LockRank.DATA_SEM, ino, false);
  }

  /**
   * Answers what is mapped: ext4_map_blocks (Linux fs/ext4/inode.c) without a handle.
   *
   * <p>Shape: answers one run, 1 … len blocks in one state, never across the edge of an extent or
   * hole; it may end before that edge, so callers loop. Units: file-system blocks. Locks: takes
   * dataSem itself, shared, if the status cache does not know; a cached answer takes no lock and
   * allocates nothing.
   *
   * @param intent {@link MapIntent#LOOKUP}; the others need a journal handle
   * @param lblk 0 … 2^32−2
   * @param len blocks wanted, at least 1
   * @return blocks that are allocated, {@code out.length()}; 0 for a hole, whose length is {@code
   *     out.length()}
   * @throws CorruptionException if the tree breaks a rule of the format
   */
  public int mapBlocks(MapIntent intent, long lblk, int len, Mapping out) throws IOException {
    if (intent.mayModify()) {
      throw new IllegalArgumentException("intent " + intent + " needs a journal handle");
    }
    requireRequest(lblk, len);
    query(lblk, len, out);
    return out.allocated();
  }

  /**
   * Maps the run of file blocks that starts at {@code lblk}, changing the map where {@code intent}
   * says so: ext4_map_blocks. First a look under dataSem shared at most; only if that is not enough
   * the whole once more, exclusively. When the call returns, tree, status cache and inode slot
   * agree, and zeros that have become readable are on the device.
   *
   * <p>Shape and units: as the other one. Locks: as the other one, and exclusive dataSem for a
   * change. What was allocated may be less than wanted; callers loop.
   *
   * @param handle open, with {@link #creditsForChange} credits
   * @return blocks that are allocated, {@code out.length()}; 0 for a hole, only for LOOKUP
   * @throws org.ext4map.model.NoSpaceException if there is no block; the map is as before
   * @throws IOException on any other failure; if something was half changed, the journal is aborted
   */
  public int mapBlocks(JournalHandle handle, MapIntent intent, long lblk, int len, Mapping out)
      throws IOException {
    requireRequest(lblk, len);
    query(lblk, len, out);
    if (intent.mayModify() && !MapEditor.isEnough(intent, out)) {
      change(handle, intent, lblk, len, out, true);
    }
    return out.allocated();
  }

  /**
   * As the other one, but does not write the inode's slot: the caller does before the handle ends
   * or is restarted, with what {@link MapOwner#mapChanged} has told it. So one write of the slot
   * serves many changes, and what else changes in it.
   */
  public void mapBlocksOnly(JournalHandle handle, MapIntent intent, long lblk, int len, Mapping out)
      throws IOException {
    requireRequest(lblk, len);
    if (intent == MapIntent.CONVERT_DIO && editor().hasUnwritten()) {
      convert(handle, lblk, len, out); // what was submitted as unwritten nearly always still is
      return;
    }
    query(lblk, len, out);
    if (intent.mayModify() && !MapEditor.isEnough(intent, out)) {
      change(handle, intent, lblk, len, out, false);
    }
  }

  private void convert(JournalHandle handle, long lblk, int len, Mapping out) throws IOException {
    dataSem.writeLock().lock();
    try {
      editor().convert(handle, lblk, len, out);
      requireOwnable(out);
    } finally {
      endChange();
    }
  }

  private void change(
      JournalHandle handle, MapIntent intent, long lblk, int len, Mapping out, boolean saves)
      throws IOException {
    dataSem.writeLock().lock();
    try {
      editor().change(handle, intent, lblk, len, out, saves);
      requireOwnable(out);
    } finally {
      endChange();
    }
  }

  /** The map, its root included, stands still from here to {@link #letGo}. */
  public void holdStill() {
    dataSem.readLock().lock();
  }

  /** Ends {@link #holdStill}. */
  public void letGo() {
    dataSem.readLock().unlock();
  }

  /** Lets go of dataSem after a change. */
  private void endChange() {
    try {
      int depth = tree.depth();
      if (lastDepth != depth) {
        lastDepth = depth;
      }
    } catch (IOException e) {
      lastDepth = UNKNOWN; // whoever asks gets the exception
    } finally {
      dataSem.writeLock().unlock();
    }
  }

  MapEditor editor() {
    if (editor == null) {
      throw new IllegalStateException("ino=" + ino + " was opened for reading");
    }
    return editor;
  }

  /** Credits for one {@link #mapBlocks}. */
  public int creditsForChange() throws IOException {
    return editor().credits().forChange(recentDepth());
  }

  /** Credits with which {@link #remove} begins. */
  public int creditsForRemoval() throws IOException {
    return editor().credits().forRemoval(recentDepth());
  }

  /**
   * Credits with which {@link #collapse} of {@code [from, to)}, or {@link #insertHole} with an
   * empty range, is one transaction, all or nothing after a crash: for every node of the tree. If a
   * handle cannot have so many, as many as it can.
   */
  public int creditsForShift(long from, long to) throws IOException {
    dataSem.readLock().lock();
    try {
      return editor().creditsForShift(from, to);
    } finally {
      dataSem.readLock().unlock();
    }
  }

  /** One step of a long change, under dataSem; answers where it stopped. */
  @FunctionalInterface
  private interface Step {
    long from(long position) throws IOException;
  }

  /**
   * Repeats a step until it gets to {@code goal}, each time but the first with a new handle.
   *
   * @param saves true if the slot is written at the end, too, and not only when a handle ends
   */
  private void untilDone(JournalHandle handle, long start, long goal, boolean saves, Step step)
      throws IOException {
    for (long at = start; at != goal; ) {
      dataSem.writeLock().lock();
      try {
        at = step.from(at);
        if (at != goal || saves) {
          editor().saveSlot(handle);
        }
      } finally {
        endChange();
      }
      if (at != goal) {
        handle.restart(creditsForRemoval());
      }
    }
  }

  /**
   * Takes {@code [from, to)} out of the file and gives its blocks back: ext4_ext_remove_space,
   * ext4_ind_remove_space. May need several transactions; between them the map is sound, and an
   * orphan record has to see to it that the rest is done after a crash.
   *
   * <p>Locks: the inode lock is held exclusively, so that nobody uses the blocks.
   *
   * @param handle open, not nested, with {@link #creditsForRemoval} credits
   */
  public void remove(JournalHandle handle, long from, long to) throws IOException {
    remove(handle, from, to, true);
  }

  /** As {@link #remove}, with the slot as {@link #mapBlocksOnly}. */
  public void removeOnly(JournalHandle handle, long from, long to) throws IOException {
    remove(handle, from, to, false);
  }

  private void remove(JournalHandle handle, long from, long to, boolean saves) throws IOException {
    if (from == to) {
      return;
    }
    MapEditor changes = editor();
    if (changes.credits().pieceBlocks() == 0) {
      untilDone(handle, to, from, saves, end -> changes.remove(handle, from, end));
    } else {
      untilDone(handle, from, to, saves, start -> changes.removePiece(handle, start, to));
    }
  }

  /**
   * Takes {@code [from, to)} out of the file and moves all that follows to its place:
   * FALLOC_FL_COLLAPSE_RANGE. Locks: as {@link #remove}.
   *
   * <p>If the credits do not suffice, it goes on in another transaction, as the kernel does;
   * between two the gap stands further behind: all that was not taken away is there, but some of it
   * not yet in its new place.
   *
   * @param handle open, not nested, with {@link #creditsForShift} credits
   * @throws org.ext4map.model.UnsupportedFeatureException if the file has block pointers
   */
  public void collapse(JournalHandle handle, long from, long to) throws IOException {
    remove(handle, from, to);
    MapEditor changes = editor();
    long by = to - from;
    untilDone(
        handle,
        to,
        Geometry.maxLogicalBlocks(),
        true,
        start -> changes.shiftLeft(handle, start, by));
  }

  /**
   * Moves all from {@code from} on by {@code by} blocks and leaves a hole: FALLOC_FL_INSERT_RANGE.
   * Locks, handle and transactions: as {@link #collapse}.
   *
   * @throws IllegalArgumentException if blocks would leave the range of a file; nothing has changed
   * @throws org.ext4map.model.UnsupportedFeatureException if the file has block pointers
   */
  public void insertHole(JournalHandle handle, long from, long by) throws IOException {
    MapEditor changes = editor();
    untilDone(
        handle,
        Geometry.maxLogicalBlocks(),
        from,
        true,
        end -> changes.shiftRight(handle, from, end, by));
  }

  /**
   * Exchanges {@code count} blocks with another file: its blocks and their states come to this one,
   * and the other way round. Holes stay where they are: opposite to a hole there must be a hole.
   * Needs a transaction for each few extents; between them all before a certain block is exchanged
   * and nothing after it.
   *
   * <p>Locks: both inode locks are held exclusively. Takes both dataSems, by number.
   *
   * @param handle open, not nested, with {@link #creditsForExchange} credits
   * @throws org.ext4map.model.NoSpaceException if a node is needed and there is no block for it;
   *     what was exchanged so far stays
   * @throws org.ext4map.model.UnsupportedFeatureException if a file has block pointers
   */
  public void exchange(
      JournalHandle handle, long lblk, BlockMapper other, long otherLblk, long count)
      throws IOException {
    MapSwap swap = new MapSwap(this, lblk, other, otherLblk, count);
    RankedLock first = ino < other.ino ? dataSem : other.dataSem;
    RankedLock second = ino < other.ino ? other.dataSem : dataSem;
    for (boolean done = false; !done; ) {
      first.writeLock().lock();
      second.writeLock().lock();
      try {
        done = swap.run(handle);
      } finally {
        other.endChange();
        endChange();
      }
      if (!done) {
        handle.restart(creditsForExchange(other));
      }
    }
  }

  /** Credits with which {@link #exchange} begins. */
  public int creditsForExchange(BlockMapper other) throws IOException {
    int both = creditsForChange() + other.creditsForChange();
    return Math.min(both, editor().credits().mostCredits());
  }

  /** What the status cache knows, or else the tree. */
  private void query(long lblk, int len, Mapping out) throws IOException {
    if (!cache.lookup(lblk, len, out)) {
      queryTree(lblk, out);
      out.clip(len);
    } else if (recheck) {
      recheck(lblk);
    }
  }

  private static void requireRequest(long lblk, int len) {
    if (lblk < 0 || lblk >= Geometry.maxLogicalBlocks()) {
      throw new IllegalArgumentException("lblk=" + lblk + ", allowed 0 … 4294967294");
    }
    if (len < 1) {
      throw new IllegalArgumentException("len=" + len + ", allowed >= 1");
    }
  }

  /** The answer of the tree, mostly told to the cache on the way: ext4_map_query_blocks. */
  private void queryTree(long lblk, Mapping out) throws IOException {
    dataSem.readLock().lock();
    try {
      if (cache.wantsToLearn()) {
        learn(lblk, out);
      } else {
        tree.find(lblk, out, LeafSink.NONE);
        requireOwnable(out);
      }
    } finally {
      dataSem.readLock().unlock();
    }
  }

  private void learn(long lblk, Mapping out) throws IOException {
    LeafFiller filler = new LeafFiller(cache);
    tree.find(lblk, out, filler);
    requireOwnable(out);
    filler.fill();
    if (!filler.covers(lblk)) {
      cache.insert(lblk, out.length(), out.pblk(), out.state());
    }
  }

  /** What the tree says, checked; the caller holds dataSem exclusively. */
  void find(long lblk, Mapping out) throws IOException {
    assert dataSem.isWriteLockedByCurrentThread();
    tree.find(lblk, out, LeafSink.NONE);
    requireOwnable(out);
  }

  /** Block validity: check_block_validity. */
  private void requireOwnable(Mapping found) throws CorruptionException {
    if (found.state().isMapped() && !zones.allows(found.pblk(), found.length(), ino)) {
      throw CorruptionException.ofText(
          "mapping", "blocks", found.toString(), "blocks that the inode may own", "ino=" + ino);
    }
  }

  /**
   * Compares what the cache knows of {@code lblk} with the tree, state and place but not length:
   * ext4_map_blocks_es_recheck. Both are read under dataSem, so a conversion between the hit and
   * now is no false alarm.
   */
  private void recheck(long lblk) throws IOException {
    Mapping cached = new Mapping();
    Mapping found = new Mapping();
    dataSem.readLock().lock();
    try {
      if (!cache.lookup(lblk, cached)) {
        return; // evicted since
      }
      tree.find(lblk, found, LeafSink.NONE);
    } finally {
      dataSem.readLock().unlock();
    }
    if (cached.state() != found.state() || cached.pblk() != found.pblk()) {
      throw new AssertionError(
          "es_recheck: ino=" + ino + " cached " + shown(cached) + ", tree " + shown(found));
    }
  }

  private static String shown(Mapping mapping) {
    return mapping + " " + MapFlags.names(MapIntent.LOOKUP, mapping);
  }

  /**
   * Shows the entries of the tree in order, as {@link BlockTree#forEach}. dataSem is held shared
   * meanwhile: {@code visitor} may look at this map but not change it.
   */
  public void forEachExtent(long fromLblk, ExtentVisitor visitor) throws IOException {
    dataSem.readLock().lock();
    try {
      tree.forEach(fromLblk, visitor);
    } finally {
      dataSem.readLock().unlock();
    }
  }

  /** Shows the nodes of the tree top down; otherwise as {@link #forEachExtent}. */
  public void forEachNode(NodeVisitor visitor) throws IOException {
    dataSem.readLock().lock();
    try {
      tree.forEachNode(visitor);
    } finally {
      dataSem.readLock().unlock();
    }
  }

  /** Levels of the tree below its root. */
  public int depth() throws IOException {
    dataSem.readLock().lock();
    try {
      return tree.depth();
    } finally {
      dataSem.readLock().unlock();
    }
  }

  /** The same as it was a moment ago, without a lock once somebody has asked. */
  private int recentDepth() throws IOException {
    int depth = lastDepth;
    if (depth == UNKNOWN) {
      depth = depth();
      lastDepth = depth;
    }
    return depth;
  }
}
