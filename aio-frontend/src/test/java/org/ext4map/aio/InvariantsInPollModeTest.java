package org.ext4map.aio;

/** The same invariants where callers drive the I/O. */
class InvariantsInPollModeTest extends InvariantsTest {
  @Override
  Simulation.Shape driven(Simulation.Shape shape) {
    return shape.inPollMode(shape.workers());
  }
}
