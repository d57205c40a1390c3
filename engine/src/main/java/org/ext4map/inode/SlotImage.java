package org.ext4map.inode;

import org.ext4map.ondisk.InodeRecord;
import org.jspecify.annotations.Nullable;

/**
 * The fields of one inode in memory. A change is made to a second copy, which then takes the place
 * of the first: nobody sees half of it, what fails leaves nothing behind, and a change makes no
 * object. Whoever wants all fields at once gets a copy that never changes, made when it is asked
 * for.
 *
 * <p>Changed by one thread at a time, under the lock of its owner; {@link #size} is for everybody.
 */
final class SlotImage {
  private InodeRecord now;
  private InodeRecord next;
  private volatile @Nullable InodeRecord snapshot;
  private volatile long size;

  SlotImage(InodeRecord record) {
    now = record.copy();
    next = record.copy();
    snapshot = record.asReadOnly();
    size = record.size();
  }

  /** The fields, to be looked at under the owner's lock only. */
  InodeRecord now() {
    return now;
  }

  /** A copy of the fields that may be changed, until {@link #take}. */
  InodeRecord change() {
    next.copyFrom(now);
    return next;
  }

  /** What {@link #change} gave is how the fields are from now on. */
  void take() {
    InodeRecord old = now;
    now = next;
    next = old;
    size = now.size();
    snapshot = null;
  }

  /** The copy that never changes, or null if there is none yet. Any thread, without the lock. */
  @Nullable InodeRecord snapshot() {
    return snapshot;
  }

  /** Makes the copy that never changes. */
  InodeRecord makeSnapshot() {
    InodeRecord made = snapshot;
    if (made == null) {
      made = now.copy().asReadOnly();
      snapshot = made;
    }
    return made;
  }

  /** i_size in bytes. Any thread, without the lock. */
  long size() {
    return size;
  }
}
