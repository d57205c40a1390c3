package org.ext4map.dir;

import java.util.ArrayDeque;
import java.util.Deque;
import org.ext4map.inode.Inode;

/** Inode locks that one thread holds exclusively, taken in the order that the package tells. */
final class LockedInodes implements AutoCloseable {
  private final Deque<Inode> held = new ArrayDeque<>();

  /** Takes the lock of {@code inode}. */
  void lock(Inode inode) {
    inode.lock().writeLock().lockNested();
    held.push(inode);
  }

  /** Takes the locks of two inodes of one rank, the lower number first. */
  void lockBoth(Inode one, Inode other) {
    lock(one.ino() <= other.ino() ? one : other);
    if (one != other) {
      lock(one.ino() <= other.ino() ? other : one);
    }
  }

  /** Takes over the lock of a new inode, which came locked. */
  void takeOver(Inode inode) {
    assert inode.lock().isWriteLockedByCurrentThread();
    held.push(inode);
  }

  /** Gives all locks back, the last one first. */
  @Override
  public void close() {
    while (!held.isEmpty()) {
      held.pop().lock().writeLock().unlock();
    }
  }
}
