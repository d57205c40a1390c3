package org.ext4map.dir;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.ext4map.inode.InlineData;
import org.ext4map.inode.Inode;
import org.ext4map.inode.Layout;
import org.ext4map.inode.Volume;
import org.ext4map.model.CorruptionException;
import org.ext4map.model.FileName;
import org.ext4map.ondisk.DirBlock;
import org.ext4map.ondisk.DirEntry;
import org.ext4map.ondisk.FileType;
import org.ext4map.ondisk.Geometry;
import org.ext4map.ondisk.InodeRecord;

/**
 * The entries of one directory (Linux fs/ext4/namei.c, dir.c, inline.c). Threads: any; reading
 * takes the inode lock, shared.
 */
public final class Directory {
  private static final int PARENT_BYTES = 4;

  private final Geometry geometry;
  private final Inode inode;
  private final BlockDirectory blocks;
  private final boolean mayChange;

  /**
   * A directory.
   *
   * @throws CorruptionException if its size is none that a directory can have
   */
  public Directory(Volume volume, Inode inode) throws CorruptionException {
    if (inode.type() != FileType.DIRECTORY) {
      throw new IllegalArgumentException("inode " + inode.ino() + " is a " + inode.type());
    }
    this.geometry = volume.geometry();
    this.inode = inode;
    this.blocks = new BlockDirectory(new InodeBlocks(volume, inode));
    this.mayChange = volume.isWritable();
    if (inode.layout() != Layout.INLINE) {
      requireSaneSize();
    }
  }

  /** The blocks; not of an inline directory. */
  BlockDirectory blocks() {
    return blocks;
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
   * until {@code visitor} answers false. No lock is held meanwhile: {@code visitor} may do what it
   * likes. Memory: one block; all entries if the image is open for writing, because then they may
   * move.
   *
   * @throws CorruptionException if a block breaks a rule; entries before it have been shown, unless
   *     the image is open for writing
   */
  public void forEach(EntryVisitor visitor) throws IOException {
    if (!mayChange) {
      scan(visitor);
      return;
    }
    List<DirEntry> entries = new ArrayList<>();
    scan(entries::add);
    for (DirEntry entry : entries) {
      if (!visitor.visit(entry)) {
        return;
      }
    }
  }

  /** As {@link #forEach}, but the inode lock is held; memory: one block. */
  void scan(EntryVisitor visitor) throws IOException {
    inode.lock().readLock().lock();
    try {
      if (isDeleted()) {
        return;
      }
      if (inode.layout() == Layout.INLINE) {
        forEachInline(visitor);
      } else {
        requireSaneSize();
        blocks.forEach(visitor);
      }
    } finally {
      inode.lock().readLock().unlock();
    }
  }

  /** A directory that was removed since it was asked for has no entries, and soon no blocks. */
  private boolean isDeleted() {
    return mayChange && inode.record().linksCount() == 0;
  }

  /**
   * The entry with this very name, bytes compared: by hash in a hashed directory, else by looking
   * at all. In case-folding directories too the bytes must be the same.
   *
   * @throws CorruptionException if a block on the way breaks a rule
   */
  public Optional<DirEntry> find(FileName name) throws IOException {
    inode.lock().readLock().lock();
    try {
      if (!isDeleted()
          && inode.layout() != Layout.INLINE
          && blocks.isSearchable()
          && !name.isDots()) {
        return new HashedLookup(blocks).find(name);
      }
      Finder finder = new Finder(name);
      scan(finder);
      return finder.found;
    } finally {
      inode.lock().readLock().unlock();
    }
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
        && visitInline(inlineRun(room, PARENT_BYTES, split), 0, visitor)) {
      visitInline(inlineRun(room, split, room.capacity()), 1, visitor);
    }
  }

  private DirBlock inlineRun(ByteBuffer room, int from, int to) {
    return DirBlock.ofInline(geometry, room, from, to - from);
  }

  private boolean visitInline(DirBlock run, int area, EntryVisitor visitor)
      throws CorruptionException {
    boolean namesAreText = !inode.record().hasFlag(InodeRecord.ENCRYPT_FL);
    EntryPlace place = new EntryPlace(inode.ino(), "inline_area", area);
    return BlockDirectory.visitRun(run, place, namesAreText, visitor);
  }
}
