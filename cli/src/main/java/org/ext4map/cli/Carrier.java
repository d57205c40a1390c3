package org.ext4map.cli;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Carries a failure of ours out of a visitor of the engine, which may not throw. */
final class Carrier {
  private @Nullable IOException problem;

  /** What a visit does. */
  interface Action {
    void run() throws IOException;
  }

  /** Runs one visit; answers false, the word to stop, if it failed. */
  boolean carry(Action action) {
    try {
      action.run();
      return true;
    } catch (IOException failed) {
      problem = failed;
      return false;
    }
  }

  /** Throws what a visit threw. */
  void unload() throws IOException {
    if (problem != null) {
      throw problem;
    }
  }
}
