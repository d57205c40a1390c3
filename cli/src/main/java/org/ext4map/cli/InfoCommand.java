package org.ext4map.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.ext4map.Ext4Image;
import org.ext4map.model.UnsupportedFeatureException;
import org.ext4map.ondisk.Feature;
import org.ext4map.ondisk.FeatureSet;
import org.ext4map.ondisk.Geometry;
import org.ext4map.ondisk.Superblock;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** What the superblock says, in the manner of dumpe2fs -h. */
@Command(
    name = "info",
    header = "Shows what an image is: sizes, features, journal, block groups.",
    description = "Free counts are the superblock's, which the kernel updates at unmount.")
final class InfoCommand extends ReportCommand {
  @Option(names = "--groups", description = "With the table of block groups.")
  private boolean withGroups;

  @Override
  String schema() {
    return "info";
  }

  /** The report itself has a row for it. */
  @Override
  boolean tellsView() {
    return false;
  }

  @Override
  int inspect(Ext4Image image) throws IOException {
    JournalReport journal = JournalReport.of(image);
    GroupTableReport groups = new GroupTableReport(image);
    if (isJson()) {
      document(image, json -> write(json, image, journal, groups));
    } else {
      write(new Rows(console()), image, journal);
      if (withGroups) {
        groups.write(console());
      }
    }
    return ExitCode.OK;
  }

  private void write(Rows rows, Ext4Image image, JournalReport journal) throws IOException {
    rows.heading(Text.printable(file().toString()));
    writeIdentity(rows, image.superblock());
    writeSpace(rows, image.superblock(), image.geometry());
    writeFeatures(rows, image.superblock().features());
    journal.write(rows);
    rows.row("view", Views.word(image));
    rows.row("read through", image.device().describe());
  }

  private static void writeIdentity(Rows rows, Superblock superblock) throws IOException {
    rows.row(
        "label",
        superblock.volumeName().isEmpty() ? "none" : Text.printable(superblock.volumeName()));
    rows.row("uuid", superblock.uuid().toString());
    rows.row("state", String.join(", ", states(superblock)));
    rows.row("last mounted", lastMounted(superblock));
    rows.row("made", Text.superTime(superblock.mkfsTime()));
    rows.row("last written", Text.superTime(superblock.writeTime()));
    rows.row("last checked", Text.superTime(superblock.lastCheckTime()));
  }

  private static String lastMounted(Superblock superblock) {
    String when = Text.superTime(superblock.mountTime());
    String where = Text.printable(superblock.lastMounted());
    return where.isEmpty() ? when : when + " on " + where;
  }

  private static void writeSpace(Rows rows, Superblock superblock, Geometry geometry)
      throws IOException {
    int blockSize = geometry.blockSize();
    rows.row(
        "size",
        Text.bytes(geometry.blocksCount() * blockSize)
            + " in "
            + Text.count(geometry.blocksCount(), "block")
            + " of "
            + blockSize
            + clusters(geometry));
    rows.row(
        "free",
        Text.bytes(superblock.freeBlocksCount() * blockSize)
            + " ("
            + Text.count(superblock.freeBlocksCount(), "block")
            + "), "
            + superblock.reservedBlocksCount()
            + " reserved");
    rows.row(
        "inodes",
        geometry.inodesCount()
            + " of "
            + geometry.inodeSize()
            + " bytes, "
            + superblock.freeInodesCount()
            + " free");
    rows.row(
        "groups",
        geometry.groupCount()
            + " of "
            + Text.count(geometry.blocksPerGroup(), "block")
            + " and "
            + Text.count(geometry.inodesPerGroup(), "inode")
            + ", descriptors of "
            + geometry.descSize()
            + " bytes");
  }

  private static String clusters(Geometry geometry) {
    return geometry.clusterRatio() == 1
        ? ""
        : ", clusters of " + geometry.clusterRatio() + " blocks";
  }

  private static void writeFeatures(Rows rows, FeatureSet features) throws IOException {
    rows.row("features", String.join(" ", features.names()));
    rows.row(
        "ext4map can",
        writableReason(features).isEmpty()
            ? "read and write it"
            : "read it; " + writableReason(features));
  }

  /** Why the image cannot be written, or nothing. */
  private static String writableReason(FeatureSet features) {
    try {
      features.requireWritable();
      return "";
    } catch (UnsupportedFeatureException refused) {
      return Failure.describe(refused);
    }
  }

  private static List<String> states(Superblock superblock) {
    List<String> states = new ArrayList<>();
    int state = superblock.state();
    states.add((state & 1) != 0 ? "clean" : "not clean");
    if ((state & 2) != 0) {
      states.add("with errors");
    }
    if ((state & 4) != 0) {
      states.add("orphans being recovered");
    }
    if (superblock.errorCount() > 0) {
      states.add(Text.count(superblock.errorCount(), "error") + " recorded");
    }
    return states;
  }

  private void write(Json json, Ext4Image image, JournalReport journal, GroupTableReport groups)
      throws IOException {
    Superblock superblock = image.superblock();
    Geometry geometry = image.geometry();
    json.field("image", file().toString());
    json.field("label", superblock.volumeName());
    json.field("uuid", superblock.uuid().toString());
    json.field("clean", (superblock.state() & 1) != 0);
    json.field("errors_recorded", superblock.errorCount());
    json.field("block_size", geometry.blockSize());
    json.field("cluster_size", (long) geometry.blockSize() * geometry.clusterRatio());
    json.field("blocks", geometry.blocksCount());
    json.field("free_blocks", superblock.freeBlocksCount());
    json.field("free_clusters", superblock.freeBlocksCount() / geometry.clusterRatio());
    json.field("reserved_blocks", superblock.reservedBlocksCount());
    json.field("first_data_block", geometry.firstDataBlock());
    json.field("inodes", geometry.inodesCount());
    json.field("free_inodes", superblock.freeInodesCount());
    json.field("inode_size", geometry.inodeSize());
    json.field("group_count", geometry.groupCount());
    json.field("blocks_per_group", geometry.blocksPerGroup());
    json.field("inodes_per_group", geometry.inodesPerGroup());
    json.field("descriptor_size", geometry.descSize());
    json.field("made_time", superblock.mkfsTime());
    json.field("mount_time", superblock.mountTime());
    json.field("write_time", superblock.writeTime());
    json.field("check_time", superblock.lastCheckTime());
    json.field("last_mounted", superblock.lastMounted());
    json.object("features", sets -> writeFeatures(sets, superblock.features()));
    json.field("writable", writableReason(superblock.features()).isEmpty());
    json.field("not_writable_reason", writableReason(superblock.features()));
    json.object("journal", journal::write);
    json.field("read_through", image.device().describe());
    json.array(
        "groups",
        list -> {
          if (withGroups) {
            groups.write(list);
          }
        });
  }

  private static void writeFeatures(Json json, FeatureSet features) throws IOException {
    for (Feature.Set set : Feature.Set.values()) {
      int compat = set == Feature.Set.COMPAT ? features.compat() : 0;
      int incompat = set == Feature.Set.INCOMPAT ? features.incompat() : 0;
      int roCompat = set == Feature.Set.RO_COMPAT ? features.roCompat() : 0;
      json.strings(
          set.name().toLowerCase(Locale.ROOT), new FeatureSet(compat, incompat, roCompat).names());
    }
  }
}
