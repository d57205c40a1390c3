package org.ext4map.inode;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.ext4map.journal.JournalHandle;
import org.ext4map.locks.LockRank;
import org.ext4map.model.CorruptionException;
import org.ext4map.ondisk.Feature;
import org.ext4map.ondisk.Superblock;
import org.ext4map.ondisk.SuperblockEditor;

/**
 * Inodes with something left to do, chained on disk so that a crash does not forget them:
 * ext4_orphan_add and ext4_orphan_del (Linux fs/ext4/orphan.c), in the form of a list, which every
 * image can have, also one with an orphan file.
 *
 * <pre>
 *   s_last_orphan ─▶ inode 14 ─▶ inode 12 ─▶ 0          i_dtime holds the next number
 *                    newest                             here: [12, 14]
 * </pre>
 *
 * <p>Threads: any. Locks: {@code lock} is taken under a handle, and inodes' slots are written under
 * it. Without a journal the list is in memory alone: a crash needs e2fsck then anyway.
 */
public final class OrphanList {
  /** Blocks that one addition or removal changes: superblock, the inode, its neighbour. */
  static final int CREDITS = 3;

  private final Volume volume;
  private final PrimarySuperblock superblock;
  private final boolean used;
  private final ReentrantLock lock = new ReentrantLock();

  /** Oldest first; guarded by lock. */
  private final List<Inode> inodes = new ArrayList<>();

  OrphanList(Volume volume, PrimarySuperblock superblock) {
    this.volume = volume;
    this.superblock = superblock;
    this.used = volume.geometry().has(Feature.HAS_JOURNAL);
  }

  private void acquire() {
    assert LockRank.ORPHANS.take(lock, 0);
    lock.lock();
  }

  private void release() {
    lock.unlock();
    assert LockRank.release(lock);
  }

  /** Puts {@code inode} on the list, unless it is there. */
  void add(JournalHandle handle, Inode inode) throws IOException {
    acquire();
    try {
      if (!inodes.contains(inode)) {
        if (used) {
          long next = inodes.isEmpty() ? 0 : inodes.get(inodes.size() - 1).ino();
          inode.update(handle, record -> record.setDtime(next));
          setFirst(handle, inode.ino());
        }
        inodes.add(inode);
      }
    } finally {
      release();
    }
  }

  /**
   * Takes {@code inode} off the list, if it is there and has a link; without one it stays until it
   * is deleted. Who takes the last link away says {@link #add} afterwards, so one of the two sees
   * the other.
   */
  void removeIfLinked(JournalHandle handle, Inode inode) throws IOException {
    acquire();
    try {
      if (inode.record().linksCount() > 0) {
        remove(handle, inode);
      }
    } finally {
      release();
    }
  }

  /** Takes {@code inode} off the list, if it is there; its i_dtime is 0 then. */
  void remove(JournalHandle handle, Inode inode) throws IOException {
    acquire();
    try {
      int i = inodes.indexOf(inode);
      if (i >= 0) {
        if (superblock.now().lastOrphan() != 0) {
          unchain(handle, inode, i);
        }
        inodes.remove(i);
      }
    } finally {
      release();
    }
  }

  private void unchain(JournalHandle handle, Inode inode, int i) throws IOException {
    long next = i == 0 ? 0 : inodes.get(i - 1).ino();
    if (i == inodes.size() - 1) {
      setFirst(handle, next);
    } else {
      inodes.get(i + 1).update(handle, record -> record.setDtime(next));
    }
    inode.update(handle, record -> record.setDtime(0));
  }

  private void setFirst(JournalHandle handle, long ino) throws IOException {
    superblock.change(handle, sb -> new SuperblockEditor(sb).lastOrphan(ino));
  }

  /** True if {@code inode} is on the list. */
  boolean contains(Inode inode) {
    acquire();
    try {
      return inodes.contains(inode);
    } finally {
      release();
    }
  }

  /**
   * Takes over the list that the last user left, for an image that is being opened.
   *
   * @return its inodes, oldest first
   * @throws CorruptionException if the chain leads nowhere, or in a circle
   */
  List<Inode> load() throws IOException {
    Superblock now = superblock.now();
    Set<Long> met = new HashSet<>();
    List<Inode> newestFirst = new ArrayList<>();
    String place = "superblock";
    for (long ino = now.lastOrphan(); ino != 0; ) {
      if (!volume.isForUsers(ino) || !met.add(ino)) {
        throw CorruptionException.of(
            "orphan list", "next inode", ino, "a file's number, each once", place);
      }
      Inode inode = volume.inode(ino);
      newestFirst.add(inode);
      place = "ino=" + ino;
      ino = inode.record().dtime();
    }
    acquire();
    try {
      Collections.reverse(newestFirst);
      inodes.addAll(0, newestFirst);
      return List.copyOf(inodes);
    } finally {
      release();
    }
  }
}
