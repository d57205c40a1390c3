package org.ext4map;

import java.io.IOException;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.FileSystemException;
import java.nio.file.NotDirectoryException;
import java.nio.file.NotLinkException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Predicate;
import org.ext4map.dio.DirectInode;
import org.ext4map.dir.Directory;
import org.ext4map.inode.DirectAccess;
import org.ext4map.inode.FileReader;
import org.ext4map.inode.FileSpace;
import org.ext4map.inode.FileSwap;
import org.ext4map.inode.Inode;
import org.ext4map.inode.Layout;
import org.ext4map.inode.Symlink;
import org.ext4map.inode.Volume;
import org.ext4map.inode.Xattrs;
import org.ext4map.model.CorruptionException;
import org.ext4map.model.Extent;
import org.ext4map.model.FallocateMode;
import org.ext4map.model.FileName;
import org.ext4map.model.Mapping;
import org.ext4map.model.ReadOnlyException;
import org.ext4map.model.TreeNode;
import org.ext4map.model.UnsupportedFeatureException;
import org.ext4map.ondisk.DirEntry;
import org.ext4map.ondisk.FileType;
import org.ext4map.ondisk.InodeRecord;

/**
 * One inode of an open image, whatever its type. Threads: any. All methods that do I/O throw {@link
 * CorruptionException} where the image breaks a rule of the format, and a plain {@link IOException}
 * where the device fails.
 */
public final class Ext4File {
  private final Volume volume;
  private final Inode inode;

  Ext4File(Volume volume, Inode inode) {
    this.volume = volume;
    this.inode = inode;
  }

  /** The inode number. */
  public long ino() {
    return inode.ino();
  }

  /** What it is. */
  public FileType type() {
    return inode.type();
  }

  /** i_size in bytes. */
  public long size() {
    return inode.size();
  }

  /** All other fields: the inode's slot as it is now, which does not change any more. */
  public InodeRecord record() {
    return inode.record();
  }

  /** True if the contents stand in the inode and have no block map. */
  public boolean isInline() {
    return inode.layout() == Layout.INLINE;
  }

  /** True if there is a block map: an extent tree or an indirect map, possibly empty. */
  public boolean isMapped() {
    return inode.layout() == Layout.EXTENTS || inode.layout() == Layout.INDIRECT;
  }

  /** True if the block map is an extent tree. */
  public boolean hasExtents() {
    return inode.layout() == Layout.EXTENTS;
  }

  /**
   * Maps the run of file blocks that starts at {@code lblk}: ext4_map_blocks.
   *
   * <p>Shape: one run in one state, at most {@code len} blocks, never across an extent or the edge
   * of a hole. Units: file-system blocks.
   *
   * @throws IllegalArgumentException if {@code lblk} is not in 0 … 2^32−2, or {@code len} &lt; 1
   * @throws UnsupportedFeatureException if the contents stand in the inode
   * @throws FileSystemException if it is of a type that has no contents in blocks
   */
  public void map(long lblk, int len, Mapping out) throws IOException {
    requireMap();
    inode.map(lblk, len, out);
  }

  private void requireMap() throws IOException {
    if (isInline()) {
      throw new UnsupportedFeatureException(
          "inline_data", "mapping blocks of contents in the inode", "ino=" + ino());
    }
    if (!isMapped()) {
      throw new FileSystemException("<" + ino() + ">", null, "has no block map: " + type());
    }
  }

  /** The entries of the map as they stand, in order; empty if there is no map. */
  public List<Extent> extents() throws IOException {
    List<Extent> extents = new ArrayList<>();
    forEachExtent(extents::add);
    return extents;
  }

  /**
   * The map as FIEMAP shows it: entries that continue each other in the file, on the device and in
   * state are one.
   */
  public List<Extent> mergedExtents() throws IOException {
    List<Extent> merged = new ArrayList<>();
    forEachExtent(
        next -> {
          int last = merged.size() - 1;
          if (last >= 0 && merged.get(last).isContinuedBy(next)) {
            Extent before = merged.get(last);
            merged.set(
                last,
                new Extent(
                    before.lblk(), before.length() + next.length(), before.pblk(), before.state()));
          } else {
            merged.add(next);
          }
          return true;
        });
    return merged;
  }

  /**
   * Shows the entries of the map as they stand, in order, until {@code visitor} answers false. An
   * indirect map has no entries; its runs are shown, each as far as one block of pointers reaches.
   */
  public void forEachExtent(Predicate<Extent> visitor) throws IOException {
    if (isMapped()) {
      inode.forEachExtent(
          0, (lblk, length, pblk, state) -> visitor.test(new Extent(lblk, length, pblk, state)));
    }
  }

  /** Levels of the map below its root; 0 if the root maps all, or there is no map. */
  public int treeDepth() throws IOException {
    return isMapped() ? inode.depth() : 0;
  }

  /** Shows the nodes of the map top down, left to right, until {@code visitor} answers false. */
  public void forEachNode(Predicate<TreeNode> visitor) throws IOException {
    if (isMapped()) {
      inode.forEachNode(visitor::test);
    }
  }

  /**
   * The contents, for reading. Holes, unwritten space and the rest of the last block read as zeros
   * without asking the device.
   *
   * <p>Threads: the channel may be used by many, one at a time. In an image open for writing, the
   * inode lives at least until the channel is closed.
   *
   * @throws FileSystemException if this is not a regular file
   * @throws UnsupportedFeatureException if the contents are encrypted
   */
  public SeekableByteChannel open() throws IOException {
    return new ReadChannel(volume, inode, reader());
  }

  /**
   * The contents, for reading and writing. Writing goes through unwritten space: a crash shows what
   * was there before, zeros, or what was written, never what the blocks held for somebody else.
   *
   * <p>Threads: the channel may be used by many, one at a time; several channels at once.
   *
   * @throws ReadOnlyException if the image is open for reading
   * @throws FileSystemException if this is not a regular file, or may not be changed
   */
  public SeekableByteChannel openForWriting() throws IOException {
    requireWritable("writing");
    return new WriteChannel(volume, inode, reader());
  }

  /**
   * The contents, for an asynchronous front end; the inode lives at least until it is closed.
   *
   * @throws FileSystemException if this is not a regular file
   * @throws UnsupportedFeatureException if the contents are encrypted
   */
  public DirectInode openDirect() throws IOException {
    requireRegular();
    return new DirectAccess(volume, inode);
  }

  private void requireWritable(String what) throws ReadOnlyException {
    if (!volume.isWritable()) {
      throw new ReadOnlyException(what + " to " + this + ": the image is open for reading");
    }
  }

  /**
   * Sets the size: cuts off what is behind it, or adds zeros without space.
   *
   * @throws ReadOnlyException if the image is open for reading, or the journal has aborted
   * @throws FileSystemException if this is no regular file, may not be changed, or gets too large
   */
  public void truncate(long size) throws IOException {
    requireWritable("truncating");
    new FileSpace(volume, inode).truncate(size);
  }

  /**
   * Changes the space of {@code [offset, offset + length)} bytes.
   *
   * @throws IllegalArgumentException if the range is empty, or the mode wants whole blocks inside
   *     the file
   * @throws ReadOnlyException if the image is open for reading, or the journal has aborted
   * @throws UnsupportedFeatureException if the mode needs extents and the file has block pointers
   * @throws org.ext4map.model.NoSpaceException if space is lacking; what was allocated so far stays
   * @throws FileSystemException if this is no regular file, may not be changed, or gets too large
   */
  public void fallocate(FallocateMode mode, long offset, long length) throws IOException {
    requireWritable("fallocate");
    new FileSpace(volume, inode).fallocate(mode, offset, length);
  }

  /**
   * Exchanges blocks with another file of the same image, for moving a file to a better place while
   * it is in use: EXT4_IOC_MOVE_EXT without its copying, so that the bytes go with the blocks, and
   * unwritten blocks stay unwritten. Durable when it returns.
   *
   * @param donor the other file
   * @param lblk first block here
   * @param donorLblk first block there
   * @param blocks how many
   * @throws IllegalArgumentException if both are the same file or of different images, the range is
   *     empty or not inside both, a hole stands opposite to blocks, or a last block that is used in
   *     part would not be one any more
   * @throws ReadOnlyException if the image is open for reading, or the journal has aborted
   * @throws UnsupportedFeatureException if a file has block pointers
   * @throws FileSystemException if one of them is no regular file, or may not be changed
   * @throws org.ext4map.model.NoSpaceException if a node of a tree is needed and there is no block
   *     for it; a part from the beginning may be exchanged
   */
  public void swapExtents(Ext4File donor, long lblk, long donorLblk, long blocks)
      throws IOException {
    requireWritable("swapping extents");
    if (donor.volume != volume) {
      throw new IllegalArgumentException(this + " and " + donor + " are not of the same image");
    }
    requireRegular(); // before their locks: those of directories have another order
    donor.requireRegular();
    new FileSwap(volume, inode, donor.inode).swap(lblk, donorLblk, blocks);
  }

  /** Returns when all that was done to this file before is durable. */
  public void fsync() throws IOException {
    requireWritable("fsync");
    volume.writeContext().journal().sync(inode.syncTid());
  }

  /** As {@link #fsync}, but does not wait for changes of times alone. */
  public void fdatasync() throws IOException {
    requireWritable("fdatasync");
    volume.writeContext().journal().sync(inode.dataSyncTid());
  }

  private FileReader reader() throws IOException {
    requireRegular();
    return new FileReader(volume, inode);
  }

  private void requireRegular() throws FileSystemException {
    if (type() != FileType.REGULAR) {
      throw new FileSystemException("<" + ino() + ">", null, "no regular file: " + type());
    }
  }

  /**
   * SEEK_DATA: the first byte at or behind {@code position} that is written. Unwritten space is a
   * hole, as for the kernel when nothing is cached.
   *
   * @return empty if there is none before the end of the file (ENXIO)
   * @throws FileSystemException if this is not a regular file
   */
  public OptionalLong seekData(long position) throws IOException {
    return reader().seekData(position);
  }

  /**
   * SEEK_HOLE: the first byte at or behind {@code position} that is not written; the end of the
   * file if there is none before it.
   *
   * @return empty if {@code position} is not inside the file (ENXIO)
   * @throws FileSystemException if this is not a regular file
   */
  public OptionalLong seekHole(long position) throws IOException {
    return reader().seekHole(position);
  }

  /**
   * All entries of a directory, {@code .} and {@code ..} included, in the order they are stored.
   * For a directory of unknown size see {@link #forEachEntry}.
   *
   * @throws NotDirectoryException if this is none
   */
  public List<DirEntry> list() throws IOException {
    List<DirEntry> entries = new ArrayList<>();
    forEachEntry(entries::add);
    return entries;
  }

  /**
   * Shows the entries of a directory, {@code .} and {@code ..} included, in the order they are
   * stored, until {@code visitor} answers false; it may change the directory. Memory: one block;
   * all entries if the image is open for writing.
   *
   * @throws NotDirectoryException if this is none
   */
  public void forEachEntry(Predicate<DirEntry> visitor) throws IOException {
    directory().forEach(visitor::test);
  }

  /**
   * The entry of a directory with this very name; by hash, if the directory is hashed.
   *
   * @throws NotDirectoryException if this is none
   */
  public Optional<DirEntry> find(FileName name) throws IOException {
    return directory().find(name);
  }

  private Directory directory() throws IOException {
    if (type() != FileType.DIRECTORY) {
      throw new NotDirectoryException("<" + ino() + ">");
    }
    return new Directory(volume, inode);
  }

  /**
   * Where a symbolic link points; at least one byte.
   *
   * @throws NotLinkException if this is none
   * @throws UnsupportedFeatureException if the target is encrypted
   */
  public byte[] readSymlink() throws IOException {
    if (type() != FileType.SYMLINK) {
      throw new NotLinkException("<" + ino() + ">");
    }
    return Symlink.read(volume, inode);
  }

  /** The names of the extended attributes as the system calls spell them, in stored order. */
  public List<String> xattrNames() throws IOException {
    List<String> names = new ArrayList<>();
    for (Xattrs.Attribute attribute : Xattrs.list(volume, inode)) {
      names.add(attribute.name());
    }
    return names;
  }

  /**
   * The value of one extended attribute, at most 16 MiB; empty if there is none of that name.
   * Access control lists have the form that the system calls give them.
   */
  public Optional<byte[]> xattr(String name) throws IOException {
    for (Xattrs.Attribute attribute : Xattrs.list(volume, inode)) {
      if (attribute.name().equals(name)) {
        return Optional.of(Xattrs.value(volume, inode, attribute));
      }
    }
    return Optional.empty();
  }

  @Override
  public String toString() {
    return "<" + ino() + ">";
  }
}
