package org.ext4map.images;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the judge saw of one name. Fields that do not apply to a type are null, empty or zero.
 *
 * @param path absolute path in the image
 * @param inode inode number
 * @param type {@code file}, {@code dir}, {@code symlink}, {@code char}, {@code block}, {@code
 *     fifo}, {@code socket}
 * @param size bytes
 * @param mode permission bits in octal
 * @param links link count as stat shows it
 * @param uid owner
 * @param gid group
 * @param mtime seconds since 1970; null if recovery itself changes it
 * @param sectors st_blocks, 512 bytes each
 * @param flags inode flags that FS_IOC_GETFLAGS shows
 * @param mapping {@code extents}, {@code indirect} or {@code inline}; null if not a file or
 *     directory
 * @param extents the map, neighbours joined
 * @param extentsSource {@code fiemap} or {@code debugfs}
 * @param treeEntries leaf entries as they stand in the tree, if that differs from {@code extents};
 *     see {@link #entries}
 * @param depth depth of the extent tree; null if not extent-mapped
 * @param data what SEEK_DATA and SEEK_HOLE say on a fresh mount, where an unwritten extent is a
 *     hole
 * @param sha256 hash of all bytes as read, holes included; null for huge files
 * @param sha256OfMapped for huge files: for each of {@code extents}, cut at the size, the hash
 *     takes the offset and the length in bytes (8 bytes each, little-endian) and the bytes as read
 * @param symlinkTarget target of a symbolic link
 * @param device {@code major:minor}
 * @param xattrs attribute name to sha256 of its value
 * @param names number of names in a directory, without the dots
 * @param namesSha256 sha256 of the sorted lines {@code name TAB inode NEWLINE}
 * @param listedStep for a large directory: only every so many children are in the manifest
 * @param error errno name, if the kernel could not tell everything about it
 */
public record FileTruth(
    String path,
    long inode,
    @Nullable String type,
    long size,
    @Nullable String mode,
    int links,
    long uid,
    long gid,
    @Nullable Long mtime,
    long sectors,
    long flags,
    @Nullable String mapping,
    List<ExtentTruth> extents,
    @Nullable String extentsSource,
    @JsonProperty("entries") @Nullable List<ExtentTruth> treeEntries,
    @Nullable Integer depth,
    @Nullable List<DataSegment> data,
    @Nullable String sha256,
    @Nullable String sha256OfMapped,
    @Nullable String symlinkTarget,
    @Nullable String device,
    Map<String, String> xattrs,
    @Nullable Integer names,
    @Nullable String namesSha256,
    @Nullable Integer listedStep,
    @Nullable String error) {

  /** Replaces what the manifest leaves out by empty collections. */
  public FileTruth {
    extents = extents == null ? List.of() : List.copyOf(extents);
    treeEntries = treeEntries == null ? null : List.copyOf(treeEntries);
    data = data == null ? null : List.copyOf(data);
    xattrs = xattrs == null ? Map.of() : Map.copyOf(xattrs);
  }

  /** A regular file. */
  public boolean isFile() {
    return "file".equals(type);
  }

  /** A directory. */
  public boolean isDirectory() {
    return "dir".equals(type);
  }

  /** The leaf entries as they stand in the tree; empty if the file is not extent-mapped. */
  public List<ExtentTruth> entries() {
    if (!"extents".equals(mapping)) {
      return List.of();
    }
    return treeEntries == null ? extents : treeEntries;
  }

  /**
   * This, without the time and without what only debugfs can tell: entries and depth of the tree.
   */
  FileTruth asMounted() {
    return new FileTruth(
        path,
        inode,
        type,
        size,
        mode,
        links,
        uid,
        gid,
        null,
        sectors,
        flags,
        mapping,
        extents,
        extentsSource,
        null,
        null,
        data,
        sha256,
        sha256OfMapped,
        symlinkTarget,
        device,
        xattrs,
        names,
        namesSha256,
        listedStep,
        error);
  }
}
