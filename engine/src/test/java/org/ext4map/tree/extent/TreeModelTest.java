package org.ext4map.tree.extent;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.ext4map.model.Extent;
import org.ext4map.model.ExtentState;
import org.ext4map.model.Mapping;
import org.ext4map.model.NoSpaceException;
import org.ext4map.ondisk.Feature;
import org.ext4map.ondisk.Geometry;
import org.ext4map.testkit.Sequences;
import org.ext4map.testkit.Shapes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Random operations on a file of 64 blocks against flat arrays, compared after every operation:
 * what maps where, in which state, and which bytes a reader sees; the tree as it stands on the
 * device must be sound and own exactly the blocks it should.
 */
class TreeModelTest {
  private static final int SPAN = 64;
  private static final Geometry SHAPE = Shapes.of(1024, 65536, Feature.METADATA_CSUM);

  private enum Kind {
    INSERT_WRITTEN,
    INSERT_UNWRITTEN,
    AFTER_IO,
    FOR_WRITE,
    ISOLATE,
    TO_UNWRITTEN,
    REMOVE,
    COLLAPSE,
    INSERT_RANGE
  }

  private static final List<Kind> KINDS = List.of(Kind.values());

  /** An operation on {@code [lblk, lblk + len)}; every {@code room} allocations one fails. */
  private record Op(Kind kind, int lblk, int len, int room) {
    static Op random(SplittableRandom random, boolean faults) {
      Kind kind = KINDS.get(random.nextInt(KINDS.size()));
      int lblk = random.nextInt(SPAN);
      int len = 1 + random.nextInt(random.nextInt(3) == 0 ? SPAN - lblk : Math.min(4, SPAN - lblk));
      return new Op(kind, lblk, len, faults && random.nextBoolean() ? random.nextInt(4) : 1000);
    }

    List<Op> simpler() {
      List<Op> simpler = new ArrayList<>();
      if (len > 1) {
        simpler.add(new Op(kind, lblk, len / 2, room));
        simpler.add(new Op(kind, lblk, len - 1, room));
      }
      if (lblk > 0) {
        simpler.add(new Op(kind, lblk / 2, len, room));
        simpler.add(new Op(kind, lblk - 1, len, room));
      }
      return simpler;
    }
  }

  /** The tree, and beside it what it should mean. */
  private static final class Twin {
    final EditedTree tree;
    final boolean faults;
    final int maxZeroOut;
    final long[] pblks = new long[SPAN];
    final ExtentState[] states = new ExtentState[SPAN];
    final byte[] bytes = new byte[SPAN];
    final Mapping out = new Mapping();
    byte token = 'a';
    int deepest;

    Twin(int capacity, boolean faults, int maxZeroOut) throws IOException {
      this.tree = new EditedTree(SHAPE, capacity, "");
      this.faults = faults;
      this.maxZeroOut = maxZeroOut;
      Arrays.fill(states, ExtentState.HOLE);
    }

    void apply(Op op) {
      try {
        tree.below.allowAllocations(op.room());
        tree.below.allowExtensions(Integer.MAX_VALUE);
        try {
          run(op);
        } catch (NoSpaceException e) {
          assertThat(faults || tree.depth() == 5).as("out of space without cause").isTrue();
        }
        compare(op);
        deepest = Math.max(deepest, tree.depth());
      } catch (IOException e) {
        throw new UncheckedIOException(op.toString(), e);
      }
    }

    private void run(Op op) throws IOException {
      int end = op.lblk() + op.len();
      switch (op.kind()) {
        case INSERT_WRITTEN -> insertHoles(op.lblk(), end, ExtentState.WRITTEN);
        case INSERT_UNWRITTEN -> insertHoles(op.lblk(), end, ExtentState.UNWRITTEN);
        case REMOVE -> remove(op.lblk(), end);
        case COLLAPSE -> collapse(op.lblk(), op.len());
        case INSERT_RANGE -> insertRange(op.lblk(), op.len());
        default -> convertMapped(op.kind(), op.lblk(), end);
      }
    }

    private void insertHoles(int from, int end, ExtentState state) throws IOException {
      for (int at = from; at < end; ) {
        int run = runOf(at, end);
        if (states[at] == ExtentState.HOLE) {
          long goal = at > 0 && pblks[at - 1] != 0 ? pblks[at - 1] + 1 : 10000;
          long pblk = tree.below.allocateData(goal, run);
          byte value = state == ExtentState.WRITTEN ? token++ : EditedTree.STALE;
          tree.fill(pblk, run, value);
          try {
            tree.edit().insert(new Extent(at, run, pblk, state), false);
          } catch (NoSpaceException e) {
            tree.below.freeData(pblk, run);
            throw e;
          }
          for (int i = 0; i < run; i++) {
            pblks[at + i] = pblk + i;
            states[at + i] = state;
            bytes[at + i] = state == ExtentState.WRITTEN ? value : 0;
          }
        }
        at += run;
      }
    }

    /** Blocks from {@code at} on, before {@code end}, that are mapped, or not, as it is. */
    private int runOf(int at, int end) {
      int to = at + 1;
      while (to < end && (pblks[to] == 0) == (pblks[at] == 0)) {
        to++;
      }
      return to - at;
    }

    private void convertMapped(Kind kind, int from, int end) throws IOException {
      for (int at = from; at < end; ) {
        if (pblks[at] == 0) {
          at++;
          continue;
        }
        at += convertOne(kind, at, end - at);
      }
    }

    private int convertOne(Kind kind, int at, int len) throws IOException {
      int run = lengthInEntry(at, len);
      byte value = token;
      boolean writes = kind == Kind.AFTER_IO || kind == Kind.FOR_WRITE;
      if (writes && states[at] == ExtentState.UNWRITTEN) {
        token++;
        for (int i = 0; i < run; i++) {
          tree.fill(pblks[at + i], 1, value);
        }
      }
      ExtentConverter converter = tree.convert(SPAN, maxZeroOut);
      switch (kind) {
        case AFTER_IO -> converter.afterIo(at, len, out);
        case FOR_WRITE -> converter.forWrite(at, len, out);
        case ISOLATE -> converter.isolate(at, len, out);
        default -> converter.toUnwritten(at, len, out);
      }
      assertThat(out.lblk()).isEqualTo(at);
      assertThat(out.length()).isEqualTo(run);
      assertThat(out.pblk()).isEqualTo(pblks[at]);
      for (int i = at; i < at + run; i++) {
        if (writes && states[i] == ExtentState.UNWRITTEN) {
          bytes[i] = value;
          states[i] = ExtentState.WRITTEN;
        } else if (kind == Kind.TO_UNWRITTEN) {
          bytes[i] = 0;
          states[i] = ExtentState.UNWRITTEN;
        }
      }
      return run;
    }

    private int lengthInEntry(int at, int len) throws IOException {
      return Math.min(len, tree.find(at).length());
    }

    private void remove(int from, int end) throws IOException {
      long rest = end;
      do {
        tree.below.allowExtensions(1 + from % 3);
        rest = tree.edit().remove(from, rest);
      } while (rest > from);
      tree.below.allowExtensions(Integer.MAX_VALUE);
      for (int i = from; i < end; i++) {
        clear(i);
      }
    }

    private void clear(int i) {
      pblks[i] = 0;
      states[i] = ExtentState.HOLE;
      bytes[i] = 0;
    }

    private void collapse(int from, int len) throws IOException {
      remove(from, from + len);
      tree.edit().shiftLeft(from + len, len);
      for (int i = from; i < SPAN; i++) {
        if (i + len < SPAN) {
          move(i + len, i);
        } else {
          clear(i);
        }
      }
    }

    private void insertRange(int from, int len) throws IOException {
      for (int i = SPAN - len; i < SPAN; i++) {
        if (pblks[i] != 0) {
          return;
        }
      }
      tree.edit().shiftRight(from, 0xFFFFFFFFL, len);
      for (int i = SPAN - 1; i >= from + len; i--) {
        move(i - len, i);
      }
      for (int i = from; i < Math.min(SPAN, from + len); i++) {
        clear(i);
      }
    }

    private void move(int from, int to) {
      pblks[to] = pblks[from];
      states[to] = states[from];
      bytes[to] = bytes[from];
    }

    private void compare(Op op) throws IOException {
      String onDevice = tree.onDevice();
      boolean exact = !faults && maxZeroOut == 0 && tree.depth() < 5;
      for (int i = 0; i < SPAN; i++) {
        Mapping found = tree.find(i);
        byte read = tree.read(i);
        boolean sameState =
            exact ? found.state() == states[i] : found.state().isMapped() == states[i].isMapped();
        if (found.pblk() != pblks[i] || !sameState || read != bytes[i]) {
          throw new AssertionError(
              "%s: block %d is %s and reads %d, allowed %s@%d reading %d, in %s"
                  .formatted(op, i, found, read, states[i], pblks[i], bytes[i], onDevice));
        }
        // zeroed instead of unwritten is as good, where that is allowed to happen
        states[i] = found.state();
      }
    }
  }

  private static void apply(Twin twin, List<Op> ops) {
    for (Op op : ops) {
      twin.apply(op);
    }
  }

  private static Twin twin(int capacity, boolean faults, int maxZeroOut) {
    try {
      return new Twin(capacity, faults, maxZeroOut);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "2, false, 0",
    "3, false, 0",
    "4, false, 3",
    "2, true, 3",
    "3, true, 0",
    "4, true, 5"
  })
  void everyOperationDoesWhatTheModelDoes(int capacity, boolean faults, int maxZeroOut) {
    Sequences.check(
        1000L * capacity,
        250,
        60,
        random -> Op.random(random, faults),
        Op::simpler,
        ops -> apply(twin(capacity, faults, maxZeroOut), ops));
  }

  @Test
  void smallNodesReachTheGreatestDepth() {
    Twin twin = twin(2, false, 0);
    SplittableRandom random = new SplittableRandom(7);
    for (int i = 0; i < 400 && twin.deepest < 5; i++) {
      twin.apply(new Op(Kind.INSERT_UNWRITTEN, random.nextInt(SPAN / 2) * 2, 1, 1000));
    }
    assertThat(twin.deepest).isEqualTo(5);
    twin.apply(new Op(Kind.REMOVE, 0, SPAN, 1000));
    assertThat(twin.tree.root().depth()).isZero();
  }
}
