package org.ext4map.map;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.ext4map.model.Mapping;
import org.ext4map.ondisk.IndirectBlock;
import org.ext4map.status.ExtentStatusCache;
import org.ext4map.status.StatusBudget;
import org.junit.jupiter.api.Test;

class LeafFillerTest {
  private final ExtentStatusCache cache = new ExtentStatusCache(new StatusBudget(1 << 20));

  private static IndirectBlock pointers(long... pblks) {
    ByteBuffer bytes = ByteBuffer.allocate(pblks.length * IndirectBlock.POINTER_BYTES);
    IndirectBlock block = new IndirectBlock(bytes, 0, pblks.length);
    for (int i = 0; i < pblks.length; i++) {
      block.setPointer(i, pblks[i]);
    }
    return block;
  }

  private List<String> known(long end) {
    List<String> answers = new ArrayList<>();
    Mapping answer = new Mapping();
    for (long lblk = 0; lblk < end; lblk += answer.length()) {
      if (cache.lookup(lblk, answer)) {
        answers.add(answer.toString());
      } else {
        answer.setHole(lblk, 1);
      }
    }
    return answers;
  }

  @Test
  void pointersInARowToBlocksInARowBecomeOneRun() {
    LeafFiller filler = new LeafFiller(cache);
    filler.pointers(pointers(0, 0, 70, 71, 72, 90, 0, 80, 0xFFFF_FFFFL), 12, 21);
    filler.fill();
    assertThat(known(40))
        .containsExactly(
            "12-13:H", "14-16:W@70", "17-17:W@90", "18-18:H", "19-19:W@80", "20-20:W@4294967295");
    assertThat(filler.covers(11)).isFalse();
    assertThat(filler.covers(12)).isTrue();
    assertThat(filler.covers(20)).isTrue();
    assertThat(filler.covers(21)).isFalse();
  }

  @Test
  void pointersBehindTheLastLogicalBlockAreNotRead() {
    LeafFiller filler = new LeafFiller(cache);
    filler.pointers(pointers(5, 6, 7, 8), 0, 2);
    filler.fill();
    assertThat(known(10)).containsExactly("0-1:W@5");
  }

  @Test
  void withoutALeafNothingIsFilled() {
    LeafFiller filler = new LeafFiller(cache);
    filler.fill();
    assertThat(filler.covers(0)).isFalse();
    assertThat(known(10)).isEmpty();
  }
}
