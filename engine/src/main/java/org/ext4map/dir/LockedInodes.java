package org.ext4map.dir;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.ReentrantLock;
import org.ext4map.inode.Inode;
import org.ext4map.inode.Volume;
import org.ext4map.ondisk.FileType;

/** Inode locks that one thread holds exclusively, taken in the order that the package tells. */
final class LockedInodes implements AutoCloseable {
  private final ReentrantLock renames;
  private final Deque<Inode> held = new ArrayDeque<>();

  /** None yet. */
  LockedInodes(Volume volume) {
    renames = volume.renames();
  }

  /**
   * From here to the end no other thread waits for a directory while it holds one. Needed before
   * the first lock by who is going to.
   */
  void alone() {
    assert held.isEmpty();
    renames.lock();
  }

  /** Takes the lock of {@code inode}. */
  void lock(Inode inode) {
    assert renames.isHeldByCurrentThread() || !waitsBetweenDirectories(inode);
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

  private boolean waitsBetweenDirectories(Inode next) {
    return next.type() == FileType.DIRECTORY
        && held.stream().anyMatch(one -> one != next && one.type() == FileType.DIRECTORY);
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
    if (renames.isHeldByCurrentThread()) {
      renames.unlock();
    }
  }
}
