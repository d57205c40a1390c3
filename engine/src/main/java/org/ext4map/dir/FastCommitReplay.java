package org.ext4map.dir;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.ext4map.inode.Inode;
import org.ext4map.inode.Volume;
import org.ext4map.journal.FastCommitOperation;
import org.ext4map.model.CorruptionException;
import org.ext4map.model.Extent;
import org.ext4map.model.ExtentState;
import org.ext4map.model.FileName;
import org.ext4map.model.UnsupportedFeatureException;
import org.ext4map.ondisk.DirEntry;
import org.ext4map.ondisk.FileType;
import org.ext4map.ondisk.Geometry;
import org.ext4map.ondisk.InodeRecord;
import org.ext4map.ondisk.XattrArea;
import org.ext4map.ondisk.XattrEntry;

/**
 * What fsync promised between two full commits, applied step by step to the blocks of the image or
 * of an overlay (Linux fs/ext4/fast_commit.c, the replay half).
 *
 * <pre>
 *   steps  INODE 14 | ADD_RANGE 14 0-3:W@900 | CREAT 14 in 2 "new" | UNLINK 13 in 2 "old" | ...
 *            |            |                       |
 *          slot         runs                  directory blocks, at once
 *            \____________|_______________________|
 *                         v
 *   end:   old blocks freed, new ones taken, trees built anew, slots, bitmaps, counters stored
 * </pre>
 *
 * <p>Three things differ from Linux on purpose; e2fsck corrects all of them after Linux: the link
 * counts of a directory made in a fast commit and of its parent are right, the blocks of such a
 * directory are counted, and so is a block of attributes. Times stay as they were logged.
 */
public final class FastCommitReplay {
  private static final String NAME = "fast commit";
  private static final int MAX_LINKS = 65000;

  private final Volume volume;
  private final Geometry geometry;
  private final SpaceMap space;
  private final ReplayedDirectory.VisitLimit visits = new ReplayedDirectory.VisitLimit();
  private final Map<Long, EditedInode> edited = new TreeMap<>();
  private final Map<Long, ReplayedDirectory> directories = new HashMap<>();

  /** Directories that got or lost a directory. */
  private final Map<Long, ReplayedDirectory> toRecount = new LinkedHashMap<>();

  private FastCommitReplay(Volume volume, ExtentRuns promised) {
    this.volume = volume;
    this.geometry = volume.geometry();
    this.space = new SpaceMap(volume, promised);
  }

  /**
   * Applies {@code steps} to the device of {@code volume}. One thread; the volume is used for
   * nothing else meanwhile and is stale afterwards: the caller makes a new one.
   *
   * @throws CorruptionException if a step or what it touches breaks a rule; the device may hold
   *     some of the steps, and applying all of them again is right
   * @throws UnsupportedFeatureException if a step concerns an inline or encrypted directory, a file
   *     without extents, or the end of a file whose attributes have inodes of their own
   * @throws org.ext4map.model.NoSpaceException if a tree or a directory needs a block and there is
   *     none
   */
  public static void apply(Volume volume, List<FastCommitOperation> steps) throws IOException {
    FastCommitReplay replay = new FastCommitReplay(volume, promisedBy(volume, steps));
    for (FastCommitOperation step : steps) {
      replay.applyOne(step);
    }
    replay.finish();
  }

  /** The physical ranges that steps map, which must not be given to others meanwhile. */
  private static ExtentRuns promisedBy(Volume volume, List<FastCommitOperation> steps)
      throws CorruptionException {
    ExtentRuns promised = new ExtentRuns();
    for (FastCommitOperation step : steps) {
      if (step instanceof FastCommitOperation.AddRange add) {
        Extent extent = add.extent();
        requireInode(volume.geometry(), add.ino());
        if (extent.end() > Geometry.maxLogicalBlocks()
            || !volume.zones().allows(extent.pblk(), extent.length(), add.ino())) {
          throw CorruptionException.ofText(
              NAME, "range", extent.toString(), "data blocks of a file", "ino=" + add.ino());
        }
        promised.put(
            new Extent(extent.pblk(), extent.length(), extent.pblk(), ExtentState.WRITTEN));
      }
    }
    return promised;
  }

  private static void requireInode(Geometry geometry, long ino) throws CorruptionException {
    boolean isRoot = ino == PathResolver.ROOT_INO;
    if (!isRoot && (ino < geometry.firstIno() || ino > geometry.inodesCount())) {
      String allowed = geometry.firstIno() + " … " + geometry.inodesCount();
      throw CorruptionException.of(NAME, "inode", ino, allowed, "journal");
    }
  }

  private void applyOne(FastCommitOperation step) throws IOException {
    requireInode(geometry, step.ino());
    if (step instanceof FastCommitOperation.Inode inode) {
      replayInode(inode);
    } else if (step instanceof FastCommitOperation.Name name) {
      replayName(name);
    } else if (inUse(step.ino()).isPresent()) {
      EditedInode file = edit(step.ino());
      file.changeMap();
      if (step instanceof FastCommitOperation.AddRange add) {
        file.runs().put(add.extent());
      } else if (step instanceof FastCommitOperation.DeleteRange delete) {
        file.runs().remove(delete.lblk(), delete.lblk() + delete.length());
      }
    }
  }

  private void replayInode(FastCommitOperation.Inode step) throws IOException {
    EditedInode inode = edit(step.ino());
    inode.takeFields(step.raw());
    space.markInode(step.ino(), true, inode.isDirectory());
  }

  private void replayName(FastCommitOperation.Name step) throws IOException {
    requireInode(geometry, step.parent());
    Optional<EditedInode> child = inUse(step.ino());
    Optional<EditedInode> parent = inUse(step.parent());
    if (child.isEmpty() || parent.isEmpty()) {
      return; // as Linux: what is not there any more was removed by a later step of this run
    }
    ReplayedDirectory directory = directory(parent.get());
    if (child.get().isDirectory()) {
      toRecount.put(step.parent(), directory);
    }
    FileName name = nameOf(step);
    switch (step.change()) {
      case CREATE -> create(step, child.get(), directory, name);
      case LINK -> link(child.get(), directory, name);
      case UNLINK -> unlink(child.get(), directory, name);
    }
  }

  private static FileName nameOf(FastCommitOperation.Name step) throws CorruptionException {
    FileName name = FileName.of(step.name());
    boolean usable = !name.isDots();
    for (int i = 0; i < name.length(); i++) {
      usable &= name.byteAt(i) != 0 && name.byteAt(i) != '/';
    }
    if (!usable) {
      throw CorruptionException.ofText(
          NAME, "name", name.toString(), "neither dots, 0 nor '/'", "parent=" + step.parent());
    }
    return name;
  }

  private void create(
      FastCommitOperation.Name step, EditedInode child, ReplayedDirectory directory, FileName name)
      throws IOException {
    space.markInode(child.ino(), true, child.isDirectory());
    if (child.isDirectory()) {
      ReplayedDirectory made = directory(child);
      made.initialise(step.parent());
      toRecount.put(child.ino(), made);
    }
    link(child, directory, name);
    if (!child.isDirectory()) {
      child.setLinks(1);
    }
  }

  private void link(EditedInode child, ReplayedDirectory directory, FileName name)
      throws IOException {
    if (directory.find(name).isEmpty()) {
      directory.insert(name, child.ino(), child.slot().type());
      child.addName();
    }
  }

  /** A name that points elsewhere by now stays; the inode lost it all the same. */
  private void unlink(EditedInode child, ReplayedDirectory directory, FileName name)
      throws IOException {
    Optional<DirEntry> entry = directory.find(name);
    if (entry.isPresent()) {
      if (entry.get().ino() == child.ino()) {
        directory.remove(name);
      }
      child.dropName();
    }
  }

  /** The inode for changing; a blank one if its slot was never used. */
  private EditedInode edit(long ino) throws IOException {
    EditedInode known = edited.get(ino);
    if (known == null) {
      known = new EditedInode(volume, ino, volume.find(ino));
      edited.put(ino, known);
    }
    return known;
  }

  private Optional<EditedInode> inUse(long ino) throws IOException {
    EditedInode known = edited.get(ino);
    if (known == null) {
      Optional<Inode> found = volume.find(ino);
      if (found.isEmpty() || found.get().record().linksCount() == 0) {
        return Optional.empty();
      }
    }
    EditedInode inode = edit(ino);
    return inode.isDeleted() ? Optional.empty() : Optional.of(inode);
  }

  private ReplayedDirectory directory(EditedInode inode) throws IOException {
    ReplayedDirectory known = directories.get(inode.ino());
    if (known == null) {
      known = new ReplayedDirectory(volume, inode, space, visits);
      directories.put(inode.ino(), known);
    }
    return known;
  }

  private void finish() throws IOException {
    recountLinks();
    for (EditedInode inode : edited.values()) {
      if (inode.isDeleted()) {
        delete(inode);
      }
      inode.freeOld(space);
    }
    for (EditedInode inode : edited.values()) {
      inode.takeNew(space);
    }
    for (EditedInode inode : edited.values()) {
      inode.settleMap(new Nodes(geometry.groupOfInode(inode.ino())));
      store(inode);
    }
    space.store();
    volume.device().flush();
  }

  private void recountLinks() throws IOException {
    for (Map.Entry<Long, ReplayedDirectory> entry : toRecount.entrySet()) {
      EditedInode directory = edit(entry.getKey());
      if (!directory.isDeleted()) {
        int links = 2 + entry.getValue().countDirectories(this::typeOf);
        directory.setLinks(links > MAX_LINKS ? 1 : links);
      }
    }
  }

  private FileType typeOf(DirEntry entry) throws IOException {
    if (entry.type() != FileType.UNKNOWN) {
      return entry.type();
    }
    EditedInode known = edited.get(entry.ino());
    return known == null ? volume.inode(entry.ino()).type() : known.slot().type();
  }

  /** Time is the caller's; the time of the last write is the best that the image knows. */
  private void delete(EditedInode inode) throws IOException {
    InodeRecord slot = inode.slot();
    String place = "ino=" + inode.ino();
    XattrArea inSlot = XattrArea.ofInode(geometry, slot);
    if (inSlot.isPresent()) {
      refuseValueInodes(inSlot, place);
    }
    if (slot.fileAcl() != 0) {
      releaseAttributes(slot.fileAcl(), place + " pblk=" + slot.fileAcl());
      slot.setFileAcl(0);
    }
    boolean wasDirectory = inode.isDirectory();
    inode.delete(Math.max(1, volume.superblock().writeTime()));
    space.markInode(inode.ino(), false, wasDirectory);
  }

  /** Gives one share of a block of attributes back: ext4_xattr_release_block. */
  private void releaseAttributes(long pblk, String place) throws IOException {
    if (!volume.zones().allows(pblk, 1, 0)) {
      throw CorruptionException.of("inode", "i_file_acl", pblk, "a data block", place);
    }
    ByteBuffer bytes = ByteBuffer.allocate(geometry.blockSize());
    volume.device().read(pblk * geometry.blockSize(), bytes);
    XattrArea area = XattrArea.ofBlock(geometry, bytes.clear());
    area.verifyBlock(pblk, place);
    refuseValueInodes(area, place);
    if (area.refcount() > 1) {
      area.setRefcount(area.refcount() - 1, pblk);
      volume.device().write(pblk * geometry.blockSize(), bytes.clear());
    } else {
      space.mark(pblk, 1, false);
    }
  }

  private static void refuseValueInodes(XattrArea area, String place) throws IOException {
    for (XattrEntry entry : area.entries(place)) {
      if (entry.valueInode() != 0) {
        throw new UnsupportedFeatureException(
            "ea_inode", "deleting a file with large attributes in a fast commit", place);
      }
    }
  }

  private final class Nodes implements TreeBuilder.NodeStore {
    private final long group;

    Nodes(long group) {
      this.group = group;
    }

    @Override
    public long allocate() throws IOException {
      return space.allocate(group);
    }

    @Override
    public void write(long pblk, ByteBuffer block) throws IOException {
      volume.device().write(pblk * geometry.blockSize(), block);
    }
  }

  private void store(EditedInode inode) throws IOException {
    InodeRecord slot = inode.slot();
    slot.updateChecksum(inode.ino());
    long table = volume.groups().descriptor(geometry.groupOfInode(inode.ino())).inodeTable();
    long offset =
        table * geometry.blockSize() + geometry.indexInGroup(inode.ino()) * geometry.inodeSize();
    volume.device().write(offset, slot.bytes().duplicate().clear());
  }
}
