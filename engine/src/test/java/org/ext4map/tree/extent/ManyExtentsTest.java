package org.ext4map.tree.extent;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.SplittableRandom;
import org.ext4map.model.Extent;
import org.ext4map.model.ExtentState;
import org.ext4map.ondisk.Feature;
import org.ext4map.ondisk.Geometry;
import org.ext4map.testkit.Shapes;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** One file with very many extents, inserted in random order. */
class ManyExtentsTest {
  private static final Geometry SHAPE = Shapes.of(4096, 1 << 26, Feature.METADATA_CSUM);
  private static final int FIRST_DATA = 1 << 20;

  @Test
  void aHundredThousandInRandomOrder() throws IOException {
    insertInRandomOrder(100_000);
  }

  @Test
  @Tag("slow")
  void aMillionInRandomOrder() throws IOException {
    insertInRandomOrder(1_000_000);
  }

  private static void insertInRandomOrder(int count) throws IOException {
    long seed = Long.getLong("ext4map.seed", 1L);
    int[] order = shuffled(count, new SplittableRandom(seed));
    EditedTree tree = new EditedTree(SHAPE, 340, "");
    ExtentEditor editor = tree.edit();
    int most = 0;
    for (int i : order) {
      long before = tree.below.announcements();
      editor.insert(new Extent(2L * i, 1, FIRST_DATA + 2L * i, ExtentState.WRITTEN), false);
      most = Math.max(most, (int) (tree.below.announcements() - before));
    }
    String as = "seed " + seed;
    assertThat(most).as(as + ": nodes touched by one insert").isLessThanOrEqualTo(8);
    assertThat(tree.depth()).as(as).isLessThanOrEqualTo(3);
    assertThat(tree.below.nodeCount())
        .as(as + ": nodes are a quarter full at least")
        .isLessThan(count / 85);
    tree.below.commit();
    long[] next = {0};
    tree.image
        .open()
        .forEach(
            0,
            (lblk, length, pblk, state) -> {
              assertInOrder(lblk == 2 * next[0] && pblk == FIRST_DATA + lblk, as, lblk);
              next[0]++;
              return true;
            });
    assertThat(next[0]).as(as).isEqualTo(count);
  }

  private static void assertInOrder(boolean right, String as, long lblk) {
    if (!right) {
      throw new AssertionError(as + " lblk " + lblk);
    }
  }

  private static int[] shuffled(int count, SplittableRandom random) {
    int[] order = new int[count];
    for (int i = 0; i < count; i++) {
      int j = random.nextInt(i + 1);
      order[i] = order[j];
      order[j] = i;
    }
    return order;
  }
}
