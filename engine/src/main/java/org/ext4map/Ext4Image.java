package org.ext4map;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.ext4map.device.BlockDevice;
import org.ext4map.dio.DirectVolume;
import org.ext4map.dir.NameOperations;
import org.ext4map.dir.PathResolver;
import org.ext4map.inode.Inode;
import org.ext4map.inode.Volume;
import org.ext4map.journal.ReplayOutcome;
import org.ext4map.model.CorruptionException;
import org.ext4map.model.ReadOnlyException;
import org.ext4map.model.UnsupportedFeatureException;
import org.ext4map.ondisk.Geometry;
import org.ext4map.ondisk.GroupDescriptor;
import org.ext4map.ondisk.Superblock;

/**
 * An open ext4 file system. Threads: any. Memory: bounded by the caches' sizes, see OpenOptions.
 */
public final class Ext4Image implements Closeable {
  private static final Pattern INODE = Pattern.compile("<([0-9]{1,10})>");

  private final View view;
  private final Volume volume;
  private final Optional<ReplayOutcome> recovery;
  private final PathResolver paths;
  private final AtomicBoolean closed = new AtomicBoolean();

  Ext4Image(View view, Volume volume, Optional<ReplayOutcome> recovery) {
    this.view = view;
    this.volume = volume;
    this.recovery = recovery;
    this.paths = new PathResolver(volume);
  }

  /** Opens the file {@code image} with {@link OpenOptions#defaults()}. */
  public static Ext4Image open(Path image) throws IOException {
    return open(image, OpenOptions.defaults());
  }

  /**
   * Opens the file {@code image}, for reading unless the view is {@link View#REPLAY} or {@link
   * View#READ_WRITE}; these refuse an image that the kernel uses.
   *
   * @throws CorruptionException if superblock or group descriptors break a rule; in all views but
   *     {@link View#AS_IS} also if the journal does
   * @throws UnsupportedFeatureException naming the feature that cannot be read, or the kind of
   *     journal that cannot be recovered
   */
  public static Ext4Image open(Path image, OpenOptions options) throws IOException {
    return Opening.open(image, options);
  }

  /**
   * Opens the file system on {@code device}; otherwise as {@link #open(Path, OpenOptions)}. Closing
   * the image closes the device; if opening fails it stays open. Options about files do not count.
   */
  public static Ext4Image open(BlockDevice device, OpenOptions options) throws IOException {
    return Opening.open(device, options);
  }

  /**
   * Does what opening for writing does to an image that was not closed, and nothing else: replays
   * the journal into the file, then finishes what the orphan list and the orphan file name. An
   * image that needs neither is not written to. Of {@code options} the view does not count.
   *
   * @throws java.nio.file.FileSystemException if the file is in use
   * @throws CorruptionException if journal or orphans break a rule; with a damaged journal nothing
   *     was written
   * @throws UnsupportedFeatureException naming the feature that cannot be read, or the kind of
   *     journal that cannot be recovered; nothing was written
   */
  public static Recovery recover(Path image, OpenOptions options) throws IOException {
    return Opening.recover(image, options);
  }

  /** As {@link #recover(Path, OpenOptions)}, on a device, which stays open. */
  public static Recovery recover(BlockDevice device, OpenOptions options) throws IOException {
    return Opening.recover(device, options);
  }

  /** The view that was asked for. */
  public View view() {
    return view;
  }

  /**
   * What recovery of the journal found and did; empty in the view {@link View#AS_IS}, and if there
   * is no journal in the image.
   */
  public Optional<ReplayOutcome> recovery() {
    return recovery;
  }

  /** The primary superblock as this view shows it; not to be written to. */
  public Superblock superblock() {
    return volume.superblock();
  }

  /** Sizes and counts. */
  public Geometry geometry() {
    return volume.geometry();
  }

  /**
   * The descriptor of {@code group}, checked; not to be written to.
   *
   * @throws IllegalArgumentException if there is no such group
   * @throws CorruptionException if it breaks a rule
   */
  public GroupDescriptor group(long group) throws IOException {
    return volume.groups().descriptor(group);
  }

  /** The bytes as this view shows them. */
  public BlockDevice device() {
    return volume.device();
  }

  /** The image as an asynchronous front end sees it; see {@link Ext4File#openDirect}. */
  public DirectVolume direct() {
    return volume;
  }

  /** The directory "/". */
  public Ext4File root() throws IOException {
    return file(paths.root());
  }

  /**
   * The file that {@code path} names; a symbolic link at the end is the answer itself, those before
   * it are followed.
   *
   * @param path absolute; or {@code <12>} for inode 12
   * @throws NoSuchFileException if a name is not there
   * @throws java.nio.file.NotDirectoryException if a name stands behind something that is no
   *     directory
   * @throws java.nio.file.FileSystemLoopException if more than 40 symbolic links had to be followed
   * @throws CorruptionException if an inode or a directory on the way breaks a rule
   */
  public Ext4File lookup(String path) throws IOException {
    return resolve(path, false);
  }

  /** As {@link #lookup}, but a symbolic link at the end is followed too. */
  public Ext4File follow(String path) throws IOException {
    return resolve(path, true);
  }

  private Ext4File resolve(String path, boolean followLast) throws IOException {
    Matcher inode = INODE.matcher(path);
    return inode.matches()
        ? inode(Long.parseLong(inode.group(1)))
        : file(paths.resolve(path, followLast));
  }

  /**
   * The inode with this number, reserved ones and deleted ones included.
   *
   * @throws NoSuchFileException if there is no such number, or its slot was never used
   * @throws CorruptionException if its slot breaks a rule
   */
  public Ext4File inode(long ino) throws IOException {
    long count = volume.geometry().inodesCount();
    if (ino < 1 || ino > count) {
      throw new NoSuchFileException("<" + ino + ">", null, "inode number, allowed 1 … " + count);
    }
    Inode inode =
        volume
            .find(ino)
            .orElseThrow(
                () -> new NoSuchFileException("<" + ino + ">", null, "inode was never used"));
    return file(inode);
  }

  private Ext4File file(Inode inode) {
    return new Ext4File(volume, inode);
  }

  // ---- names that come and go ------------------------------------------------------------------

  /**
   * Makes a regular file, empty, of owner 0. This and all the following: the path is absolute, a
   * symbolic link in its middle is followed, its last name is meant itself; it happens whole or not
   * at all, also if a crash comes.
   *
   * @param permissions the lower 12 bits of i_mode
   * @throws java.nio.file.FileAlreadyExistsException if the name is there
   * @throws NoSuchFileException if the directory is not there
   * @throws java.nio.file.NotDirectoryException if a name stands behind something that is no
   *     directory
   * @throws java.nio.file.AccessDeniedException if the directory is immutable
   * @throws org.ext4map.model.NoSpaceException if there is no inode or no block left
   * @throws UnsupportedFeatureException naming what the directory has that cannot be changed
   * @throws org.ext4map.model.ReadOnlyException if the image is open for reading, or the journal
   *     has aborted
   */
  public Ext4File create(String path, int permissions) throws IOException {
    return file(names().create(path, permissions));
  }

  /** Makes a directory; otherwise as {@link #create}. */
  public Ext4File mkdir(String path, int permissions) throws IOException {
    return file(names().mkdir(path, permissions));
  }

  /**
   * Makes a symbolic link to {@code target}, which need not be there; otherwise as {@link #create}.
   *
   * @throws java.nio.file.FileSystemException if the target is empty, longer than 4095 bytes, or as
   *     long as a block
   */
  public Ext4File symlink(String target, String path) throws IOException {
    return file(names().symlink(target, path));
  }

  /**
   * Gives what {@code existing} names, itself and not what it may point to, another name; otherwise
   * as {@link #create}.
   *
   * @throws NoSuchFileException also if {@code existing} is not there
   * @throws java.nio.file.FileSystemException if it is a directory, or has 65000 names
   * @throws java.nio.file.AccessDeniedException also if it is immutable or append-only
   */
  public Ext4File link(String existing, String path) throws IOException {
    return file(names().link(existing, path));
  }

  /**
   * Takes a name away that is no directory's. With the last one the file goes, as soon as no
   * channel has it open.
   *
   * @throws NoSuchFileException if it is not there
   * @throws java.nio.file.FileSystemException if it is a directory
   * @throws java.nio.file.AccessDeniedException if it or its directory is immutable or append-only
   * @throws UnsupportedFeatureException naming what the directory or the file has that cannot be
   *     changed
   * @throws org.ext4map.model.ReadOnlyException as {@link #create}
   */
  public void unlink(String path) throws IOException {
    names().unlink(path);
  }

  /**
   * Takes an empty directory away; otherwise as {@link #unlink}.
   *
   * @throws java.nio.file.NotDirectoryException if it is something else
   * @throws java.nio.file.DirectoryNotEmptyException if there are names in it
   */
  public void rmdir(String path) throws IOException {
    names().rmdir(path);
  }

  /**
   * Gives what {@code from} names the name {@code to}: rename(2). Something that had it before, a
   * file for a file or an empty directory for a directory, loses it in the same moment. If both
   * name the same file, nothing happens. Otherwise as {@link #unlink} and {@link #create}.
   *
   * @throws java.nio.file.DirectoryNotEmptyException if there are names in what would be replaced
   * @throws java.nio.file.FileSystemException if a directory would come to stand below itself, or
   *     something else would replace one
   */
  public void rename(String from, String to) throws IOException {
    names().rename(from, to);
  }

  private NameOperations names() throws ReadOnlyException {
    if (!volume.isWritable()) {
      throw new ReadOnlyException("changing names: the image is open for reading");
    }
    return new NameOperations(volume);
  }

  // ---- the whole -------------------------------------------------------------------------------

  /**
   * Returns when all changes so far are durable: syncfs.
   *
   * @throws IOException if the journal has aborted; the cause is why
   */
  public void sync() throws IOException {
    if (volume.isWritable()) {
      volume.writeContext().journal().forceCommit();
    }
  }

  /**
   * Closes the device. An image that was open for writing is made clean first: everything is
   * durable and at home, and the journal is empty; unless the journal has aborted, then the image
   * is left for recovery. A second time it does nothing.
   */
  @Override
  public void close() throws IOException {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    try {
      if (volume.isWritable()) {
        volume.writeContext().shutDown();
      }
    } finally {
      volume.device().close();
    }
  }
}
