package org.ext4map.map;

import java.io.IOException;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.ext4map.alloc.SystemZones;
import org.ext4map.model.CorruptionException;
import org.ext4map.model.MapIntent;
import org.ext4map.model.Mapping;
import org.ext4map.ondisk.Geometry;
import org.ext4map.status.ExtentStatusCache;
import org.ext4map.tree.BlockTree;
import org.ext4map.tree.ExtentVisitor;
import org.ext4map.tree.LeafSink;
import org.ext4map.tree.NodeVisitor;

/**
 * The block map of one inode: its tree, what is cached of it, and dataSem, which keeps the two in
 * step. Thread-safe; all methods take dataSem themselves where they need it.
 */
public final class BlockMapper {
  /** {@code -Dext4map.esRecheck=true}: every mapper compares each cached answer with its tree. */
  private static final boolean RECHECK_ALL = Boolean.getBoolean("ext4map.esRecheck");

  private final long ino;
  private final BlockTree tree;
  private final SystemZones zones;
  private final ExtentStatusCache cache;
  private final boolean recheck;
  private final ReentrantReadWriteLock dataSem = new ReentrantReadWriteLock();

  /**
   * A mapper; reads nothing yet.
   *
   * @param ino the inode whose blocks these are
   * @param tree its tree, from now on only reached through this object
   * @param zones which blocks the inode may own
   * @param cache an empty cache, from now on only reached through this object
   */
  public BlockMapper(long ino, BlockTree tree, SystemZones zones, ExtentStatusCache cache) {
    this(ino, tree, zones, cache, RECHECK_ALL);
  }

  /** With {@code recheck}, each cached answer is compared with the tree: es_recheck. */
  BlockMapper(
      long ino, BlockTree tree, SystemZones zones, ExtentStatusCache cache, boolean recheck) {
    this.ino = ino;
    this.tree = tree;
    this.zones = zones;
    this.cache = cache;
    this.recheck = recheck;
  }

  /**
   * Maps the run of file blocks that starts at {@code lblk}: ext4_map_blocks (Linux
   * fs/ext4/inode.c).
   *
   * <p>Shape: answers one run, 1 … len blocks in one state, never across the edge of an extent or
   * hole; it may end before that edge, so callers loop. Units: file-system blocks. Locks: takes
   * dataSem itself, shared, if the status cache does not know; a cached answer takes no lock and
   * allocates nothing.
   *
   * @param intent {@link MapIntent#LOOKUP}; the others change the tree and need a journal handle
   * @param lblk 0 … 2^32−2
   * @param len blocks wanted, at least 1
   * @return blocks that are allocated, {@code out.length()}; 0 for a hole, whose length is {@code
   *     out.length()}
   * @throws CorruptionException if the tree breaks a rule of the format
   */
  public int mapBlocks(MapIntent intent, long lblk, int len, Mapping out) throws IOException {
    requireRequest(intent, lblk, len);
    if (!cache.lookup(lblk, out)) {
      queryTree(lblk, out);
    } else if (recheck) {
      recheck(lblk);
    }
    out.clip(len);
    return out.state().isMapped() ? out.length() : 0;
  }

  private static void requireRequest(MapIntent intent, long lblk, int len) {
    if (intent.mayModify()) {
      throw new IllegalArgumentException("intent " + intent + " needs a journal handle");
    }
    if (lblk < 0 || lblk >= Geometry.maxLogicalBlocks()) {
      throw new IllegalArgumentException("lblk=" + lblk + ", allowed 0 … 4294967294");
    }
    if (len < 1) {
      throw new IllegalArgumentException("len=" + len + ", allowed >= 1");
    }
  }

  /** The answer of the tree, and the cache filled on the way: ext4_map_query_blocks. */
  private void queryTree(long lblk, Mapping out) throws IOException {
    dataSem.readLock().lock();
    try {
      LeafFiller filler = new LeafFiller(cache);
      tree.find(lblk, out, filler);
      requireOwnable(out);
      filler.fill();
      if (!filler.covers(lblk)) {
        cache.insert(lblk, out.length(), out.pblk(), out.state());
      }
    } finally {
      dataSem.readLock().unlock();
    }
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
}
