package org.ext4map.dir;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.util.Optional;
import java.util.OptionalLong;
import org.ext4map.buffer.MetaBlock;
import org.ext4map.model.CorruptionException;
import org.ext4map.model.FileName;
import org.ext4map.model.UnsupportedFeatureException;
import org.ext4map.ondisk.DirBlock;
import org.ext4map.ondisk.DirEntry;
import org.ext4map.ondisk.Feature;
import org.ext4map.ondisk.FileType;
import org.ext4map.ondisk.Geometry;
import org.ext4map.ondisk.HashVersion;
import org.ext4map.ondisk.InodeRecord;

/**
 * Changes the names of one directory under one open handle: ext4_add_entry, ext4_delete_entry,
 * ext4_setent (Linux fs/ext4/namei.c). Each method does all of its work or, if it throws, none:
 * what can fail is done before the first byte changes.
 *
 * <pre>
 *   insert, linear   first room in any block ──▶ one block and dir_index? ──▶ becomes hashed
 *                                           └──▶ one more block
 *   insert, hashed   room in the leaf of its hash ──▶ {@link HashTreeInsertion}
 *   remove           space goes to the entry before; blocks are never given back
 * </pre>
 *
 * Link counts, times and the inodes behind the names are the caller's business. Locks: the caller
 * holds the inode's lock exclusively. One thread.
 */
final class DirectoryEditor {
  private static final FileName DOT = FileName.of(".");
  static final FileName DOT_DOT = FileName.of("..");

  /** Leaf, its two halves or three levels of index, and the blocks that are new. */
  private static final int MOST_CHANGED_BLOCKS = 8;

  private final EditableBlocks blocks;
  private final BlockDirectory reader;
  private final Geometry geometry;

  /**
   * An editor for the directory that {@code blocks} make up.
   *
   * @throws UnsupportedFeatureException if the directory is one that cannot be edited: inline,
   *     encrypted or case-folding
   */
  DirectoryEditor(EditableBlocks blocks) throws UnsupportedFeatureException {
    this.blocks = blocks;
    this.reader = new BlockDirectory(blocks);
    this.geometry = blocks.geometry();
    refuse(InodeRecord.INLINE_DATA_FL, "inline_data", "changing an inline directory");
    refuse(InodeRecord.ENCRYPT_FL, "encrypt", "changing an encrypted directory");
    refuse(InodeRecord.CASEFOLD_FL, "casefold", "changing a case-folding directory");
  }

  private void refuse(int flag, String feature, String what) throws UnsupportedFeatureException {
    if (blocks.hasFlag(flag)) {
      throw new UnsupportedFeatureException(feature, what, place());
    }
  }

  private String place() {
    return "ino=" + blocks.ino();
  }

  /** Credits that one call needs at most, those of {@link EditableBlocks#append} not counted. */
  static int credits() {
    return MOST_CHANGED_BLOCKS;
  }

  /**
   * Makes the first block of a directory that has none: ext4_init_new_dir.
   *
   * @param parent the inode of {@code ..}
   */
  void initialise(long parent) throws IOException {
    if (blocks.count() != 0) {
      throw new IllegalArgumentException(place() + " has " + blocks.count() + " blocks");
    }
    MetaBlock first = blocks.append(1).get(0);
    DirBlock entries = view(first);
    entries.format();
    int dotBytes = DirBlock.entryBytes(DOT.length());
    entries.setEntry(0, blocks.ino(), dotBytes, FileType.DIRECTORY, DOT);
    entries.setEntry(dotBytes, parent, entries.end() - dotBytes, FileType.DIRECTORY, DOT_DOT);
    seal(first, entries);
  }

  /** The entry with this very name, {@code .} and {@code ..} included. */
  Optional<DirEntry> find(FileName name) throws IOException {
    Optional<Found> found = locate(name);
    return found.map(entry -> entry.run.entry(entry.at));
  }

  /**
   * Adds a name.
   *
   * @throws FileAlreadyExistsException if it is there
   * @throws org.ext4map.model.NoSpaceException if the directory has to grow and cannot
   * @throws IllegalArgumentException if it is none that a directory can hold
   */
  void insert(FileName name, long ino, FileType type) throws IOException {
    requireProper(name);
    if (locate(name).isPresent()) {
      throw new FileAlreadyExistsException(name.toString());
    }
    DirEntry entry = new DirEntry(ino, type, name);
    if (reader.isHashed()) {
      new HashTreeInsertion(blocks, reader).insert(entry);
    } else {
      insertLinear(entry);
    }
  }

  private static void requireProper(FileName name) {
    boolean proper = name.length() >= 1 && name.length() <= FileName.MAX_BYTES && !name.isDots();
    for (int i = 0; i < name.length(); i++) {
      proper &= name.byteAt(i) != 0 && name.byteAt(i) != '/';
    }
    if (!proper) {
      throw new IllegalArgumentException(
          "name of " + name.length() + " bytes, allowed 1 … 255, not dots, no '/', no 0: " + name);
    }
  }

  private void insertLinear(DirEntry entry) throws IOException {
    for (long lblk = 0; lblk < blocks.count(); lblk++) {
      BlockDirectory.Leaf leaf = readLeaf(lblk);
      int at = leaf.entries().roomFor(entry.name().length());
      if (at >= 0) {
        blocks.willChange(leaf.block());
        clearStaleIndexFlag();
        put(leaf.entries(), at, entry);
        seal(leaf.block(), leaf.entries());
        return;
      }
    }
    if (blocks.count() == 1 && geometry.has(Feature.DIR_INDEX)) {
      new HashTreeInsertion(blocks, reader).makeHashed(defaultHash(), entry);
      return;
    }
    MetaBlock block = blocks.grow(1).get(0);
    clearStaleIndexFlag();
    DirBlock entries = view(block);
    entries.format();
    put(entries, 0, entry);
    seal(block, entries);
  }

  /** Without the feature nobody keeps the index, so it must not come back: ext4_update_dx_flag. */
  private void clearStaleIndexFlag() throws IOException {
    if (blocks.hasFlag(InodeRecord.INDEX_FL)) {
      blocks.setFlags(blocks.flags() & ~InodeRecord.INDEX_FL);
    }
  }

  private static void put(DirBlock entries, int at, DirEntry entry) {
    entries.insert(at, entry.ino(), entry.type(), entry.name());
  }

  /** The hash of directories that become hashed, as their root says it. */
  private int defaultHash() throws CorruptionException {
    int code = blocks.superblock().defaultHashVersion();
    if (!HashVersion.isKnown(code)
        || HashVersion.of(code, blocks.superblock().flags()) == HashVersion.SIPHASH) {
      throw CorruptionException.of("superblock", "s_def_hash_version", code, "0 … 5", "superblock");
    }
    return code;
  }

  /**
   * Takes a name away.
   *
   * @return what it was
   * @throws NoSuchFileException if it is not there
   */
  DirEntry remove(FileName name) throws IOException {
    requireProper(name);
    Found found = require(name);
    DirEntry entry = found.run.entry(found.at);
    blocks.willChange(found.block);
    found.run.remove(found.at);
    seal(found.block, found.run);
    return entry;
  }

  /**
   * Makes a name that is there point to another inode; {@code ..} of a directory that moved is one.
   *
   * @return what it was
   * @throws NoSuchFileException if it is not there
   */
  DirEntry replace(FileName name, long ino, FileType type) throws IOException {
    Found found = require(name);
    DirEntry entry = found.run.entry(found.at);
    blocks.willChange(found.block);
    found.run.setEntry(found.at, ino, found.run.recordLength(found.at), type, name);
    if (found.inRoot) {
      BlockDirectory.Index root = reader.readIndex(0);
      root.node().updateChecksum(blocks.seed());
      blocks.changed(found.block);
    } else {
      seal(found.block, found.run);
    }
    return entry;
  }

  /** Where an entry stands. */
  private record Found(MetaBlock block, DirBlock run, int at, boolean inRoot) {}

  private Found require(FileName name) throws IOException {
    Optional<Found> found = locate(name);
    if (found.isEmpty()) {
      throw new NoSuchFileException(name.toString());
    }
    return found.get();
  }

  private Optional<Found> locate(FileName name) throws IOException {
    if (reader.isHashed()) {
      return name.isDots() ? locateInRoot(name) : locateByHash(name);
    }
    for (long lblk = 0; lblk < blocks.count(); lblk++) {
      Optional<Found> found = locateIn(readLeaf(lblk), name);
      if (found.isPresent()) {
        return found;
      }
    }
    return Optional.empty();
  }

  private Optional<Found> locateByHash(FileName name) throws IOException {
    OptionalLong leaf = new HashedLookup(reader).leafOf(name);
    return leaf.isPresent() ? locateIn(readLeaf(leaf.getAsLong()), name) : Optional.empty();
  }

  private Optional<Found> locateInRoot(FileName name) throws IOException {
    BlockDirectory.Index root = reader.readIndex(0);
    DirBlock dots = reader.dotsOf(root.block().bytes());
    int at = dots.matches(0, name) ? 0 : BlockDirectory.DOT_DOT;
    return dots.matches(at, name)
        ? Optional.of(new Found(root.block(), dots, at, true))
        : Optional.empty();
  }

  private static Optional<Found> locateIn(BlockDirectory.Leaf leaf, FileName name) {
    int at = leaf.entries().find(name);
    return at < 0
        ? Optional.empty()
        : Optional.of(new Found(leaf.block(), leaf.entries(), at, false));
  }

  private BlockDirectory.Leaf readLeaf(long lblk) throws IOException {
    BlockDirectory.Leaf leaf = reader.readLeaf(lblk);
    leaf.entries().verifyEntries(reader.place(lblk));
    return leaf;
  }

  private DirBlock view(MetaBlock block) {
    return DirBlock.ofBlock(geometry, block.bytes(), 0);
  }

  private void seal(MetaBlock block, DirBlock entries) throws IOException {
    entries.updateChecksum(blocks.seed());
    blocks.changed(block);
  }
}
