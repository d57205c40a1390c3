package org.ext4map.check;

import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.ext4map.ondisk.FileType;

/** What the walk over the inode tables learns about every inode, for the passes that follow. */
final class Census {
  private final Bits used;
  private final Bits directories;
  private final Bits malformed;
  private final Bits inBadBlock;
  private final Bits valueHolders;
  private final Counts types;
  private final Counts links;
  private final Counts names;
  private final Map<Long, Long> valueReferences = new HashMap<>();
  private final Map<Long, String> policies = new HashMap<>();
  private final Set<Long> tolerated = new HashSet<>();
  private long[] directoryList = new long[64];
  private long[] parents = new long[64];
  private long[] dotDots = new long[64];
  private long[] directoryBlocks = new long[64];
  private int directoryCount;
  private final PlainMaps plainMaps = new PlainMaps();
  private boolean lostFound;

  Census(long inodes) {
    used = new Bits(inodes + 1);
    directories = new Bits(inodes + 1);
    malformed = new Bits(inodes + 1);
    inBadBlock = new Bits(inodes + 1);
    valueHolders = new Bits(inodes + 1);
    types = new Counts(inodes + 1);
    links = new Counts(inodes + 1);
    names = new Counts(inodes + 1);
  }

  /**
   * The most memory that a census of {@code inodes} takes, directories not counted.
   *
   * @param kept those that can be in use, and the others on the same pages
   */
  static long bytesFor(long inodes, long kept) {
    return 2 * Bits.bytesFor(inodes) + 3 * Counts.bytesFor(inodes, kept);
  }

  /** Inodes in use. */
  Bits used() {
    return used;
  }

  /** Inodes that are directories. */
  Bits directories() {
    return directories;
  }

  /** Inodes whose form does not fit their type, so that no name should tell a type for them. */
  Bits malformed() {
    return malformed;
  }

  /** Inodes whose place in the table is on the list of bad blocks. */
  Bits inBadBlock() {
    return inBadBlock;
  }

  /** Inodes marked as holding an attribute value. */
  Bits valueHolders() {
    return valueHolders;
  }

  /**
   * Notes types and i_links_count of {@code count} inodes from {@code first} on, zeros for those of
   * which nothing is known yet.
   */
  void setOrdinary(long first, byte[] entryCodes, byte[] linkCounts, int count) {
    types.setAll(first, entryCodes, count);
    links.setAll(first, linkCounts, count);
  }

  void setType(long ino, FileType type) {
    types.set(ino, type.entryCode());
  }

  /** The code of the type of {@code ino} in directory entries; 0 if it has none. */
  int typeCode(long ino) {
    return (int) types.get(ino);
  }

  /** Where directories lie whose maps are known. */
  PlainMaps plainMaps() {
    return plainMaps;
  }

  FileType type(long ino) {
    return FileType.ofEntryCode((int) types.get(ino));
  }

  /** i_links_count by inode. */
  Counts links() {
    return links;
  }

  /** Names found by inode. */
  Counts names() {
    return names;
  }

  void addValueReference(long ino) {
    valueReferences.merge(ino, 1L, Long::sum);
  }

  long valueReferences(long ino) {
    return valueReferences.getOrDefault(ino, 0L);
  }

  /** The encryption policies of encrypted inodes; an empty one was malformed. */
  Map<Long, String> policies() {
    return policies;
  }

  /** Inodes that recovery would delete or truncate after the log was replayed. */
  Set<Long> tolerated() {
    return tolerated;
  }

  /** The root directory has lost+found. */
  void noteLostFound() {
    lostFound = true;
  }

  boolean hasLostFound() {
    return lostFound;
  }

  /** Adds a directory whose entries count; numbers must rise. */
  void addDirectory(long ino) {
    if (directoryCount == directoryList.length) {
      directoryList = Arrays.copyOf(directoryList, directoryCount * 2);
      parents = Arrays.copyOf(parents, directoryCount * 2);
      dotDots = Arrays.copyOf(dotDots, directoryCount * 2);
      directoryBlocks = Arrays.copyOf(directoryBlocks, directoryCount * 2);
    }
    directoryList[directoryCount++] = ino;
  }

  /** Blocks of the {@code index}-th directory up to the last one that is mapped. */
  long directoryBlocks(int index) {
    return directoryBlocks[index];
  }

  void setDirectoryBlocks(long ino, long count) {
    int index = indexOf(ino);
    if (index >= 0) {
      directoryBlocks[index] = count;
    }
  }

  int directoryCount() {
    return directoryCount;
  }

  /** The {@code index}-th directory. */
  long directory(int index) {
    return directoryList[index];
  }

  /** The place of {@code ino} among the directories, negative if it is none. */
  int indexOf(long ino) {
    return Arrays.binarySearch(directoryList, 0, directoryCount, ino);
  }

  /** The directory that holds a name of the {@code index}-th directory; 0 if none was found. */
  long parent(int index) {
    return parents[index];
  }

  void setParent(int index, long parent) {
    parents[index] = parent;
  }

  /** What ".." of the {@code index}-th directory names; 0 if there is none. */
  long dotDot(int index) {
    return dotDots[index];
  }

  void setDotDot(int index, long ino) {
    dotDots[index] = ino;
  }
}
