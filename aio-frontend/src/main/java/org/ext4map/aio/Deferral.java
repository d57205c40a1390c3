package org.ext4map.aio;

/**
 * Where completions go that have to wait for something: one ring for each worker, and each inode
 * has its worker, so that no two workers meet in one inode and the order within an inode is kept.
 *
 * <p>Threads: the completion thread, alone. Never waits.
 */
final class Deferral {
  private final Worker[] workers;
  private final boolean[] touched;

  Deferral(Worker[] workers) {
    this.workers = workers;
    this.touched = new boolean[workers.length];
  }

  /** With the next {@link #publish}. */
  void add(Request request) {
    int shard = shard(request.inode().ino(), workers.length);
    workers[shard].arrivals().add(request);
    touched[shard] = true;
  }

  /** Spreads neighbouring numbers. */
  static int shard(long ino, int shards) {
    return (int) Long.remainderUnsigned((ino * 0x9E3779B97F4A7C15L) >>> 32, shards);
  }

  /** Announces what was added, and wakes those workers that sleep. */
  void publish() {
    for (int i = 0; i < workers.length; i++) {
      if (touched[i]) {
        touched[i] = false;
        workers[i].arrivals().publish();
        workers[i].wake();
      }
    }
  }
}
