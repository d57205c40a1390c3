package org.ext4map.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Work is done anywhere and taken in order, whatever the executor does with it. */
class AheadTest {
  private static final int STEPS = 200;
  private static final int PIECES = 3;

  /** What becomes of a task that is handed over. */
  enum Helper {
    RUNS_AT_ONCE,
    RUNS_IN_OTHER_THREADS,
    NEVER_RUNS;

    ExecutorService threads() {
      return Executors.newFixedThreadPool(2, work -> new Thread(work, "helper"));
    }

    Executor executor(ExecutorService threads, Queue<Runnable> forgotten) {
      return switch (this) {
        case RUNS_AT_ONCE -> Runnable::run;
        case RUNS_IN_OTHER_THREADS -> threads;
        case NEVER_RUNS -> forgotten::add;
      };
    }
  }

  private final List<Integer> taken = new ArrayList<>();
  private int prepared;

  /** Squares the number of its step. */
  private class Square implements Ahead.Piece {
    private int step;
    private int result;

    @Override
    public boolean prepare() {
      step = prepared;
      prepared += step < STEPS ? 1 : 0;
      return step < STEPS;
    }

    @Override
    public void run() {
      result = step * step;
    }

    @Override
    public void take() throws IOException {
      taken.add(result);
    }
  }

  @ParameterizedTest
  @EnumSource
  void resultsComeInTheOrderOfPreparation(Helper helper) throws Exception {
    run(helper, List.of(new Square(), new Square(), new Square()));

    assertThat(taken).hasSize(STEPS);
    for (int i = 0; i < STEPS; i++) {
      assertThat(taken.get(i)).isEqualTo(i * i);
    }
  }

  @ParameterizedTest
  @EnumSource
  void anEndInTheMiddleLeavesNoWorkBehind(Helper helper) throws Exception {
    List<Square> pieces = new ArrayList<>();
    for (int i = 0; i < PIECES; i++) {
      pieces.add(
          new Square() {
            @Override
            public void take() throws IOException {
              super.take();
              if (taken.size() == STEPS / 2) {
                throw new IOException("enough");
              }
            }
          });
    }

    assertThatThrownBy(() -> run(helper, pieces)).hasMessage("enough");

    assertThat(taken).hasSize(STEPS / 2);
    assertThat(prepared).isEqualTo(STEPS / 2 + PIECES - 1);
  }

  @ParameterizedTest
  @EnumSource
  void thePreludeComesBeforeTheFirstResult(Helper helper) throws Exception {
    int[] takenBefore = {-1};

    run(helper, List.of(new Square(), new Square()), () -> takenBefore[0] = taken.size());

    assertThat(takenBefore).containsExactly(0);
    assertThat(taken).hasSize(STEPS);
  }

  @ParameterizedTest
  @EnumSource
  void aPreludeThatFailsLeavesNoWorkBehind(Helper helper) {
    Ahead.Prelude failing =
        () -> {
          throw new IOException("no");
        };

    assertThatThrownBy(() -> run(helper, List.of(new Square(), new Square()), failing))
        .hasMessage("no");

    assertThat(taken).isEmpty();
  }

  private static void run(Helper helper, List<? extends Ahead.Piece> pieces) throws Exception {
    run(helper, pieces, Ahead.Prelude.NONE);
  }

  private static void run(Helper helper, List<? extends Ahead.Piece> pieces, Ahead.Prelude prelude)
      throws Exception {
    ExecutorService threads = helper.threads();
    try {
      new Ahead(helper.executor(threads, new ArrayDeque<>())).run(pieces, prelude);
    } finally {
      threads.shutdown();
      assertThat(threads.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
    }
  }
}
