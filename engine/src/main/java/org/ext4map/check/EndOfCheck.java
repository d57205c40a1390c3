package org.ext4map.check;

import java.io.IOException;

/**
 * The check cannot or must not go on; what was found stands. An {@link IOException}, so that it
 * passes through whatever reads the image, as a failing device does.
 */
final class EndOfCheck extends IOException {
  private static final long serialVersionUID = 1;

  EndOfCheck(String reason) {
    super(reason);
  }
}
