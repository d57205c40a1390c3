package org.ext4map.cli;

import java.io.IOException;
import org.ext4map.Ext4File;
import org.ext4map.ondisk.InodeRecord;

/** What an inode says about itself, in JSON. */
final class Stats {
  private Stats() {}

  /** The fields that ls -l and stat share. */
  static void write(Json json, Ext4File file) throws IOException {
    InodeRecord record = file.record();
    json.field("mode", mode(record));
    json.field("links", record.linksCount());
    json.field("uid", record.uid());
    json.field("gid", record.gid());
    json.field("size", file.size());
    json.field("sectors", record.sectors());
    json.strings("flags", InodeFlag.names(record.flags()));
    json.field("access_time", record.atime().toString());
    json.field("change_time", record.ctime().toString());
    json.field("modify_time", record.mtime().toString());
    json.field("create_time", record.crtime().toString());
  }

  /** The permission bits in octal: {@code 0644}. */
  static String mode(InodeRecord record) {
    return String.format("%04o", record.mode() & 0xFFF);
  }
}
