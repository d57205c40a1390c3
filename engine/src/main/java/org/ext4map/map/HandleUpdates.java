package org.ext4map.map;

import java.io.IOException;
import org.ext4map.alloc.BlockUpdates;
import org.ext4map.buffer.MetaBlock;
import org.ext4map.journal.JournalHandle;

/**
 * An open handle as the allocators see it. Belongs to the handle's thread.
 *
 * @param handle the handle
 */
public record HandleUpdates(JournalHandle handle) implements BlockUpdates {
  @Override
  public void getWriteAccess(MetaBlock block) throws IOException {
    handle.getWriteAccess(block);
  }

  @Override
  public void markDirty(MetaBlock block) throws IOException {
    handle.markDirty(block);
  }

  @Override
  public long tid() {
    return handle.tid();
  }

  @Override
  public void onCommit(Runnable callback) {
    handle.onCommit(callback);
  }
}
