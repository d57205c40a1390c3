package org.ext4map.inode;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.ext4map.alloc.GroupTable;
import org.ext4map.alloc.SystemZones;
import org.ext4map.buffer.BufferCache;
import org.ext4map.device.BlockDevice;
import org.ext4map.model.CorruptionException;
import org.ext4map.ondisk.Geometry;
import org.ext4map.ondisk.InodeRecord;
import org.ext4map.ondisk.Superblock;
import org.ext4map.status.StatusBudget;
import org.ext4map.tree.TreeContext;

/**
 * What all inodes of one image share: the device, its shape, the caches. Threads: any; {@code
 * recent} is guarded by itself, a leaf lock under which nothing else is called.
 */
public final class Volume {
  /** Inodes kept for the next who asks; their mappings are the budget's. */
  private static final int RECENT_INODES = 1024;

  private final BlockDevice device;
  private final Superblock superblock;
  private final Geometry geometry;
  private final BufferCache buffers;
  private final GroupTable groups;
  private final SystemZones zones;
  private final TreeContext trees;
  private final InodeTable table;
  private final StatusBudget budget;

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
   * @param statusBytes how many mappings are
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
    this.budget = new StatusBudget(statusBytes);
    this.table = new InodeTable(geometry, groups, buffers);
  }

  /** The bytes. */
  public BlockDevice device() {
    return device;
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
    synchronized (recent) {
      Inode known = recent.get(ino);
      if (known != null) {
        return Optional.of(known);
      }
    }
    InodeRecord record = table.read(ino);
    if (record.isBlank()) {
      return Optional.empty();
    }
    Inode inode = new Inode(trees, budget, ino, record);
    synchronized (recent) {
      Inode first = recent.putIfAbsent(ino, inode);
      return Optional.of(first == null ? inode : first);
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
