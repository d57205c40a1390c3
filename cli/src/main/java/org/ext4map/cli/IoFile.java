package org.ext4map.cli;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.NoSuchFileException;
import org.ext4map.Ext4File;
import org.ext4map.Ext4Image;
import org.ext4map.aio.DirectIo;
import org.ext4map.model.FallocateMode;
import org.ext4map.ondisk.FileType;
import org.jspecify.annotations.Nullable;

/** A file that {@code io} has open for reading and writing. */
final class IoFile implements Closeable {
  /** As xfs_io. */
  private static final int PERMISSIONS_OF_NEW = 0600;

  private final ImagePath path;
  private final Ext4Image image;
  private final Ext4File inode;
  private final SeekableByteChannel channel;

  private IoFile(ImagePath path, Ext4Image image, Ext4File inode, @Nullable DirectIo io)
      throws IOException {
    if (inode.type() != FileType.REGULAR) {
      throw Failure.type(path, inode, "file");
    }
    this.path = path;
    this.image = image;
    this.inode = inode;
    this.channel = io == null ? inode.openForWriting() : new WaitingChannel(io, inode);
  }

  /**
   * Opens the file; a symbolic link is followed.
   *
   * @param creating true if it is made where it is missing
   * @param io reads and writes; null for the engine's own synchronous way
   */
  static IoFile open(Ext4Image image, ImagePath path, boolean creating, @Nullable DirectIo io)
      throws IOException {
    Ext4File inode;
    try {
      inode = image.follow(path.text());
    } catch (NoSuchFileException missing) {
      if (!creating) {
        throw missing;
      }
      inode = image.create(path.text(), PERMISSIONS_OF_NEW);
    }
    return new IoFile(path, image, inode, io);
  }

  ImagePath path() {
    return path;
  }

  Ext4File inode() {
    return inode;
  }

  SeekableByteChannel channel() {
    return channel;
  }

  int blockSize() {
    return image.geometry().blockSize();
  }

  /** As fallocate(2); a range that the mode does not allow is told like any other failure. */
  void fallocate(FallocateMode mode, IoRange range) throws IOException {
    try {
      inode.fallocate(mode, range.offset(), range.length());
    } catch (IllegalArgumentException notAllowed) {
      throw Failure.refused(String.valueOf(notAllowed.getMessage()));
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
