package org.ext4map;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.ext4map.inode.FileReader;
import org.ext4map.inode.FileSpace;
import org.ext4map.inode.FileWriter;
import org.ext4map.inode.Inode;
import org.ext4map.inode.Volume;

/** A file's bytes, for reading and writing. Threads: as {@link ReadChannel}. */
final class WriteChannel extends ReadChannel {
  private final FileWriter writer;
  private final FileSpace space;

  WriteChannel(Volume volume, Inode inode, FileReader reader) throws IOException {
    super(volume, inode, reader);
    this.writer = new FileWriter(volume, inode);
    this.space = new FileSpace(volume, inode);
  }

  @Override
  public synchronized int write(ByteBuffer source) throws IOException {
    int count = writer.write(position(), source);
    position(position() + count);
    return count;
  }

  @Override
  public synchronized WriteChannel truncate(long newSize) throws IOException {
    if (newSize < 0) {
      throw new IllegalArgumentException("size=" + newSize + ", allowed >= 0");
    }
    if (newSize < size()) {
      space.truncate(newSize);
    }
    position(Math.min(position(), newSize));
    return this;
  }
}
