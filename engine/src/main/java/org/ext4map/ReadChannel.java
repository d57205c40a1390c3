package org.ext4map;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NonWritableChannelException;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.NoSuchFileException;
import org.ext4map.inode.FileReader;
import org.ext4map.inode.Inode;
import org.ext4map.inode.InodeLife;
import org.ext4map.inode.Volume;

/** A file's bytes with a position. Threads: any, one at a time: the monitor guards all fields. */
class ReadChannel implements SeekableByteChannel {
  private final Volume volume;
  private final Inode inode;
  private final FileReader reader;
  private long position;
  private boolean open = true;

  /** Keeps {@code inode} from being deleted as long as it is open. */
  ReadChannel(Volume volume, Inode inode, FileReader reader) throws IOException {
    this.volume = volume;
    this.inode = inode;
    this.reader = reader;
    if (!inode.open()) {
      throw new NoSuchFileException("<" + inode.ino() + ">", null, "is deleted");
    }
  }

  @Override
  public synchronized int read(ByteBuffer target) throws IOException {
    requireOpen();
    if (target.isReadOnly()) {
      throw new IllegalArgumentException("the buffer is read-only");
    }
    int count = reader.read(position, target);
    position += Math.max(0, count);
    return count;
  }

  @Override
  public synchronized long position() throws IOException {
    requireOpen();
    return position;
  }

  @Override
  public synchronized SeekableByteChannel position(long newPosition) throws IOException {
    requireOpen();
    if (newPosition < 0) {
      throw new IllegalArgumentException("position=" + newPosition + ", allowed >= 0");
    }
    position = newPosition;
    return this;
  }

  @Override
  public synchronized long size() throws IOException {
    requireOpen();
    return inode.size();
  }

  @Override
  public int write(ByteBuffer source) throws IOException {
    throw new NonWritableChannelException();
  }

  @Override
  public SeekableByteChannel truncate(long newSize) throws IOException {
    throw new NonWritableChannelException();
  }

  @Override
  public synchronized boolean isOpen() {
    return open;
  }

  @Override
  public synchronized void close() throws IOException {
    if (open) {
      open = false;
      inode.close();
      if (volume.isWritable() && inode.record().linksCount() == 0) {
        new InodeLife(volume).reap(inode);
      }
    }
  }

  private void requireOpen() throws ClosedChannelException {
    if (!open) {
      throw new ClosedChannelException();
    }
  }
}
