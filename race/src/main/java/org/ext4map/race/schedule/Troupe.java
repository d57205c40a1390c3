package org.ext4map.race.schedule;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;

/**
 * Threads that play one actor after the other: a play lasts less than a millisecond, and making
 * threads would take most of it. Belongs to whoever runs plays, one at a time.
 */
public final class Troupe implements AutoCloseable {
  private final ThreadFactory factory;
  private final Deque<Player> idle = new ArrayDeque<>();

  /** Nobody yet; {@code factory} makes threads when they are needed. */
  public Troupe(ThreadFactory factory) {
    this.factory = factory;
  }

  /** With daemon threads. */
  public static Troupe ofDaemons() {
    return new Troupe(
        body -> {
          Thread thread = new Thread(body, "ext4map-actor");
          thread.setDaemon(true);
          return thread;
        });
  }

  Player take() {
    Player player = idle.poll();
    return player == null ? new Player(factory) : player;
  }

  void giveBack(Player player) {
    idle.push(player);
  }

  @Override
  public void close() {
    idle.forEach(player -> player.perform(null));
    idle.clear();
  }

  /** One thread. */
  static final class Player {
    private final Semaphore called = new Semaphore(0);
    private @Nullable Runnable task;

    Player(ThreadFactory factory) {
      factory.newThread(this::work).start();
    }

    /** Runs {@code next} in this player's thread; null ends it. */
    void perform(@Nullable Runnable next) {
      task = next;
      called.release();
    }

    private void work() {
      while (true) {
        called.acquireUninterruptibly();
        Runnable now = task;
        if (now == null) {
          return;
        }
        now.run();
      }
    }
  }
}
