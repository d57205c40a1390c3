package org.ext4map.status;

import static org.assertj.core.api.Assertions.assertThat;

/** What must hold of a cache between two operations. */
final class StatusInvariants {
  private StatusInvariants() {}

  static void check(ExtentStatusCache cache, StatusBudget budget) {
    Directory directory = cache.directory();
    long expected = 0;
    long bytes = 0;
    for (int i = 0; i < directory.size(); i++) {
      Leaf leaf = directory.leaf(i);
      assertThat(leaf.count()).isPositive();
      for (int entry = 0; entry < leaf.count(); entry++) {
        assertThat(leaf.key(entry)).as("intervals without gaps").isEqualTo(expected);
        expected = leaf.intervalEnd(entry);
        assertThat(expected).isGreaterThan(leaf.key(entry));
        assertThat(EntryWord.runLength(leaf.word(entry), expected - leaf.key(entry)))
            .isLessThanOrEqualTo(expected - leaf.key(entry));
      }
      bytes += leaf.bytes();
    }
    assertThat(expected).isEqualTo(Directory.END);
    assertThat(cache.bytes()).isEqualTo(directory == Directory.NOTHING ? 0 : bytes);
    assertThat(budget.usedBytes()).isEqualTo(cache.bytes());
  }
}
