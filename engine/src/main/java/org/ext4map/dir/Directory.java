package org.ext4map.dir;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.ext4map.buffer.MetaBlock;
import org.ext4map.inode.InlineData;
import org.ext4map.inode.Inode;
import org.ext4map.inode.Layout;
import org.ext4map.inode.Volume;
import org.ext4map.model.CorruptionException;
import org.ext4map.model.ExtentState;
import org.ext4map.model.FileName;
import org.ext4map.model.Mapping;
import org.ext4map.ondisk.DirBlock;
import org.ext4map.ondisk.DirEntry;
import org.ext4map.ondisk.Feature;
import org.ext4map.ondisk.FileType;
import org.ext4map.ondisk.Geometry;
import org.ext4map.ondisk.HashTreeNode;
import org.ext4map.ondisk.InodeRecord;

/** The entries of one directory (Linux fs/ext4/namei.c, dir.c, inline.c). Threads: any. */
public final class Directory {
  private static final char VERIFIED_LEAF = 'd';
  private static final char VERIFIED_NODE = 'h';
  private static final char VERIFIED_ROOT = 'r';
  private static final int PARENT_BYTES = 4;

  /** Where ".." stands in the first block of a hashed directory. */
  private static final int DOT_DOT = 12;

  private final Volume volume;
  private final Geometry geometry;
  private final Inode inode;
  private final boolean namesAreCiphertext;

  /** Where a run of entries stands; becomes text only in a message. */
  private record Place(long ino, String part, long number) {
    @Override
    public String toString() {
      return "ino=" + ino + " " + part + "=" + number;
    }
  }

  /**
   * A directory.
   *
   * @throws CorruptionException if its size is none that a directory can have
   */
  public Directory(Volume volume, Inode inode) throws CorruptionException {
    if (inode.type() != FileType.DIRECTORY) {
      throw new IllegalArgumentException("inode " + inode.ino() + " is a " + inode.type());
    }
    this.volume = volume;
    this.geometry = volume.geometry();
    this.inode = inode;
    this.namesAreCiphertext = inode.record().hasFlag(InodeRecord.ENCRYPT_FL);
    if (inode.layout() != Layout.INLINE) {
      requireSaneSize();
    }
  }

  /** Each block of a directory is a block of its own, so the image bounds the size. */
  private void requireSaneSize() throws CorruptionException {
    long most = Math.min(geometry.blocksCount(), inode.maxBlocks()) * geometry.blockSize();
    if (inode.size() > most || inode.size() % geometry.blockSize() != 0) {
      throw CorruptionException.of(
          "directory",
          "i_size",
          inode.size(),
          "a multiple of " + geometry.blockSize() + ", <= " + most,
          "ino=" + inode.ino());
    }
  }

  /**
   * Shows all entries in use, {@code .} and {@code ..} included, in the order they are stored,
   * until {@code visitor} answers false. Memory: one block.
   *
   * @throws CorruptionException if a block breaks a rule; entries before it have been shown
   */
  public void forEach(EntryVisitor visitor) throws IOException {
    if (inode.layout() == Layout.INLINE) {
      forEachInline(visitor);
      return;
    }
    for (long lblk = 0; lblk < blocks(); lblk++) {
      ByteBuffer bytes = readBlock(lblk);
      Place place = place(lblk);
      boolean goOn =
          isIndexBlock(lblk, bytes)
              ? lblk > 0 || visitDots(bytes, place, visitor)
              : visitRun(DirBlock.ofBlock(geometry, bytes, 0), place, visitor);
      if (!goOn) {
        return;
      }
    }
  }

  /**
   * The entry with this very name, bytes compared: by hash in a hashed directory, else by looking
   * at all. In case-folding directories too the bytes must be the same.
   *
   * @throws CorruptionException if a block on the way breaks a rule
   */
  public Optional<DirEntry> find(FileName name) throws IOException {
    if (isHashed() && !name.isDots() && !inode.record().hasFlag(InodeRecord.CASEFOLD_FL)) {
      return new HashedLookup(volume, this).find(name);
    }
    Finder finder = new Finder(name);
    forEach(finder);
    return finder.found;
  }

  private static final class Finder implements EntryVisitor {
    private final FileName name;
    private Optional<DirEntry> found = Optional.empty();

    Finder(FileName name) {
      this.name = name;
    }

    @Override
    public boolean visit(DirEntry entry) {
      if (entry.name().equals(name)) {
        found = Optional.of(entry);
      }
      return found.isEmpty();
    }
  }

  /** True if block 0 is the root of an htree: is_dx. */
  boolean isHashed() {
    return inode.layout() != Layout.INLINE
        && geometry.has(Feature.DIR_INDEX)
        && inode.record().hasFlag(InodeRecord.INDEX_FL);
  }

  Inode inode() {
    return inode;
  }

  /** Blocks of the directory; not of an inline one. */
  long blocks() {
    return inode.size() / geometry.blockSize();
  }

  private Place place(long lblk) {
    return new Place(inode.ino(), "dir_lblk", lblk);
  }

  private boolean isIndexBlock(long lblk, ByteBuffer bytes) {
    return isHashed() && (lblk == 0 || HashTreeNode.looksLikeNode(geometry, bytes));
  }

  /** Block {@code lblk}, its checksum checked according to what it is. */
  private ByteBuffer readBlock(long lblk) throws IOException {
    MetaBlock block = load(lblk);
    if (isIndexBlock(lblk, block.bytes()) && mustBeIndex(lblk)) {
      verifyIndex(block, lblk);
    } else {
      verifyLeaf(block, lblk);
    }
    return block.bytes();
  }

  /** Without checksums an empty leaf looks like an index node, and may be one or the other. */
  private boolean mustBeIndex(long lblk) {
    return lblk == 0 || geometry.hasMetadataChecksums();
  }

  /** An index block for a lookup by hash. */
  HashTreeNode readIndex(long lblk) throws IOException {
    MetaBlock block = load(lblk);
    verifyIndex(block, lblk);
    return new HashTreeNode(geometry, block.bytes(), lblk == 0);
  }

  /** A leaf for a lookup by hash. */
  DirBlock readLeaf(long lblk) throws IOException {
    MetaBlock block = load(lblk);
    verifyLeaf(block, lblk);
    return DirBlock.ofBlock(geometry, block.bytes(), 0);
  }

  private MetaBlock load(long lblk) throws IOException {
    if (lblk >= blocks()) {
      throw CorruptionException.of(
          "htree node", "block", lblk, "< " + blocks(), "ino=" + inode.ino());
    }
    Mapping mapping = new Mapping();
    inode.map(lblk, 1, mapping);
    if (mapping.state() != ExtentState.WRITTEN) {
      throw CorruptionException.ofText(
          "directory",
          "mapping",
          mapping.toString(),
          "written blocks, no holes",
          place(lblk).toString());
    }
    return volume.buffers().read(mapping.pblk());
  }

  private void verifyIndex(MetaBlock block, long lblk) throws CorruptionException {
    char kind = lblk == 0 ? VERIFIED_ROOT : VERIFIED_NODE;
    long tag = MetaBlock.tag(kind, inode.ino(), inode.generation());
    if (block.verifiedAs() != tag) {
      new HashTreeNode(geometry, block.bytes(), lblk == 0)
          .verify(inode.checksumSeed(), place(lblk));
      block.markVerified(tag);
    }
  }

  private void verifyLeaf(MetaBlock block, long lblk) throws CorruptionException {
    long tag = MetaBlock.tag(VERIFIED_LEAF, inode.ino(), inode.generation());
    if (block.verifiedAs() != tag) {
      DirBlock.ofBlock(geometry, block.bytes(), 0)
          .verifyChecksum(inode.checksumSeed(), place(lblk));
      block.markVerified(tag);
    }
  }

  private boolean visitDots(ByteBuffer bytes, Place place, EntryVisitor visitor)
      throws CorruptionException {
    // the record of ".." spans the index; seen as inline entries it may reach to the block's end
    DirBlock dots = DirBlock.ofInline(geometry, bytes, 0, geometry.blockSize());
    dots.verifyEntry(0, place);
    if (dots.recordLength(0) != DOT_DOT) {
      throw CorruptionException.of(
          "htree node", "dot.rec_len", dots.recordLength(0), "" + DOT_DOT, place.toString());
    }
    dots.verifyEntry(DOT_DOT, place);
    return visitor.visit(dots.entry(0)) && visitor.visit(dots.entry(DOT_DOT));
  }

  private boolean visitRun(DirBlock run, Place place, EntryVisitor visitor)
      throws CorruptionException {
    for (int at = 0; at < run.end(); at += run.recordLength(at)) {
      verifyEntry(run, at, place);
      if (run.inode(at) != 0 && !visitor.visit(run.entry(at))) {
        return false;
      }
    }
    return true;
  }

  private void verifyEntry(DirBlock run, int at, Object place) throws CorruptionException {
    run.verifyEntry(at, place);
    if (!namesAreCiphertext) {
      run.verifyName(at, place);
    }
  }

  /** The entry with this name in one leaf. */
  Optional<DirEntry> findInLeaf(long lblk, FileName name) throws IOException {
    DirBlock leaf = readLeaf(lblk);
    Place place = place(lblk);
    for (int at = 0; at < leaf.end(); at += leaf.recordLength(at)) {
      verifyEntry(leaf, at, place);
      if (leaf.matches(at, name)) {
        return Optional.of(leaf.entry(at));
      }
    }
    return Optional.empty();
  }

  private void forEachInline(EntryVisitor visitor) throws IOException {
    ByteBuffer room = ByteBuffer.wrap(InlineData.read(geometry, inode));
    long parent = DirBlock.inlineParent(room);
    if (parent < 1 || parent > geometry.inodesCount()) {
      throw CorruptionException.of(
          "inline directory",
          "parent",
          parent,
          "1 … " + geometry.inodesCount(),
          "ino=" + inode.ino());
    }
    DirEntry dot = new DirEntry(inode.ino(), FileType.DIRECTORY, FileName.of("."));
    DirEntry dotDot = new DirEntry(parent, FileType.DIRECTORY, FileName.of(".."));
    int split = InodeRecord.I_BLOCK_BYTES;
    if (visitor.visit(dot)
        && visitor.visit(dotDot)
        && visitRun(inlineRun(room, PARENT_BYTES, split), inlinePlace(0), visitor)) {
      visitRun(inlineRun(room, split, room.capacity()), inlinePlace(1), visitor);
    }
  }

  private DirBlock inlineRun(ByteBuffer room, int from, int to) {
    return DirBlock.ofInline(geometry, room, from, to - from);
  }

  private Place inlinePlace(int area) {
    return new Place(inode.ino(), "inline_area", area);
  }
}
