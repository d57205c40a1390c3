package org.ext4map.aio;

/** The same requests where the caller drives the I/O. */
class DirectIoInPollModeTest extends DirectIoTest {
  @Override
  Completions completions() {
    return Completions.POLLED;
  }
}
