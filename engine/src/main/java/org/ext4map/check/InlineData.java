package org.ext4map.check;

import static org.ext4map.ondisk.LittleEndian.i32;
import static org.ext4map.ondisk.LittleEndian.u16;
import static org.ext4map.ondisk.LittleEndian.u32;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.ext4map.ondisk.Geometry;
import org.ext4map.ondisk.InodeRecord;

/** The part of inline data that stands in the attribute system.data of the inode's slot. */
final class InlineData {
  private static final int MAGIC = 0xEA020000;
  private static final int ENTRY_BYTES = 16;
  private static final int INDEX_SYSTEM = 7;
  private static final byte[] NAME = "data".getBytes(StandardCharsets.US_ASCII);

  private InlineData() {}

  /** Its bytes; none if there is no such attribute or it does not lie in the slot. */
  static ByteBuffer rest(Geometry geometry, InodeRecord inode) {
    ByteBuffer none = ByteBuffer.allocate(0);
    int start = InodeRecord.BASE_BYTES + inode.extraIsize();
    int end = geometry.inodeSize();
    if (inode.extraIsize() == 0 || start + 8 > end) {
      return none;
    }
    ByteBuffer area = inode.bytes().slice(inode.base() + start, end - start);
    if (i32(area, 0) != MAGIC) {
      return none;
    }
    int at = 4;
    while (at + ENTRY_BYTES <= area.capacity() && i32(area, at) != 0) {
      int nameLength = Byte.toUnsignedInt(area.get(at));
      int next = at + ((ENTRY_BYTES + nameLength + 3) & ~3);
      if (next > area.capacity()) {
        return none;
      }
      byte[] name = new byte[nameLength];
      area.get(at + ENTRY_BYTES, name);
      if (area.get(at + 1) == INDEX_SYSTEM && Arrays.equals(name, NAME)) {
        long offset = 4L + u16(area, at + 2);
        long size = u32(area, at + 8);
        return offset + size <= area.capacity() ? area.slice((int) offset, (int) size) : none;
      }
      at = next;
    }
    return none;
  }
}
