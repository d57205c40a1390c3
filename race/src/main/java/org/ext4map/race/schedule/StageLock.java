package org.ext4map.race.schedule;

/**
 * A lock for many or for one; not reentrant. Taking it begins a step, which may touch other things
 * too; letting go belongs to one.
 */
public interface StageLock {
  /** Waits until nobody holds it exclusively. */
  void lockShared(String... touched);

  /** Lets go of it. */
  void unlockShared();

  /** Waits until nobody holds it. */
  void lockExclusively(String... touched);

  /** Lets go of it. */
  void unlockExclusively();
}
