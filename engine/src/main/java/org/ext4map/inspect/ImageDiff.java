package org.ext4map.inspect;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.ext4map.Ext4File;
import org.ext4map.Ext4Image;
import org.ext4map.inspect.Difference.Existence;
import org.ext4map.inspect.Difference.Field;
import org.ext4map.inspect.Difference.Subject;
import org.ext4map.model.Ext4Exception;
import org.ext4map.ondisk.FileType;
import org.ext4map.ondisk.Geometry;
import org.ext4map.ondisk.GroupDescriptor;
import org.ext4map.ondisk.InodeRecord;
import org.ext4map.ondisk.Superblock;

/**
 * How two images differ, by meaning: counters, fields of inodes, names, and where files lie and in
 * which state. Bytes of files are not compared, nor how a tree is built that maps the same blocks.
 */
public final class ImageDiff {
  private final Ext4Image before;
  private final Ext4Image after;
  private final Visitor visitor;
  private final Progress progress;
  private final Unread unread = new Unread();
  private final boolean sameBlocks;

  /** Is told differences as they are found. */
  @FunctionalInterface
  public interface Visitor {
    /** The file system's come first, then groups', then those of inodes by number. */
    void visit(Difference difference) throws IOException;
  }

  private ImageDiff(Ext4Image before, Ext4Image after, Visitor visitor, Progress progress) {
    this.before = before;
    this.after = after;
    this.visitor = visitor;
    this.progress = progress;
    this.sameBlocks = before.geometry().blockSize() == after.geometry().blockSize();
  }

  /**
   * Compares. Memory: a part of one directory; time: a walk through both images. Where a file lies
   * is not compared if the sizes of blocks differ.
   *
   * @return what could not be read in either image
   */
  public static Unread compare(
      Ext4Image before, Ext4Image after, Visitor visitor, Progress progress) throws IOException {
    ImageDiff diff = new ImageDiff(before, after, visitor, progress);
    diff.fields(Subject.FILE_SYSTEM, 0, fileSystem(before), fileSystem(after));
    diff.groups();
    diff.unread.add(new InodeScan(before, progress).run(diff::inodeBefore));
    diff.unread.add(new InodeScan(after, progress).run(diff::inodeAfter));
    return diff.unread;
  }

  private void fields(
      Subject subject, long number, Map<String, String> these, Map<String, String> those)
      throws IOException {
    TreeSet<String> names = new TreeSet<>(these.keySet());
    names.addAll(those.keySet());
    for (String name : names) {
      String one = these.getOrDefault(name, "none");
      String other = those.getOrDefault(name, "none");
      if (!one.equals(other)) {
        visitor.visit(new Field(subject, number, name, one, other));
      }
    }
  }

  private static Map<String, String> fileSystem(Ext4Image image) {
    Superblock superblock = image.superblock();
    Geometry geometry = image.geometry();
    Map<String, String> fields = new LinkedHashMap<>();
    fields.put("uuid", superblock.uuid().toString());
    fields.put("volume_name", superblock.volumeName());
    fields.put("last_mounted", superblock.lastMounted());
    fields.put("features", String.join(" ", superblock.features().names()));
    fields.put("block_size", "" + geometry.blockSize());
    fields.put("cluster_ratio", "" + geometry.clusterRatio());
    fields.put("blocks_count", "" + geometry.blocksCount());
    fields.put("blocks_per_group", "" + geometry.blocksPerGroup());
    fields.put("inodes_count", "" + geometry.inodesCount());
    fields.put("inodes_per_group", "" + geometry.inodesPerGroup());
    fields.put("inode_size", "" + geometry.inodeSize());
    fields.put("free_blocks_count", "" + superblock.freeBlocksCount());
    fields.put("free_inodes_count", "" + superblock.freeInodesCount());
    fields.put("reserved_blocks_count", "" + superblock.reservedBlocksCount());
    fields.put("state", "0x" + Integer.toHexString(superblock.state()));
    fields.put("error_count", "" + superblock.errorCount());
    fields.put("mount_count", "" + superblock.mountCount());
    fields.put("mount_time", "" + superblock.mountTime());
    fields.put("write_time", "" + superblock.writeTime());
    fields.put("kbytes_written", "" + superblock.kbytesWritten());
    fields.put("last_orphan", "" + superblock.lastOrphan());
    fields.put("journal_inum", "" + superblock.journalInum());
    return fields;
  }

  private void groups() throws IOException {
    long count = Math.min(before.geometry().groupCount(), after.geometry().groupCount());
    for (long each = 0; each < count; each++) {
      long group = each;
      progress.step("group descriptors", group, count);
      unread.during(
          () ->
              fields(Subject.GROUP, group, group(before.group(group)), group(after.group(group))));
    }
  }

  private static Map<String, String> group(GroupDescriptor group) {
    Map<String, String> fields = new LinkedHashMap<>();
    fields.put("free_clusters", "" + group.freeClusters());
    fields.put("free_inodes", "" + group.freeInodes());
    fields.put("used_dirs", "" + group.usedDirs());
    fields.put("itable_unused", "" + group.itableUnused());
    fields.put("flags", "0x" + Integer.toHexString(group.flags()));
    fields.put("block_bitmap", "" + group.blockBitmap());
    fields.put("inode_bitmap", "" + group.inodeBitmap());
    fields.put("inode_table", "" + group.inodeTable());
    return fields;
  }

  private boolean inodeBefore(Ext4File file) throws IOException {
    Optional<Ext4File> other = inUse(after, file.ino());
    if (other.isEmpty()) {
      visitor.visit(new Existence(file.ino(), file.type(), false));
      names(Optional.of(file), Optional.empty());
      return true;
    }
    Ext4File now = other.get();
    fields(Subject.INODE, file.ino(), inode(file), inode(now));
    if (sameBlocks && (file.isMapped() || now.isMapped())) {
      MapDiff.compare(file, now, visitor);
    }
    names(Optional.of(file), other);
    return true;
  }

  private boolean inodeAfter(Ext4File file) throws IOException {
    if (inUse(before, file.ino()).isEmpty()) {
      visitor.visit(new Existence(file.ino(), file.type(), true));
      names(Optional.empty(), Optional.of(file));
    }
    return true;
  }

  private static Optional<Ext4File> inUse(Ext4Image image, long ino) throws IOException {
    try {
      Ext4File file = image.inode(ino);
      return InodeScan.isInUse(image, file) ? Optional.of(file) : Optional.empty();
    } catch (NoSuchFileException neverUsed) {
      return Optional.empty();
    }
  }

  private void names(Optional<Ext4File> one, Optional<Ext4File> other) throws IOException {
    Optional<Ext4File> first = one.filter(file -> file.type() == FileType.DIRECTORY);
    Optional<Ext4File> second = other.filter(file -> file.type() == FileType.DIRECTORY);
    if (first.isPresent() || second.isPresent()) {
      new DirectoryDiff(first, second, visitor).run();
    }
  }

  private static Map<String, String> inode(Ext4File file) throws IOException {
    InodeRecord record = file.record();
    Map<String, String> fields = new LinkedHashMap<>();
    fields.put("mode", "0" + Integer.toOctalString(record.mode()));
    fields.put("uid", "" + record.uid());
    fields.put("gid", "" + record.gid());
    fields.put("size", "" + file.size());
    fields.put("links_count", "" + record.linksCount());
    fields.put("sectors", "" + record.sectors());
    fields.put("flags", "0x" + Integer.toHexString(record.flags()));
    fields.put("generation", Integer.toUnsignedString(record.generation()));
    fields.put("project_id", "" + record.projectId());
    fields.put("dtime", "" + record.dtime());
    fields.put("atime", record.atime().toString());
    fields.put("ctime", record.ctime().toString());
    fields.put("mtime", record.mtime().toString());
    fields.put("crtime", record.crtime().toString());
    fields.put("file_acl", "" + record.fileAcl());
    if (!file.isMapped()) {
      byte[] bytes = new byte[InodeRecord.I_BLOCK_BYTES];
      record.bytes().get(record.base() + InodeRecord.I_BLOCK, bytes);
      fields.put("i_block", HexFormat.of().formatHex(bytes));
    }
    List<String> unreadable = new ArrayList<>();
    try {
      for (String name : file.xattrNames()) {
        file.xattr(name).ifPresent(value -> fields.put("xattr " + name, digest(value)));
      }
    } catch (Ext4Exception broken) {
      unreadable.add(String.valueOf(broken.getMessage()));
    }
    unreadable.forEach(why -> fields.put("xattrs", why));
    return fields;
  }

  /** A short value itself, a long one by length and hash. */
  private static String digest(byte[] value) {
    return value.length <= 32
        ? "0x" + HexFormat.of().formatHex(value)
        : value.length + " bytes, hash " + Arrays.hashCode(value);
  }
}
