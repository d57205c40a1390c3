package org.ext4map.check;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.ext4map.ondisk.Crc32c;
import org.ext4map.ondisk.Feature;
import org.ext4map.ondisk.FileType;
import org.ext4map.ondisk.Geometry;
import org.ext4map.ondisk.GroupDescriptor;
import org.ext4map.ondisk.LittleEndian;
import org.ext4map.ondisk.NameHash;
import org.jspecify.annotations.Nullable;

/**
 * Looks through the blocks of some directories and tells which of them are without any fault, as
 * far as their own entries and the inodes these name can tell. All others go to the judge, which
 * alone tells problems. What counts of the names waits here until the checking thread takes it
 * over.
 *
 * <p>The index of a directory is judged by its own judge, whose findings are not told: if there are
 * any, the whole directory is judged again.
 */
final class DirectorySieve {
  /** Bytes of directory blocks in one piece at most, unless one directory has more. */
  private static final int PIECE_BYTES = 1 << 16;

  /** Bytes of one directory at most. */
  private static final long MOST_BYTES = 32L << 20;

  private static final int MOST_DIRECTORIES = 256;
  private static final int MOST_BLOCK_SIZE = 1 << 15;
  private static final int HEADER_WORDS = 2;
  private static final int LEAST_RECORD = 12;
  private static final int TAIL_BYTES = 12;
  private static final int TAIL_WORD = TAIL_BYTES | 0xDE << 24;
  private static final int DOT = '.';
  private static final int DOTS = '.' | '.' << 8;
  private static final int EACH_BYTE = 0x01010101;
  private static final int EACH_TOP_BIT = 0x80808080;
  private static final int SLASHES = '/' * EACH_BYTE;
  private static final int[] LOST_FOUND = {0x74736f6c, 0x756f662b, 0x646e};
  private static final int LOST_FOUND_BYTES = 10;
  private static final int KEPT_TARGETS = 1 << 18;

  /** Short loops in methods that are called often are compiled soon, long ones late. */
  private static final int TARGETS_AT_ONCE = 16;

  private final Docket docket;
  private final Geometry geometry;
  private final Census census;
  private final boolean applies;
  private final boolean checksums;
  private final boolean anyMalformed;
  private final OwnInodes own;
  private final int blockSize;
  private final ByteBuffer blocks;
  private final int[] words;
  private final int[] hashed;
  private final int[] scratch = new int[NameHash.SCRATCH_WORDS];

  private int first;
  private int count;

  private final boolean[] sound = new boolean[MOST_DIRECTORIES];
  private final long[] dotDots = new long[MOST_DIRECTORIES];
  private final int[] targetsEnd = new int[MOST_DIRECTORIES];
  private final int[] childrenEnd = new int[MOST_DIRECTORIES];
  private int[] targets = new int[KEPT_TARGETS / 16];
  private int targetCount;
  private int[] children = new int[64];
  private int childCount;
  private boolean lostFound;

  private long ino;
  private int place;
  private long dotDot;
  private @Nullable NameHash hash;
  private long leastHash;
  private long mostHash;
  private DuplicateNames duplicates;
  private boolean numbersNames;

  DirectorySieve(Docket docket) {
    this.docket = docket;
    this.geometry = docket.geometry();
    this.census = docket.census();
    this.blockSize = geometry.blockSize();
    this.duplicates = new DuplicateNames(docket, 0);
    this.applies = docket.workers().glances() && applies(docket);
    this.checksums = geometry.hasMetadataChecksums();
    this.own = new OwnInodes(docket.superblock());
    this.anyMalformed = !census.malformed().isEmpty();
    int bytes = applies ? pieceBytes(census, blockSize) : 0;
    this.blocks = ByteBuffer.allocateDirect(bytes);
    this.words = new int[bytes / Integer.BYTES];
    this.hashed = new int[Integer.highestOneBit(blockSize / LEAST_RECORD) * 4];
  }

  /** True if nothing about the file system as a whole wants the judge for every directory. */
  private static boolean applies(Docket docket) {
    Geometry geometry = docket.geometry();
    if (docket.superblock().creatorOs() != 0
        || !geometry.has(Feature.FILETYPE)
        || geometry.has(Feature.LARGEDIR)
        || geometry.blockSize() > MOST_BLOCK_SIZE
        || !docket.claims().twice().isEmpty()
        || !docket.census().inBadBlock().isEmpty()
        || !docket.census().valueHolders().isEmpty()) {
      return false;
    }
    boolean unusedCounts = geometry.features().hasGroupChecksums();
    for (long group = 0; group < geometry.groupCount(); group++) {
      GroupDescriptor descriptor = docket.groups().get(group);
      if (docket.groups().isDistrusted(group)
          || Integer.toUnsignedLong(descriptor.itableUnused()) > geometry.inodesPerGroup()
          || (!unusedCounts
              && (descriptor.itableUnused() != 0
                  || (descriptor.flags() & GroupDescriptor.INODE_UNINIT) != 0))) {
        return false;
      }
    }
    return true;
  }

  /** Bytes of the largest piece: all directories, if they are small. */
  private static int pieceBytes(Census census, int blockSize) {
    long bytes = blockSize;
    for (int i = 0; i < census.directoryCount() && bytes < PIECE_BYTES; i++) {
      bytes += census.directoryBlocks(i) * blockSize;
    }
    return (int) Math.min(bytes, PIECE_BYTES);
  }

  /** Makes directories from the {@code next}-th on the next piece; answers how many. */
  int prepare(int next) {
    first = next;
    count = 0;
    long bytes = 0;
    while (count < MOST_DIRECTORIES && first + count < census.directoryCount()) {
      bytes += census.directoryBlocks(first + count) * blockSize;
      if (count > 0 && bytes > PIECE_BYTES) {
        break;
      }
      count++;
    }
    return count;
  }

  /** Looks at each directory of the piece. */
  void work() {
    if (targets.length > KEPT_TARGETS) {
      targets = new int[KEPT_TARGETS];
    }
    targetCount = 0;
    childCount = 0;
    lostFound = false;
    for (int i = 0; i < count; i++) {
      int targetsBefore = targetCount;
      int childrenBefore = childCount;
      sound[i] = applies && isSound(first + i);
      if (!sound[i]) {
        targetCount = targetsBefore;
        childCount = childrenBefore;
      }
      targetsEnd[i] = targetCount;
      childrenEnd[i] = childCount;
      dotDots[i] = dotDot;
    }
  }

  private boolean isSound(int index) {
    long blockCount = census.directoryBlocks(index);
    PlainMaps maps = census.plainMaps();
    if (!maps.isKnown(index)
        || blockCount * blockSize > MOST_BYTES
        || census.policies().containsKey(census.directory(index))) {
      return false;
    }
    ino = census.directory(index);
    dotDot = 0;
    place = 0;
    hash = null;
    int seed = geometry.inodeChecksumSeed(ino, maps.generation(index));
    duplicates = new DuplicateNames(docket, ino);
    numbersNames = blockCount > 1 && !maps.isIndexed(index);
    Findings untold = new Findings(CheckListener.NONE);
    HtreeJudge htree = new HtreeJudge(docket, untold, ino, maps.isIndexed(index), true, blockCount);
    try {
      long lblk = 0;
      int end = maps.endRun(index);
      for (int run = maps.firstRun(index); run < end; run++) {
        if (!isRunSound(maps.pblk(run), maps.length(run), lblk, seed, htree)) {
          return false;
        }
        lblk += maps.length(run);
      }
    } catch (IOException e) {
      return false; // the judge will meet it again
    }
    htree.conclude();
    return untold.isEmpty() && !duplicates.isDoubtful();
  }

  private boolean isRunSound(long pblk, int length, long lblk, int seed, HtreeJudge htree)
      throws IOException {
    int perRead = blocks.capacity() / blockSize;
    for (int done = 0; done < length; done += perRead) {
      int part = Math.min(perRead, length - done);
      blocks.clear().limit(part * blockSize);
      if (!docket.image().readRun(pblk + done, blocks)) {
        return false;
      }
      LittleEndian.copy32(blocks, 0, words, part * blockSize / Integer.BYTES);
      for (int i = 0; i < part; i++) {
        if (!isBlockSound(i * blockSize, lblk + done + i, pblk + done + i, seed, htree)) {
          return false;
        }
      }
    }
    return true;
  }

  private boolean isBlockSound(int at, long lblk, long pblk, int seed, HtreeJudge htree) {
    ByteBuffer block = blocks.slice(at, blockSize);
    boolean leaf = htree.kindOf(block, lblk) == HtreeJudge.Kind.LEAF;
    int end = at + blockSize;
    if (leaf && checksums) {
      end -= TAIL_BYTES;
      int tail = end / Integer.BYTES;
      if (words[tail] != 0
          || words[tail + 1] != TAIL_WORD
          || words[tail + 2] != Crc32c.update(seed, block, 0, blockSize - TAIL_BYTES)) {
        return false;
      }
    }
    place = lblk == 0 ? 0 : 2;
    leastHash = Long.MAX_VALUE;
    mostHash = 0;
    if (!areRecordsSound(at, end, lblk)) {
      return false;
    }
    if (!leaf) {
      htree.judgeNode(block, lblk, pblk, seed);
      hash = htree.hash();
    } else if (lblk > 0) {
      htree.leaf(lblk, leastHash, mostHash);
      htree.tellHashes(lblk, pblk, duplicates);
    }
    if (numbersNames) {
      duplicates.block(pblk);
    }
    return true;
  }

  private boolean areRecordsSound(int start, int end, long lblk) {
    Arrays.fill(hashed, 0);
    NameHash hashOfBlock = lblk > 0 ? hash : null;
    int at = start;
    while (at < end) {
      place++;
      if (at + LEAST_RECORD > end) {
        return false;
      }
      int word = at / Integer.BYTES;
      int target = words[word];
      int length = words[word + 1] & 0xFFFF;
      int nameLength = words[word + 1] >>> 16 & 0xFF;
      int type = words[word + 1] >>> 24;
      if (length < LEAST_RECORD
          || (length & 3) != 0
          || length > end - at
          || nameLength + HEADER_WORDS * Integer.BYTES > length) {
        return false;
      }
      boolean dots = place <= 2;
      if (dots ? !areDots(word, target, length, nameLength, type) : target == (int) ino) {
        return false;
      }
      if (target != 0) {
        if (!dots && !isEntrySound(word + HEADER_WORDS, target, nameLength, type)) {
          return false;
        }
        if (!isUnique(word, nameLength)) {
          return false;
        }
        if (numbersNames && !dots) {
          duplicates.number(numberOf(word + HEADER_WORDS, nameLength));
        }
        if (hashOfBlock != null) {
          long value = hashOfBlock.of(words, word + HEADER_WORDS, nameLength, scratch);
          leastHash = Math.min(leastHash, value);
          mostHash = Math.max(mostHash, value);
        }
        addTarget(target);
      }
      at += length;
    }
    return true;
  }

  /** True if the record is the first or second one as it should be. */
  private boolean areDots(int word, int target, int length, int nameLength, int type) {
    int name = words[word + HEADER_WORDS];
    boolean right =
        place == 1
            ? target == (int) ino && name == DOT && nameLength == 1 && length == LEAST_RECORD
            : (name & 0xFFFFFF) == DOTS && nameLength == 2;
    if (place == 2) {
      dotDot = Integer.toUnsignedLong(target);
    }
    return right && type == FileType.DIRECTORY.entryCode() && isType(target, type);
  }

  /** True if {@code target} is an inode in use, of the type with this code. */
  private boolean isType(int target, int type) {
    long number = Integer.toUnsignedLong(target);
    return type != 0
        && (number >= geometry.firstIno() || number == InodePass.ROOT_INO)
        && number <= geometry.inodesCount()
        && !own.has(number)
        && census.typeCode(number) == type
        && !(anyMalformed && census.malformed().get(number));
  }

  private boolean isEntrySound(int nameAt, int target, int nameLength, int type) {
    if (nameLength == 0
        || target == InodePass.ROOT_INO
        || !isType(target, type)
        || !isNameSound(nameAt, nameLength)) {
      return false;
    }
    boolean directory = type == FileType.DIRECTORY.entryCode();
    if (ino == InodePass.ROOT_INO && nameLength == LOST_FOUND_BYTES && isLostFound(nameAt)) {
      if (!directory || census.policies().containsKey(Integer.toUnsignedLong(target))) {
        return false;
      }
      lostFound = true;
    }
    if (directory) {
      if (childCount == children.length) {
        children = Arrays.copyOf(children, 2 * childCount);
      }
      children[childCount++] = target;
    }
    return true;
  }

  private boolean isLostFound(int at) {
    return words[at] == LOST_FOUND[0]
        && words[at + 1] == LOST_FOUND[1]
        && (words[at + 2] & 0xFFFF) == LOST_FOUND[2];
  }

  /** True if the name is neither dots nor has a slash or a zero byte. */
  private boolean isNameSound(int at, int length) {
    int last = at + (length - 1) / Integer.BYTES;
    int odd = 0;
    for (int i = at; i < last; i++) {
      odd |= zeroes(words[i]) | zeroes(words[i] ^ SLASHES);
    }
    int used = usedOfLast(length);
    int rest = (words[last] & used) | (EACH_BYTE & ~used);
    odd |= zeroes(rest) | zeroes(rest ^ SLASHES);
    boolean dots = length <= 2 && (words[last] & used) == (length == 1 ? DOT : DOTS);
    return odd == 0 && !dots;
  }

  /** Those bits of the last word of a name that belong to it. */
  private static int usedOfLast(int length) {
    return -1 >>> (8 * (-length & 3));
  }

  /** Not 0 if a byte of {@code word} is 0. */
  private static int zeroes(int word) {
    return (word - EACH_BYTE) & ~word & EACH_TOP_BIT;
  }

  /** True if no earlier record of the block has the same name. */
  private boolean isUnique(int word, int length) {
    int at = word + HEADER_WORDS;
    int last = at + (length - 1) / Integer.BYTES;
    int used = usedOfLast(length);
    int sum = length;
    for (int i = at; i < last; i++) {
      sum = Integer.rotateLeft((sum ^ words[i]) * 0x9E3779B1, 15);
    }
    sum = (sum ^ (words[last] & used)) * 0x9E3779B1;
    int slot = sum >>> (Integer.numberOfLeadingZeros(hashed.length) + 1);
    while (hashed[slot] != 0) {
      if (isSameName(hashed[slot] - 1, word, length, last - at, used)) {
        return false;
      }
      slot = (slot + 1) & (hashed.length - 1);
    }
    hashed[slot] = word + 1;
    return true;
  }

  private long numberOf(int at, int length) {
    int last = at + (length - 1) / Integer.BYTES;
    long number = length;
    for (int i = at; i <= last; i++) {
      int word = i < last ? words[i] : words[i] & usedOfLast(length);
      number = (number ^ word) * 0x9E3779B97F4A7C15L;
      number ^= number >>> 32;
    }
    return number;
  }

  private boolean isSameName(int one, int other, int length, int wholeWords, int used) {
    if ((words[one + 1] >>> 16 & 0xFF) != length) {
      return false;
    }
    int oneAt = one + HEADER_WORDS;
    int otherAt = other + HEADER_WORDS;
    for (int i = 0; i < wholeWords; i++) {
      if (words[oneAt + i] != words[otherAt + i]) {
        return false;
      }
    }
    return ((words[oneAt + wholeWords] ^ words[otherAt + wholeWords]) & used) == 0;
  }

  private void addTarget(int target) {
    if (targetCount == targets.length) {
      targets = Arrays.copyOf(targets, 2 * targetCount);
    }
    targets[targetCount++] = target;
  }

  /** Directories of the piece. */
  int count() {
    return count;
  }

  /** The place among all directories of the first one of the piece. */
  int first() {
    return first;
  }

  /**
   * Counts the names of the {@code i}-th directory of the piece; false, and nothing done, if the
   * judge has to see it.
   */
  boolean take(int i) {
    if (!sound[i] || !adopt(i)) {
      return false;
    }
    int end = targetsEnd[i];
    for (int from = i == 0 ? 0 : targetsEnd[i - 1]; from < end; from += TARGETS_AT_ONCE) {
      census.names().incrementAll(targets, from, Math.min(from + TARGETS_AT_ONCE, end));
    }
    for (int from = i == 0 ? 0 : targetsEnd[i - 1]; from < end; from += TARGETS_AT_ONCE) {
      census.names().share(targets, from, Math.min(from + TARGETS_AT_ONCE, end));
    }
    census.setDotDot(first + i, dotDots[i]);
    if (lostFound && census.directory(first + i) == InodePass.ROOT_INO) {
      census.noteLostFound();
    }
    return true;
  }

  /** Makes the directory the parent of those it names; false if one of them has a parent. */
  private boolean adopt(int i) {
    int from = i == 0 ? 0 : childrenEnd[i - 1];
    for (int c = from; c < childrenEnd[i]; c++) {
      int child = census.indexOf(Integer.toUnsignedLong(children[c]));
      if (child >= 0 && census.parent(child) != 0) {
        for (int undo = from; undo < c; undo++) {
          int adopted = census.indexOf(Integer.toUnsignedLong(children[undo]));
          if (adopted >= 0) {
            census.setParent(adopted, 0);
          }
        }
        return false;
      }
      if (child >= 0) {
        census.setParent(child, census.directory(first + i));
      }
    }
    return true;
  }
}
