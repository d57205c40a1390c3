package org.ext4map.format;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.ext4map.ondisk.Crc32c;
import org.ext4map.ondisk.Feature;
import org.ext4map.ondisk.FileType;
import org.ext4map.ondisk.Geometry;
import org.ext4map.ondisk.LittleEndian;

/** The blocks of a new linear directory: {@code struct ext4_dir_entry_2}. */
final class Directory {
  private static final int HEADER_BYTES = 8;
  private static final int TAIL_BYTES = 12;
  private static final int TAIL_TYPE = 0xDE;

  private final Geometry geometry;
  private final long ino;
  private final ByteBuffer block;
  private int end;
  private int lastEntry;

  /** A directory without generation, so that its checksums start from its number alone. */
  Directory(Geometry geometry, long ino, ByteBuffer block) {
    this.geometry = geometry;
    this.ino = ino;
    this.block = block;
  }

  /** Appends a name that leads to a directory. */
  Directory add(long target, String name) {
    byte[] raw = name.getBytes(StandardCharsets.UTF_8);
    int length = (HEADER_BYTES + raw.length + 3) / 4 * 4;
    lastEntry = end;
    entry(lastEntry, target, length, raw.length);
    if (geometry.has(Feature.FILETYPE)) {
      block.put(lastEntry + 7, (byte) FileType.DIRECTORY.entryCode());
    }
    block.put(lastEntry + HEADER_BYTES, raw);
    end += length;
    return this;
  }

  /** Stretches the last name, or one that is not in use, to the end, and seals the block. */
  ByteBuffer finish() {
    int limit = block.capacity() - (geometry.hasMetadataChecksums() ? TAIL_BYTES : 0);
    if (end == 0) {
      entry(0, 0, limit, 0);
    } else {
      setLength(lastEntry, limit - lastEntry);
    }
    if (geometry.hasMetadataChecksums()) {
      entry(limit, 0, TAIL_BYTES, 0);
      block.put(limit + 7, (byte) TAIL_TYPE);
      int checksum = Crc32c.update(geometry.inodeChecksumSeed(ino, 0), block, 0, limit);
      LittleEndian.put32(block, limit + HEADER_BYTES, checksum);
    }
    return block;
  }

  private void entry(int at, long target, int length, int nameLength) {
    LittleEndian.put32(block, at, target);
    setLength(at, length);
    LittleEndian.put16(block, at + 6, nameLength);
  }

  /** rec_len: 16 bits; 65536, the whole of the largest block, is stored as 65535. */
  private void setLength(int at, int length) {
    LittleEndian.put16(block, at + 4, Math.min(length, 0xFFFF));
  }
}
