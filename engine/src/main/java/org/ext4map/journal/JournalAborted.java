package org.ext4map.journal;

import java.io.IOException;

/** What was waited for will not happen: the journal has aborted. The cause is why. */
final class JournalAborted extends IOException {
  private static final long serialVersionUID = 1;

  JournalAborted(String what, Throwable cause) {
    super(what + ": the journal has aborted: " + cause.getMessage(), cause);
  }
}
