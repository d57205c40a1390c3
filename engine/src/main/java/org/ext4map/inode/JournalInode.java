package org.ext4map.inode;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.ext4map.model.CorruptionException;
import org.ext4map.model.Extent;
import org.ext4map.ondisk.FileType;
import org.ext4map.ondisk.InodeRecord;

/** The file that the journal is kept in: ext4_get_journal_inode (Linux fs/ext4/super.c). */
public final class JournalInode {
  private JournalInode() {}

  /**
   * The map of inode {@code ino}, ascending. Whether it has holes is the journal's business.
   *
   * @throws CorruptionException if the inode cannot be a journal
   */
  public static List<Extent> map(Volume volume, long ino) throws IOException {
    Inode inode = volume.inode(ino);
    String place = "journal ino=" + ino;
    InodeRecord record = inode.record();
    if (inode.type() != FileType.REGULAR || record.linksCount() == 0) {
      throw CorruptionException.ofText(
          "journal inode",
          "i_mode, i_links_count",
          "0" + Integer.toOctalString(record.mode()) + ", " + record.linksCount(),
          "a regular file with a link",
          place);
    }
    if (record.hasFlag(InodeRecord.ENCRYPT_FL)) {
      throw CorruptionException.of(
          "journal inode", "i_flags", record.flags(), "ENCRYPT clear", place);
    }
    List<Extent> map = new ArrayList<>();
    inode.forEachExtent(
        0, (lblk, length, pblk, state) -> map.add(new Extent(lblk, length, pblk, state)));
    return map;
  }
}
