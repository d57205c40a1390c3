package org.ext4map.cli;

import java.io.IOException;
import org.ext4map.model.Extent;
import org.jspecify.annotations.Nullable;

/** Passes extents on; if asked for, neighbours that are contiguous and alike as one. */
final class ExtentJoiner implements ExtentSink {
  private final boolean joining;
  private final ExtentSink below;
  private @Nullable Extent held;
  private long end;

  ExtentJoiner(boolean joining, ExtentSink below) {
    this.joining = joining;
    this.below = below;
  }

  @Override
  public void add(Extent extent) throws IOException {
    end = extent.end();
    if (joining && held != null && held.isContinuedBy(extent)) {
      held = new Extent(held.lblk(), held.length() + extent.length(), held.pblk(), held.state());
      return;
    }
    passOn();
    held = extent;
  }

  private void passOn() throws IOException {
    if (held != null) {
      below.add(held);
    }
  }

  /** Passes on the last one; answers the first block behind all. */
  long finish() throws IOException {
    passOn();
    return end;
  }
}
