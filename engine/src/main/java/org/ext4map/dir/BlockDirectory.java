package org.ext4map.dir;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.ext4map.buffer.MetaBlock;
import org.ext4map.model.CorruptionException;
import org.ext4map.model.FileName;
import org.ext4map.ondisk.DirBlock;
import org.ext4map.ondisk.DirEntry;
import org.ext4map.ondisk.Feature;
import org.ext4map.ondisk.Geometry;
import org.ext4map.ondisk.HashTreeNode;
import org.ext4map.ondisk.InodeRecord;

/**
 * A directory whose entries stand in blocks, linear or hashed. Every block is checked for what it
 * is before it is looked at, its checksum once per load. Threads: any.
 */
final class BlockDirectory {
  private static final char VERIFIED_LEAF = 'd';
  private static final char VERIFIED_NODE = 'h';
  private static final char VERIFIED_ROOT = 'r';

  /** Where ".." stands in the first block of a hashed directory. */
  static final int DOT_DOT = 12;

  private final DirectoryBlocks blocks;
  private final Geometry geometry;

  /** One checked block of entries. */
  record Leaf(long lblk, MetaBlock block, DirBlock entries) {}

  /** One checked block of the index. */
  record Index(long lblk, MetaBlock block, HashTreeNode node) {}

  BlockDirectory(DirectoryBlocks blocks) {
    this.blocks = blocks;
    this.geometry = blocks.geometry();
  }

  DirectoryBlocks blocks() {
    return blocks;
  }

  /** True if block 0 is the root of an htree: is_dx. */
  boolean isHashed() {
    return geometry.has(Feature.DIR_INDEX) && blocks.hasFlag(InodeRecord.INDEX_FL);
  }

  /** True if names are found by hash; those of case-folding directories hash otherwise. */
  boolean isSearchable() {
    return isHashed() && !blocks.hasFlag(InodeRecord.CASEFOLD_FL);
  }

  /** Shows all entries in use in the order they are stored; false if {@code visitor} said stop. */
  boolean forEach(EntryVisitor visitor) throws IOException {
    for (long lblk = 0; lblk < blocks.count(); lblk++) {
      ByteBuffer bytes = readAny(lblk);
      boolean goOn =
          isIndexBlock(lblk, bytes)
              ? lblk > 0 || visitDots(bytes, visitor)
              : visitRun(
                  DirBlock.ofBlock(geometry, bytes, 0),
                  place(lblk),
                  blocks.namesAreText(),
                  visitor);
      if (!goOn) {
        return false;
      }
    }
    return true;
  }

  /** Shows the entries in use of one run; false if {@code visitor} said stop. */
  static boolean visitRun(
      DirBlock run, EntryPlace place, boolean namesAreText, EntryVisitor visitor)
      throws CorruptionException {
    for (int at = 0; at < run.end(); at += run.recordLength(at)) {
      verifyEntry(run, at, place, namesAreText);
      if (run.inode(at) != 0 && !visitor.visit(run.entry(at))) {
        return false;
      }
    }
    return true;
  }

  private static void verifyEntry(DirBlock run, int at, EntryPlace place, boolean namesAreText)
      throws CorruptionException {
    run.verifyEntry(at, place);
    if (namesAreText) {
      run.verifyName(at, place);
    }
  }

  EntryPlace place(long lblk) {
    return new EntryPlace(blocks.ino(), "dir_lblk", lblk);
  }

  private boolean isIndexBlock(long lblk, ByteBuffer bytes) {
    return isHashed() && (lblk == 0 || HashTreeNode.looksLikeNode(geometry, bytes));
  }

  /** Block {@code lblk}, its checksum checked according to what it is. */
  private ByteBuffer readAny(long lblk) throws IOException {
    MetaBlock block = read(lblk);
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
  Index readIndex(long lblk) throws IOException {
    MetaBlock block = read(lblk);
    verifyIndex(block, lblk);
    return new Index(lblk, block, new HashTreeNode(geometry, block.bytes(), lblk == 0));
  }

  /** A block of entries; they are not checked one by one. */
  Leaf readLeaf(long lblk) throws IOException {
    MetaBlock block = read(lblk);
    verifyLeaf(block, lblk);
    return new Leaf(lblk, block, DirBlock.ofBlock(geometry, block.bytes(), 0));
  }

  private MetaBlock read(long lblk) throws IOException {
    if (lblk >= blocks.count()) {
      throw CorruptionException.of(
          "htree node", "block", lblk, "< " + blocks.count(), "ino=" + blocks.ino());
    }
    return blocks.read(lblk);
  }

  private void verifyIndex(MetaBlock block, long lblk) throws CorruptionException {
    char kind = lblk == 0 ? VERIFIED_ROOT : VERIFIED_NODE;
    long tag = MetaBlock.tag(kind, blocks.ino(), blocks.generation());
    if (block.verifiedAs() != tag) {
      new HashTreeNode(geometry, block.bytes(), lblk == 0).verify(blocks.seed(), place(lblk));
      block.markVerified(tag);
    }
  }

  private void verifyLeaf(MetaBlock block, long lblk) throws CorruptionException {
    long tag = MetaBlock.tag(VERIFIED_LEAF, blocks.ino(), blocks.generation());
    if (block.verifiedAs() != tag) {
      DirBlock.ofBlock(geometry, block.bytes(), 0).verifyChecksum(blocks.seed(), place(lblk));
      block.markVerified(tag);
    }
  }

  private boolean visitDots(ByteBuffer bytes, EntryVisitor visitor) throws CorruptionException {
    DirBlock dots = dotsOf(bytes);
    return visitor.visit(dots.entry(0)) && visitor.visit(dots.entry(DOT_DOT));
  }

  /** The two entries before the root of the index, checked. */
  DirBlock dotsOf(ByteBuffer bytes) throws CorruptionException {
    // the record of ".." spans the index; seen as inline entries it may reach to the block's end
    DirBlock dots = DirBlock.ofInline(geometry, bytes, 0, geometry.blockSize());
    dots.verifyEntry(0, place(0));
    if (dots.recordLength(0) != DOT_DOT) {
      throw CorruptionException.of(
          "htree node", "dot.rec_len", dots.recordLength(0), "" + DOT_DOT, place(0).toString());
    }
    dots.verifyEntry(DOT_DOT, place(0));
    return dots;
  }

  /** The entry with this name in one leaf. */
  Optional<DirEntry> findInLeaf(long lblk, FileName name) throws IOException {
    DirBlock leaf = readLeaf(lblk).entries();
    EntryPlace place = place(lblk);
    boolean namesAreText = blocks.namesAreText();
    for (int at = 0; at < leaf.end(); at += leaf.recordLength(at)) {
      verifyEntry(leaf, at, place, namesAreText);
      if (leaf.matches(at, name)) {
        return Optional.of(leaf.entry(at));
      }
    }
    return Optional.empty();
  }
}
