package org.ext4map.dir;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.ext4map.inode.Inode;
import org.ext4map.inode.Layout;
import org.ext4map.inode.Volume;
import org.ext4map.model.Extent;
import org.ext4map.model.UnsupportedFeatureException;
import org.ext4map.ondisk.ExtentNode;
import org.ext4map.ondisk.FileType;
import org.ext4map.ondisk.Geometry;
import org.ext4map.ondisk.InodeRecord;
import org.ext4map.ondisk.LittleEndian;

/** One inode that fast commits change: its slot, its map in memory, and what it was before. */
final class EditedInode {
  private static final int SECTOR_BYTES = 512;

  private final Geometry geometry;
  private final long ino;
  private final InodeRecord slot;
  private final List<Long> oldNodes = new ArrayList<>();
  private final List<Extent> oldRuns;
  private ExtentRuns runs = new ExtentRuns();

  /** True if there is a map that a logged inode does not replace. */
  private boolean hasTree;

  private boolean mapChanged;
  private boolean fieldsChanged;

  /** Names that point here, counted from what the steps do; a directory has one. */
  private int names;

  private boolean lostName;

  /** The inode as the volume shows it; {@code before} is empty for a slot that was never used. */
  EditedInode(Volume volume, long ino, Optional<Inode> before) throws IOException {
    this.geometry = volume.geometry();
    this.ino = ino;
    ByteBuffer bytes = ByteBuffer.allocate(geometry.inodeSize());
    this.slot = new InodeRecord(geometry, bytes, 0);
    if (before.isPresent()) {
      Inode inode = before.get();
      bytes.put(0, inode.record().bytes(), inode.record().base(), geometry.inodeSize());
      names = slot.linksCount() > 0 ? 1 : 0;
      hasTree = LittleEndian.u16(bytes, InodeRecord.I_BLOCK) == ExtentNode.MAGIC;
      if (inode.layout() == Layout.EXTENTS || inode.layout() == Layout.INDIRECT) {
        loadMap(inode);
      }
    }
    this.oldRuns = runs.list();
  }

  private void loadMap(Inode inode) throws IOException {
    inode.forEachExtent(
        0,
        (lblk, length, pblk, state) -> {
          runs.append(new Extent(lblk, length, pblk, state));
          return true;
        });
    inode.forEachNode(
        node -> {
          node.pblk().ifPresent(oldNodes::add);
          return true;
        });
  }

  long ino() {
    return ino;
  }

  InodeRecord slot() {
    return slot;
  }

  ExtentRuns runs() {
    return runs;
  }

  boolean isDirectory() {
    return slot.type() == FileType.DIRECTORY;
  }

  int seed() {
    return geometry.inodeChecksumSeed(ino, slot.generation());
  }

  /** To be called before {@link #runs} is changed. */
  void changeMap() throws IOException {
    if (!slot.hasFlag(InodeRecord.EXTENTS_FL)) {
      throw new UnsupportedFeatureException(
          "fast_commit", "replaying a range of a file without extents", "ino=" + ino);
    }
    mapChanged = true;
  }

  /**
   * Takes over the fields of a logged inode: all but i_block, unless that is no extent tree:
   * ext4_fc_replay_inode.
   */
  void takeFields(byte[] raw) {
    int generation = slot.generation();
    boolean keepsMap = hasTree && !isDeleted();
    ByteBuffer logged = ByteBuffer.wrap(raw);
    int afterMap = InodeRecord.I_BLOCK + InodeRecord.I_BLOCK_BYTES;
    slot.bytes().put(0, logged, 0, InodeRecord.I_BLOCK);
    slot.bytes().put(afterMap, logged, afterMap, raw.length - afterMap);
    switch (Layout.of(geometry, slot)) {
      case EXTENTS -> {
        if (!keepsMap) {
          runs = new ExtentRuns();
        }
        mapChanged |= !keepsMap || generation != slot.generation();
        hasTree = true;
      }
      case INLINE, NONE ->
          slot.bytes()
              .put(InodeRecord.I_BLOCK, logged, InodeRecord.I_BLOCK, InodeRecord.I_BLOCK_BYTES);
      case INDIRECT -> {
        // its map was not logged; what stands there is the newest
      }
    }
    fieldsChanged = true;
    lostName = false;
  }

  void setLinks(int links) {
    slot.setLinksCount(links);
    fieldsChanged = true;
  }

  /** One more name; a directory's own links are counted at the end. */
  void addName() {
    names++;
    lostName = false;
    if (!isDirectory()) {
      setLinks(slot.linksCount() + 1);
    }
  }

  /** One name less. */
  void dropName() {
    names--;
    lostName = true;
    if (!isDirectory() && slot.linksCount() > 0) {
      setLinks(slot.linksCount() - 1);
    }
  }

  /** True if the last name went, and nothing came after it. */
  boolean isDeleted() {
    return lostName && (isDirectory() ? names <= 0 : slot.linksCount() == 0);
  }

  /** Gives all space back and leaves the slot as the kernel leaves a deleted one. */
  void delete(long dtime) {
    Layout layout = Layout.of(geometry, slot);
    if (layout == Layout.EXTENTS || layout == Layout.INDIRECT) {
      runs = new ExtentRuns();
      mapChanged = true;
    }
    if (layout == Layout.INDIRECT) {
      for (int i = 0; i < InodeRecord.I_BLOCK_BYTES / 4; i++) {
        slot.setBlockWord(i, 0);
      }
    }
    slot.setSectors(0);
    slot.setLinksCount(0);
    slot.setSize(0);
    slot.setDtime(dtime);
    fieldsChanged = true;
  }

  /** Frees all blocks that the map had, if it is not what it was. */
  void freeOld(SpaceMap space) throws IOException {
    if (mapChanged) {
      for (Extent run : oldRuns) {
        space.mark(run.pblk(), run.length(), false);
      }
      for (long node : oldNodes) {
        space.mark(node, 1, false);
      }
    }
  }

  /** Takes all blocks that the map has now. */
  void takeNew(SpaceMap space) throws IOException {
    if (mapChanged) {
      for (Extent run : runs.list()) {
        space.mark(run.pblk(), run.length(), true);
      }
    }
  }

  /** Builds the tree, if the map changed, and counts the blocks. */
  void settleMap(TreeBuilder.NodeStore store) throws IOException {
    if (!slot.hasFlag(InodeRecord.EXTENTS_FL) || !(mapChanged || fieldsChanged)) {
      return;
    }
    long nodes =
        mapChanged
            ? new TreeBuilder(geometry, seed(), store).build(runs.list(), slot)
            : oldNodes.size();
    long clusters = nodes + dataClusters() + (slot.fileAcl() == 0 ? 0 : 1);
    long clusterBytes = (long) geometry.clusterRatio() * geometry.blockSize();
    slot.setSectors(clusters * (clusterBytes / SECTOR_BYTES));
  }

  private long dataClusters() {
    long clusters = 0;
    long last = -1;
    for (Extent run : runs.list()) {
      long from = (run.pblk() - geometry.firstDataBlock()) / geometry.clusterRatio();
      long to =
          (run.pblk() + run.length() - 1 - geometry.firstDataBlock()) / geometry.clusterRatio();
      clusters += to - from + (from == last ? 0 : 1);
      last = to;
    }
    return clusters;
  }
}
