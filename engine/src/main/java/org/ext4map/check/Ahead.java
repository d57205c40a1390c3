package org.ext4map.check;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;

/**
 * Lets other threads do pieces of work ahead of the thread that checks, which takes the results in
 * the order of the image, so that what it tells does not depend on threads.
 *
 * <pre>
 *   prepare 1 2 3 4 ──▶ work (any thread, the checking one helps) ──▶ take 1 2 3 4
 *      ▲                                                                     |
 *      └──────────────── the same few pieces, used again ◀───────────────────┘
 * </pre>
 *
 * <p>The pieces bound the memory. Should the executor never run anything, the checking thread does
 * it all.
 */
final class Ahead {
  /** A piece of work that is used many times. Only one thread at a time has it. */
  interface Piece extends Runnable {
    /** Chooses what to do next, in the checking thread; false if nothing is left. */
    boolean prepare() throws IOException;

    /** Does it, in any thread; touches nothing that others may change meanwhile. */
    @Override
    void run();

    /** Takes the result over, in the checking thread, in the order of the calls of prepare. */
    void take() throws IOException;
  }

  private record Pending(Piece piece, FutureTask<Void> task) {}

  private final Executor executor;
  private final Queue<Pending> pending = new ArrayDeque<>();

  Ahead(Executor executor) {
    this.executor = executor;
  }

  /** What the checking thread has to do before it takes the first piece. */
  interface Prelude {
    /** Nothing. */
    Prelude NONE =
        new Prelude() {
          @Override
          public void play() {
            // the first piece can be taken at once
          }
        };

    /** Called while others may be at work on the first pieces. */
    void play() throws IOException;
  }

  /** Returns when no piece has anything left to do. */
  void run(List<? extends Piece> pieces, Prelude prelude) throws IOException {
    try {
      for (Piece piece : pieces) {
        start(piece);
      }
      prelude.play();
      while (!pending.isEmpty()) {
        Pending head = pending.element();
        finish(head.task());
        pending.remove();
        head.piece().take();
        start(head.piece());
      }
    } finally {
      for (Pending left : new ArrayList<>(pending)) {
        if (!left.task().cancel(false)) {
          finish(left.task());
        }
      }
      pending.clear();
    }
  }

  private void start(Piece piece) throws IOException {
    if (piece.prepare()) {
      FutureTask<Void> task = new FutureTask<>(piece, null);
      pending.add(new Pending(piece, task));
      executor.execute(task);
    }
  }

  /** Returns when {@code task} is done; meanwhile does what has not been begun. */
  private void finish(FutureTask<Void> task) {
    for (Pending next : pending) {
      if (task.isDone()) {
        break;
      }
      next.task().run();
    }
    boolean interrupted = false;
    while (!task.isDone()) {
      try {
        task.get();
      } catch (InterruptedException e) {
        interrupted = true;
      } catch (ExecutionException e) {
        throw new AssertionError("work that must not throw", e.getCause());
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
