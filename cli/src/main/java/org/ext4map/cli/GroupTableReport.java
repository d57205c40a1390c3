package org.ext4map.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.ext4map.Ext4Image;
import org.ext4map.ondisk.Geometry;
import org.ext4map.ondisk.GroupDescriptor;

/** The table of block groups. One descriptor is in hand at a time, however many there are. */
final class GroupTableReport {
  private final Ext4Image image;
  private final Geometry geometry;

  GroupTableReport(Ext4Image image) {
    this.image = image;
    this.geometry = image.geometry();
  }

  /** For people. */
  void write(Console console) throws IOException {
    console.line("");
    console.line(
        console
            .paint()
            .faint(row("group", "blocks", "b.bitmap", "i.bitmap", "i.table", "free", "ifree", "")));
    for (long group = 0; group < geometry.groupCount(); group++) {
      GroupDescriptor descriptor = image.group(group);
      long first = geometry.firstBlockOf(group);
      List<String> flags = flags(descriptor);
      console.line(
          row(
              group,
              first + "-" + (first + geometry.blocksIn(group) - 1),
              descriptor.blockBitmap(),
              descriptor.inodeBitmap(),
              descriptor.inodeTable(),
              descriptor.freeClusters(),
              descriptor.freeInodes(),
              flags.isEmpty() ? "" : "  " + String.join(" ", flags)));
    }
  }

  /** For programs. */
  void write(Json list) throws IOException {
    for (long number = 0; number < geometry.groupCount(); number++) {
      long group = number;
      GroupDescriptor descriptor = image.group(group);
      list.element(
          json -> {
            json.field("group", group);
            json.field("first_block", geometry.firstBlockOf(group));
            json.field("blocks", geometry.blocksIn(group));
            json.field("block_bitmap", descriptor.blockBitmap());
            json.field("inode_bitmap", descriptor.inodeBitmap());
            json.field("inode_table", descriptor.inodeTable());
            json.field("free_clusters", descriptor.freeClusters());
            json.field("free_inodes", descriptor.freeInodes());
            json.field("used_directories", descriptor.usedDirs());
            json.field("unused_inodes", descriptor.itableUnused());
            json.field("has_superblock", geometry.hasSuper(group));
            json.strings("flags", flags(descriptor));
          });
    }
  }

  private static List<String> flags(GroupDescriptor descriptor) {
    List<String> flags = new ArrayList<>();
    if ((descriptor.flags() & GroupDescriptor.INODE_UNINIT) != 0) {
      flags.add("inode_uninit");
    }
    if ((descriptor.flags() & GroupDescriptor.BLOCK_UNINIT) != 0) {
      flags.add("block_uninit");
    }
    if ((descriptor.flags() & GroupDescriptor.INODE_ZEROED) != 0) {
      flags.add("itable_zeroed");
    }
    return flags;
  }

  private static String row(Object... cells) {
    return String.format(Locale.ROOT, "%6s  %-21s %10s %10s %10s %8s %6s%s", cells);
  }
}
