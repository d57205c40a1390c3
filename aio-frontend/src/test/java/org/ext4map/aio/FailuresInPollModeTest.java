package org.ext4map.aio;

/** The same failures where callers drive the I/O. */
class FailuresInPollModeTest extends FailuresTest {
  @Override
  DirectIo.Builder driven(DirectIo.Builder plain) {
    return plain.completions(Completions.POLLED);
  }
}
