package org.ext4map.dir;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.OptionalLong;
import org.ext4map.inode.Volume;
import org.ext4map.model.CorruptionException;
import org.ext4map.model.Extent;
import org.ext4map.model.ExtentState;
import org.ext4map.model.FileName;
import org.ext4map.model.UnsupportedFeatureException;
import org.ext4map.ondisk.DirBlock;
import org.ext4map.ondisk.DirEntry;
import org.ext4map.ondisk.Feature;
import org.ext4map.ondisk.FileType;
import org.ext4map.ondisk.Geometry;
import org.ext4map.ondisk.HashTreeNode;
import org.ext4map.ondisk.InodeRecord;

/**
 * Changes the names of one directory in place, for the replay of fast commits. A name goes into the
 * hashed leaf where it belongs; if that is full, the directory becomes linear: its index blocks
 * turn into empty ones and INDEX_FL is cleared, which is as valid.
 */
final class ReplayedDirectory {
  private static final FileName DOT = FileName.of(".");
  private static final FileName DOT_DOT = FileName.of("..");

  private final Volume volume;
  private final Geometry geometry;
  private final EditedInode directory;
  private final SpaceMap space;
  private final VisitLimit visits;

  /** Linear insertion starts here; the blocks before were found too full. */
  private long firstWithRoom;

  /** Bounds the work of one replay. */
  static final class VisitLimit {
    private static final int MOST_VISITS = 1 << 20;
    private int visits;

    void count() throws UnsupportedFeatureException {
      visits++;
      if (visits > MOST_VISITS) {
        throw new UnsupportedFeatureException(
            "fast_commit",
            "replaying steps that look at more than " + MOST_VISITS + " directory blocks",
            "journal");
      }
    }
  }

  /** One block of the directory in memory. */
  private record Block(long lblk, long pblk, DirBlock entries, ByteBuffer bytes) {}

  ReplayedDirectory(Volume volume, EditedInode directory, SpaceMap space, VisitLimit visits)
      throws IOException {
    this.volume = volume;
    this.geometry = volume.geometry();
    this.directory = directory;
    this.space = space;
    this.visits = visits;
    InodeRecord slot = directory.slot();
    if (!directory.isDirectory()) {
      throw CorruptionException.ofText(
          "fast commit", "parent", slot.type().toString(), "a directory", place());
    }
    if (slot.hasFlag(InodeRecord.INLINE_DATA_FL)) {
      throw new UnsupportedFeatureException(
          "inline_data", "replaying fast commits of an inline directory", place());
    }
    if (slot.hasFlag(InodeRecord.ENCRYPT_FL)) {
      throw new UnsupportedFeatureException(
          "encrypt", "replaying fast commits of an encrypted directory", place());
    }
  }

  private String place() {
    return "ino=" + directory.ino();
  }

  /** Makes the first block of a new directory: ext4_init_new_dir. */
  void initialise(long parent) throws IOException {
    if (directory.runs().pblkOf(0) != 0) {
      return; // the step was replayed before, and the block got home
    }
    directory.slot().setSize(0);
    Block first = append();
    int dotBytes = DirBlock.entryBytes(DOT.length());
    first.entries.setEntry(0, directory.ino(), dotBytes, FileType.DIRECTORY, DOT);
    int rest = first.entries.end() - dotBytes;
    first.entries.setEntry(dotBytes, parent, rest, FileType.DIRECTORY, DOT_DOT);
    write(first);
  }

  /** The inode that {@code name} points to. */
  Optional<DirEntry> find(FileName name) throws IOException {
    Optional<Block> block = blockOf(name);
    if (block.isEmpty()) {
      return Optional.empty();
    }
    DirBlock entries = block.get().entries;
    return Optional.of(entries.entry(offsetOf(entries, name).orElseThrow(AssertionError::new)));
  }

  private Optional<Block> blockOf(FileName name) throws IOException {
    if (isSearchable()) {
      OptionalLong leaf = lookup().leafOf(name);
      return leaf.isPresent() ? Optional.of(read(leaf.getAsLong())) : Optional.empty();
    }
    for (long lblk = 0; lblk < blocks(); lblk++) {
      Block block = read(lblk);
      if (!isIndex(block) && offsetOf(block.entries, name).isPresent()) {
        return Optional.of(block);
      }
    }
    return Optional.empty();
  }

  private HashedLookup lookup() throws IOException {
    visits.count();
    return new HashedLookup(new Directory(volume, volume.inode(directory.ino())).blocks());
  }

  /** Adds a name that is not there yet. */
  void insert(FileName name, long ino, FileType type) throws IOException {
    if (isHashed()) {
      if (isSearchable()) {
        Block leaf = read(lookup().firstLeafFor(name));
        if (putInto(leaf, name, ino, type)) {
          return;
        }
      }
      makeLinear();
    }
    for (; firstWithRoom < blocks(); firstWithRoom++) {
      if (putInto(read(firstWithRoom), name, ino, type)) {
        return;
      }
    }
    if (!putInto(append(), name, ino, type)) {
      throw new AssertionError("an empty block has no room for " + name);
    }
  }

  private boolean putInto(Block block, FileName name, long ino, FileType type) throws IOException {
    DirBlock entries = block.entries;
    int need = DirBlock.entryBytes(name.length());
    for (int at = 0; at < entries.end(); at += entries.recordLength(at)) {
      entries.verifyEntry(at, place());
      int used = entries.inode(at) == 0 ? 0 : DirBlock.entryBytes(entries.nameLength(at));
      int room = entries.recordLength(at) - used;
      if (room >= need) {
        if (used > 0) {
          entries.setRecordLength(at, used);
        }
        entries.setEntry(at + used, ino, room, type, name);
        write(block);
        return true;
      }
    }
    return false;
  }

  /** Takes away a name that is there. */
  void remove(FileName name) throws IOException {
    Block block = blockOf(name).orElseThrow(AssertionError::new);
    DirBlock entries = block.entries;
    int before = -1;
    int at = 0;
    while (!entries.matches(at, name)) {
      before = at;
      at += entries.recordLength(at);
    }
    if (before >= 0) {
      int joined = entries.recordLength(before) + entries.recordLength(at);
      entries.setRecordLength(before, joined);
    }
    entries.setInode(at, 0);
    write(block);
  }

  private Optional<Integer> offsetOf(DirBlock entries, FileName name) throws IOException {
    for (int at = 0; at < entries.end(); at += entries.recordLength(at)) {
      entries.verifyEntry(at, place());
      if (entries.matches(at, name)) {
        return Optional.of(at);
      }
    }
    return Optional.empty();
  }

  /** How many directories the directory holds, itself and its parent not counted. */
  int countDirectories(TypeOf typeOf) throws IOException {
    int count = 0;
    for (long lblk = 0; lblk < blocks(); lblk++) {
      Block block = read(lblk);
      if (isIndex(block)) {
        continue;
      }
      DirBlock entries = block.entries;
      for (int at = 0; at < entries.end(); at += entries.recordLength(at)) {
        entries.verifyEntry(at, place());
        if (entries.inode(at) != 0 && !entries.name(at).isDots()) {
          count += typeOf.entry(entries.entry(at)) == FileType.DIRECTORY ? 1 : 0;
        }
      }
    }
    return count;
  }

  /** The type of what an entry names. */
  @FunctionalInterface
  interface TypeOf {
    FileType entry(DirEntry entry) throws IOException;
  }

  private boolean isHashed() {
    return geometry.has(Feature.DIR_INDEX) && directory.slot().hasFlag(InodeRecord.INDEX_FL);
  }

  /** True if names can be found by hash; those of case-folding directories hash otherwise. */
  private boolean isSearchable() {
    return isHashed() && !directory.slot().hasFlag(InodeRecord.CASEFOLD_FL);
  }

  private boolean isIndex(Block block) {
    return isHashed() && (block.lblk == 0 || HashTreeNode.looksLikeNode(geometry, block.bytes));
  }

  private void makeLinear() throws IOException {
    for (long lblk = 0; lblk < blocks(); lblk++) {
      Block block = read(lblk);
      if (!isIndex(block)) {
        continue;
      }
      int dotBytes = DirBlock.entryBytes(DOT.length());
      long parent = lblk == 0 ? block.entries.inode(dotBytes) : 0;
      block.entries.format();
      if (lblk == 0) {
        int rest = block.entries.end() - dotBytes;
        block.entries.setEntry(0, directory.ino(), dotBytes, FileType.DIRECTORY, DOT);
        block.entries.setEntry(dotBytes, parent, rest, FileType.DIRECTORY, DOT_DOT);
      }
      write(block);
    }
    directory.slot().setFlags(directory.slot().flags() & ~InodeRecord.INDEX_FL);
  }

  private long blocks() throws CorruptionException {
    long size = directory.slot().size();
    if (size % geometry.blockSize() != 0 || size / geometry.blockSize() > geometry.blocksCount()) {
      throw CorruptionException.of(
          "directory", "i_size", size, "a multiple of " + geometry.blockSize(), place());
    }
    return size / geometry.blockSize();
  }

  private Block read(long lblk) throws IOException {
    visits.count();
    long pblk = directory.runs().pblkOf(lblk);
    String where = place() + " dir_lblk=" + lblk;
    if (pblk == 0) {
      throw CorruptionException.ofText("directory", "mapping", "hole", "written blocks", where);
    }
    ByteBuffer bytes = ByteBuffer.allocate(geometry.blockSize());
    volume.device().read(pblk * geometry.blockSize(), bytes);
    Block block = new Block(lblk, pblk, DirBlock.ofBlock(geometry, bytes.clear(), 0), bytes);
    if (!isIndex(block)) {
      block.entries.verifyChecksum(directory.seed(), where);
    } else if (lblk == 0 || geometry.hasMetadataChecksums()) {
      new HashTreeNode(geometry, bytes, lblk == 0).verify(directory.seed(), where);
    }
    return block;
  }

  /** One more block, empty. */
  private Block append() throws IOException {
    directory.changeMap();
    long lblk = blocks();
    boolean inCluster = lblk % geometry.clusterRatio() != 0;
    long before = inCluster ? directory.runs().pblkOf(lblk - 1) : 0;
    long pblk = before != 0 ? before + 1 : space.allocate(geometry.groupOfInode(directory.ino()));
    directory.runs().put(new Extent(lblk, 1, pblk, ExtentState.WRITTEN));
    directory.slot().setSize((lblk + 1) * geometry.blockSize());
    ByteBuffer bytes = ByteBuffer.allocate(geometry.blockSize());
    Block block = new Block(lblk, pblk, DirBlock.ofBlock(geometry, bytes, 0), bytes);
    block.entries.format();
    return block;
  }

  private void write(Block block) throws IOException {
    block.entries.updateChecksum(directory.seed());
    volume.device().write(block.pblk * geometry.blockSize(), block.bytes.clear());
    volume.buffers().invalidate(block.pblk, 1);
  }
}
