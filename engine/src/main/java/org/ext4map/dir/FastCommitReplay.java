package org.ext4map.dir;

import java.io.IOException;
import java.util.List;
import org.ext4map.inode.Volume;
import org.ext4map.journal.FastCommitOperation;
import org.ext4map.model.UnsupportedFeatureException;

/** Applies fast commits. */
public final class FastCommitReplay {
  private FastCommitReplay() {}

  /** Applies {@code steps} to what {@code volume} shows. */
  public static void apply(Volume volume, List<FastCommitOperation> steps) throws IOException {
    throw new UnsupportedFeatureException(
        "fast_commit", "recovering fast commits", steps.size() + " steps in the journal");
  }
}
