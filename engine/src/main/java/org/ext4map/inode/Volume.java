package org.ext4map.inode;

import java.io.IOException;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.ext4map.alloc.BlockAllocator;
import org.ext4map.alloc.GroupTable;
import org.ext4map.alloc.SystemZones;
import org.ext4map.buffer.BufferCache;
import org.ext4map.device.BlockDevice;
import org.ext4map.dio.DirectVolume;
import org.ext4map.dio.Waiting;
import org.ext4map.journal.Journal;
import org.ext4map.journal.JournalHandle;
import org.ext4map.model.CorruptionException;
import org.ext4map.ondisk.Geometry;
import org.ext4map.ondisk.InodeRecord;
import org.ext4map.ondisk.Superblock;
import org.ext4map.status.StatusBudget;
import org.ext4map.tree.TreeContext;
import org.jspecify.annotations.Nullable;

/**
 * What all inodes of one image share: the device, its shape, the caches. Threads: any; {@code
 * recent} is guarded by itself, a leaf lock under which nothing else is called.
 */
public final class Volume implements DirectVolume {
  /** Inodes kept for the next who asks; each costs less than a kilobyte. */
  private static final int RECENT_INODES = 1024;

  private final BlockDevice device;
  private final Superblock superblock;
  private final Geometry geometry;
  private final BufferCache buffers;
  private final GroupTable groups;
  private final SystemZones zones;
  private final TreeContext trees;
  private final InodeTable table;

  private final StatusBudget statusBudget;

  private final ReentrantLock renames = new ReentrantLock();

  /** Set before the first inode is changed, by the thread that opens the image. */
  private volatile @Nullable WriteContext writeContext;

  /** How submitters wait for direct I/O; null to park. */
  private volatile @Nullable Waiting waiting;

  /**
   * All inodes in memory: for one number there is at most one object. Guarded by recent, as are
   * those collected.
   */
  private final Map<Long, Known> known = new HashMap<>();

  private final ReferenceQueue<Inode> collected = new ReferenceQueue<>();

  /** How often an inode was made or deleted. Guarded by recent. */
  private long comings;

  private static final class Known extends WeakReference<Inode> {
    final long ino;

    Known(Inode inode, ReferenceQueue<Inode> collected) {
      super(inode, collected);
      this.ino = inode.ino();
    }
  }

  /** Held strongly, for the next who asks. */
  private final Map<Long, Inode> recent =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, Inode> eldest) {
          return size() > RECENT_INODES;
        }
      };

  /**
   * The file system on {@code device}, whose group descriptors are read and checked.
   *
   * @param bufferBytes how much metadata is kept in memory
   * @param statusBytes how much of the maps is kept in memory
   * @throws CorruptionException if a group descriptor breaks a rule
   */
  public Volume(
      BlockDevice device,
      Superblock superblock,
      Geometry geometry,
      long bufferBytes,
      long statusBytes)
      throws IOException {
    this.device = device;
    this.superblock = superblock;
    this.geometry = geometry;
    this.buffers =
        new BufferCache(device, geometry.blockSize(), geometry.blocksCount(), bufferBytes);
    this.groups = GroupTable.load(geometry, buffers);
    this.zones = SystemZones.load(geometry, groups);
    this.trees = new TreeContext(geometry, buffers, zones);
    this.table = new InodeTable(geometry, groups, buffers);
    this.statusBudget = new StatusBudget(statusBytes);
  }

  /**
   * Makes the volume writable. Inodes that were asked for before stay as they were: nobody changes
   * the journal's.
   */
  public WriteContext openForWriting(Journal journal, BlockAllocator blocks, InstantSource clock)
      throws IOException {
    WriteContext context = new WriteContext(this, journal, blocks, clock);
    writeContext = context;
    return context;
  }

  /** True after {@link #openForWriting}. */
  @Override
  public boolean isWritable() {
    return writeContext != null;
  }

  /**
   * What changes share.
   *
   * @throws IllegalStateException if the volume is open for reading
   */
  public WriteContext writeContext() {
    WriteContext context = writeContext;
    if (context == null) {
      throw new IllegalStateException("the image is open for reading");
    }
    return context;
  }

  TreeContext trees() {
    return trees;
  }

  InodeTable table() {
    return table;
  }

  StatusBudget statusBudget() {
    return statusBudget;
  }

  /**
   * Held by the one who waits for a directory while it holds another: s_vfs_rename_mutex, and more.
   * Comes before inode locks.
   */
  public ReentrantLock renames() {
    return renames;
  }

  /** True if {@code ino} is the number of a file or directory, not one that is reserved. */
  public boolean isForUsers(long ino) {
    return ino >= geometry.firstIno() && ino <= geometry.inodesCount();
  }

  /** The bytes. */
  @Override
  public BlockDevice device() {
    return device;
  }

  @Override
  public int blockSize() {
    return geometry.blockSize();
  }

  @Override
  public long blocksForConversions() {
    return writeContext().blocks().blocksToGive();
  }

  @Override
  public void sync(long tid) throws IOException {
    writeContext().journal().sync(tid);
  }

  @Override
  public void abort(Throwable cause) {
    writeContext().journal().abort(cause);
  }

  @Override
  public synchronized void waitBy(Waiting other) {
    if (waiting != null) {
      throw new IllegalStateException("somebody else drives direct I/O on this image already");
    }
    waiting = other;
  }

  @Override
  public synchronized void waitByParking() {
    waiting = null;
  }

  @Nullable Waiting waiting() {
    return waiting;
  }

  /** The primary superblock as it was when the volume was opened. */
  public Superblock superblock() {
    return superblock;
  }

  /** Sizes and counts. */
  public Geometry geometry() {
    return geometry;
  }

  /** Metadata blocks. */
  public BufferCache buffers() {
    return buffers;
  }

  /** Group descriptors. */
  public GroupTable groups() {
    return groups;
  }

  /** Which blocks a file may own. */
  public SystemZones zones() {
    return zones;
  }

  /**
   * Inode {@code ino}; the same object for those who ask soon after each other. Empty if its slot
   * was never used.
   *
   * @throws CorruptionException if there is no such inode, or its slot breaks a rule
   */
  public Optional<Inode> find(long ino) throws IOException {
    while (true) { // the second time the slot is in memory, and reading it is short
      long seen;
      synchronized (recent) {
        seen = comings;
      }
      Inode inode = remembered(ino);
      if (inode != null) {
        return Optional.of(inode);
      }
      InodeRecord record = table.read(ino);
      if (record.isBlank()) {
        return Optional.empty();
      }
      inode = remember(new Inode(this, ino, record, Layout.of(geometry, record)), seen);
      if (inode != null) {
        return Optional.of(inode);
      }
    }
  }

  private @Nullable Inode remembered(long ino) {
    synchronized (recent) {
      Inode inode = recent.get(ino);
      if (inode != null) {
        return inode;
      }
      Known reference = known.get(ino);
      inode = reference == null ? null : reference.get();
      if (inode != null) {
        recent.put(ino, inode);
      }
      return inode;
    }
  }

  /**
   * The one object for this number: {@code inode}, or the one that another thread has made. Null if
   * inodes came or went meanwhile: the slot that was read may be somebody else's by now.
   */
  private @Nullable Inode remember(Inode inode, long seen) {
    synchronized (recent) {
      if (seen != comings) {
        return null;
      }
      for (Object dead = collected.poll(); dead != null; dead = collected.poll()) {
        known.remove(((Known) dead).ino, dead);
      }
      Known reference = known.get(inode.ino());
      Inode first = reference == null ? null : reference.get();
      Inode one = first == null ? inode : first;
      if (first == null) {
        known.put(inode.ino(), new Known(inode, collected));
      }
      recent.put(one.ino(), one);
      return one;
    }
  }

  /**
   * A new inode, locked exclusively: its slot is written under {@code handle}. It is known before
   * its slot says so: who reads the slot half made would make a second object of it.
   */
  Inode adopt(JournalHandle handle, long ino, InodeRecord record, Layout layout)
      throws IOException {
    Inode inode = new Inode(this, ino, record, layout);
    boolean locked = inode.lock().writeLock().tryLock();
    assert locked : "nobody else knows it";
    synchronized (recent) {
      comings++;
      known.put(ino, new Known(inode, collected));
      recent.put(ino, inode);
    }
    try {
      inode.bornUnder(handle);
    } catch (IOException | RuntimeException | Error e) {
      inode.markDeleted();
      drop(inode);
      inode.lock().writeLock().unlock();
      throw e;
    }
    return inode;
  }

  /** Forgets an inode that is deleted; its number may come back as another. */
  void drop(Inode inode) {
    synchronized (recent) {
      comings++;
      known.remove(inode.ino());
      recent.remove(inode.ino());
    }
  }

  /**
   * Inode {@code ino}, which something in the image points to; otherwise as {@link #find}.
   *
   * @throws CorruptionException also if its slot was never used
   */
  public Inode inode(long ino) throws IOException {
    Optional<Inode> inode = find(ino);
    if (inode.isEmpty()) {
      throw CorruptionException.ofText(
          "inode", "slot", "all zero", "an inode in use", "ino=" + ino);
    }
    return inode.get();
  }
}
