package org.ext4map.alloc;

import java.io.IOException;
import org.ext4map.buffer.MetaBlock;

/**
 * What allocation needs of an open journal handle. Locks: none of ours is held during a call, so an
 * implementation may wait for a commit.
 */
public interface BlockUpdates {
  /**
   * Makes the block part of the handle's transaction; to be called before its bytes change.
   *
   * @throws IOException if the journal is aborted; the block must not change then
   */
  void getWriteAccess(MetaBlock block) throws IOException;

  /** Says that the bytes of the block have changed; follows {@link #getWriteAccess}. */
  void markDirty(MetaBlock block) throws IOException;

  /** The transaction that the handle belongs to. */
  long tid();

  /**
   * Runs {@code callback} once, when the transaction {@link #tid} can no longer be lost; at once if
   * there is no journal. It takes locks of allocation groups, and it does not throw.
   */
  void onCommit(Runnable callback);
}
