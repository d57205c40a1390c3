package org.ext4map.race;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/** The same work in several threads at once. */
final class Together {
  private Together() {}

  /** Returns when all have ended; throws what the first of them threw. */
  static void run(int threads, Runnable work) {
    List<CompletableFuture<Boolean>> ends = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      CompletableFuture<Boolean> end = new CompletableFuture<>();
      ends.add(end);
      Thread thread = new Thread(() -> perform(work, end), "ext4map-race-" + i);
      thread.setDaemon(true);
      thread.start();
    }
    for (CompletableFuture<Boolean> end : ends) {
      await(end);
    }
  }

  private static void perform(Runnable work, CompletableFuture<Boolean> end) {
    try {
      work.run();
      end.complete(true);
    } catch (Throwable problem) {
      end.completeExceptionally(problem);
    }
  }

  private static void await(CompletableFuture<Boolean> end) {
    try {
      end.get();
    } catch (ExecutionException e) {
      Throwable cause = e.getCause();
      if (cause instanceof RuntimeException problem) {
        throw problem;
      }
      if (cause instanceof Error problem) {
        throw problem;
      }
      throw new CompletionException(cause);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new java.util.concurrent.CancellationException("interrupted");
    }
  }
}
