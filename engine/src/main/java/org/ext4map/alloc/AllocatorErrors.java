package org.ext4map.alloc;

import java.io.IOException;

/** Hears of groups that allocation goes without. Called by any thread, with no lock held. */
@FunctionalInterface
public interface AllocatorErrors {
  /**
   * Nothing is allocated in {@code group} until the image is opened again, or, if {@code why} is no
   * corruption, for now.
   */
  void groupSkipped(long group, IOException why);
}
