package org.ext4map.aio;

import java.io.IOException;

/** As many requests are in flight as there may be; nothing was accepted. */
public final class QueueFullException extends IOException {
  private static final long serialVersionUID = 1;

  QueueFullException(int depth) {
    super(depth + " requests are in flight, allowed " + depth);
  }
}
