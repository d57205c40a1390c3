package org.ext4map.inode;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.ext4map.model.CorruptionException;
import org.ext4map.ondisk.Geometry;
import org.ext4map.ondisk.InodeRecord;
import org.ext4map.ondisk.XattrArea;
import org.ext4map.ondisk.XattrEntry;

/**
 * Contents that stand in the inode: i_block, then the value of system.data in the slot (Linux
 * fs/ext4/inline.c).
 */
public final class InlineData {
  private InlineData() {}

  /**
   * The room that the contents have, as stored: at least i_block; bytes behind i_size mean nothing.
   *
   * @throws CorruptionException if system.data is missing or i_size goes beyond the room
   */
  public static byte[] read(Geometry geometry, Inode inode) throws IOException {
    InodeRecord record = inode.record();
    XattrArea area = XattrArea.ofInode(geometry, record);
    String place = "ino=" + inode.ino();
    byte[] value = null;
    if (area.isPresent()) {
      for (XattrEntry entry : area.entries(place)) {
        if (entry.isInlineData() && entry.valueInode() == 0) {
          value = area.value(entry);
        }
      }
    }
    if (value == null) {
      throw CorruptionException.ofText(
          "inline data", "system.data", "missing", "an attribute in the inode", place);
    }
    ByteBuffer room = ByteBuffer.allocate(InodeRecord.I_BLOCK_BYTES + value.length);
    room.put(0, record.bytes(), record.base() + InodeRecord.I_BLOCK, InodeRecord.I_BLOCK_BYTES);
    room.put(InodeRecord.I_BLOCK_BYTES, value);
    if (record.size() > room.capacity()) {
      throw CorruptionException.of(
          "inline data", "i_size", record.size(), "<= " + room.capacity(), place);
    }
    return room.array();
  }
}
