package org.ext4map.format;

import java.nio.ByteBuffer;
import org.ext4map.model.FileName;
import org.ext4map.ondisk.DirBlock;
import org.ext4map.ondisk.FileType;
import org.ext4map.ondisk.Geometry;

/** One block of a new linear directory, whose generation is 0. */
final class Directory {
  private final int checksumSeed;
  private final ByteBuffer bytes;
  private final DirBlock block;
  private int previous;
  private int next;

  /** An empty block over {@code bytes}. */
  Directory(Geometry geometry, long ino, ByteBuffer bytes) {
    checksumSeed = geometry.inodeChecksumSeed(ino, 0);
    this.bytes = bytes;
    block = DirBlock.ofBlock(geometry, bytes, 0);
    block.format();
  }

  /** Appends a name that leads to a directory; its record reaches to the end of the block. */
  Directory add(long target, String name) {
    FileName bytesOfName = FileName.of(name);
    block.setEntry(next, target, block.end() - next, FileType.DIRECTORY, bytesOfName);
    if (next > 0) {
      block.setRecordLength(previous, next - previous);
    }
    previous = next;
    next += DirBlock.entryBytes(bytesOfName.length());
    return this;
  }

  /** Seals the block. */
  ByteBuffer finish() {
    block.updateChecksum(checksumSeed);
    return bytes;
  }
}
