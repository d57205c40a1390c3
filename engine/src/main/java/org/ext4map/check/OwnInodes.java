package org.ext4map.check;

import java.util.Arrays;
import org.ext4map.ondisk.Superblock;

/**
 * The inodes that the superblock names as its own, for quota and orphans. No name may lead to one
 * of them, whether the feature that needs it is on or not.
 */
final class OwnInodes {
  private final long[] numbers;

  OwnInodes(Superblock superblock) {
    long[] named = {
      superblock.userQuotaInum(),
      superblock.groupQuotaInum(),
      superblock.projectQuotaInum(),
      superblock.orphanFileInum()
    };
    Arrays.sort(named);
    int absent = 0;
    while (absent < named.length && named[absent] == 0) {
      absent++;
    }
    numbers = Arrays.copyOfRange(named, absent, named.length);
  }

  /** True if {@code ino} is one of them. */
  boolean has(long ino) {
    return numbers.length > 0
        && ino <= numbers[numbers.length - 1]
        && Arrays.binarySearch(numbers, ino) >= 0;
  }
}
