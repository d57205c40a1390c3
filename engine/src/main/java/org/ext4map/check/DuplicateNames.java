package org.ext4map.check;

import static org.ext4map.ondisk.LittleEndian.u16;
import static org.ext4map.ondisk.LittleEndian.u32;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Finds names that stand in two blocks of one directory; those that stand twice in one block are
 * the business of {@link DirectoryBlock}. Names are not kept: a block is read again if its names
 * may be elsewhere, too.
 *
 * <ul>
 *   <li>Of a hashed directory each leaf has a range of hashes; two leaves whose ranges touch are
 *       compared. In a sound index that is rare.
 *   <li>Of any other directory a number of 64 bits is kept for each name; names whose numbers are
 *       alike are compared.
 * </ul>
 */
final class DuplicateNames {
  private static final int HEADER_BYTES = 8;

  /** Names of one directory that are kept in mind: 8 MiB. Duplicates behind them stay unfound. */
  private static final int MOST_NAMES = 1 << 20;

  /** Leaves with overlapping hashes that are compared at most: a damaged index has many. */
  private static final int MOST_COMPARED = 1 << 8;

  private record Leaf(long pblk, long least, long most) implements Comparable<Leaf> {
    @Override
    public int compareTo(Leaf other) {
      return Long.compare(least, other.least);
    }
  }

  private final Docket docket;
  private final long ino;
  private final List<Leaf> leaves = new ArrayList<>();
  private long[] numbers = new long[16];
  private int count;

  DuplicateNames(Docket docket, long ino) {
    this.docket = docket;
    this.ino = ino;
  }

  /** A leaf of a hashed directory that holds names with hashes from {@code least} on. */
  void leaf(long pblk, long least, long most) {
    leaves.add(new Leaf(pblk, least, most));
  }

  /** A block of a directory that is not hashed. */
  void block(long pblk) {
    leaves.add(new Leaf(pblk, 0, 0));
  }

  /** A name in the last block that was told. */
  void name(byte[] name) {
    number(numberOf(name, name.length));
  }

  /** A name, by a number that hardly any other name has. */
  void number(long number) {
    if (count == MOST_NAMES) {
      return;
    }
    if (count == numbers.length) {
      numbers = Arrays.copyOf(numbers, count * 2);
    }
    numbers[count++] = number;
  }

  /** True if there may be something to tell. */
  boolean isDoubtful() {
    if (leaves.size() < 2) {
      return false;
    }
    if (count > 0) {
      return !twice().isEmpty();
    }
    Collections.sort(leaves);
    long most = -1;
    for (Leaf leaf : leaves) {
      if (leaf.least() <= most) {
        return true;
      }
      most = Math.max(most, leaf.most());
    }
    return false;
  }

  private Set<Long> twice() {
    Arrays.sort(numbers, 0, count);
    Set<Long> twice = new HashSet<>();
    for (int i = 1; i < count; i++) {
      if (numbers[i] == numbers[i - 1]) {
        twice.add(numbers[i]);
      }
    }
    return twice;
  }

  private static long numberOf(byte[] name, int length) {
    long number = length;
    for (int i = 0; i < length; i++) {
      number = (number ^ name[i]) * 0x9E3779B97F4A7C15L;
      number ^= number >>> 32;
    }
    return number;
  }

  /** Tells what was found, after the last block. */
  void conclude() throws IOException {
    if (leaves.size() > 1 && count == 0) {
      concludeByHash();
    } else if (isDoubtful()) {
      compare(leaves, twice());
    }
  }

  private void concludeByHash() throws IOException {
    Collections.sort(leaves);
    List<Leaf> touching = new ArrayList<>();
    long most = -1;
    for (int i = 0; i < leaves.size(); i++) {
      Leaf leaf = leaves.get(i);
      if (leaf.least() <= most) {
        if (touching.isEmpty()) {
          touching.add(leaves.get(i - 1));
        }
        touching.add(leaf);
      } else if (!touching.isEmpty()) {
        compare(touching, Set.of());
        touching.clear();
      }
      most = Math.max(most, leaf.most());
    }
    if (!touching.isEmpty()) {
      compare(touching, Set.of());
    }
  }

  /** Reads the blocks again; of their names those with one of {@code numbers} count, or all. */
  private void compare(List<Leaf> blocks, Set<Long> wanted) throws IOException {
    Map<ByteBuffer, Long> first = new HashMap<>();
    int most = wanted.isEmpty() ? Math.min(blocks.size(), MOST_COMPARED) : blocks.size();
    for (Leaf leaf : blocks.subList(0, most)) {
      ByteBuffer block = docket.image().read(leaf.pblk());
      int at = 0;
      while (block != null && at + HEADER_BYTES <= block.capacity()) {
        int length = u16(block, at + 4);
        int nameLength = Byte.toUnsignedInt(block.get(at + 6));
        if (length < HEADER_BYTES + nameLength || at + length > block.capacity()) {
          break;
        }
        byte[] name = new byte[nameLength];
        block.get(at + HEADER_BYTES, name);
        if (u32(block, at) != 0
            && nameLength > 0
            && (wanted.isEmpty() || wanted.contains(numberOf(name, nameLength)))) {
          judge(first, name, leaf.pblk(), u32(block, at));
        }
        at += length;
      }
    }
  }

  private void judge(Map<ByteBuffer, Long> first, byte[] name, long pblk, long target) {
    Long other = first.putIfAbsent(ByteBuffer.wrap(name), pblk);
    if (other != null && other != pblk) {
      docket
          .findings()
          .addTarget(
              Problem.DIR_NAME_IN_TWO_BLOCKS,
              ino,
              target,
              "'"
                  + new String(name, StandardCharsets.UTF_8)
                  + "' in blocks "
                  + other
                  + " and "
                  + pblk);
    }
  }
}
