package org.ext4map.cli;

import java.io.IOException;
import org.ext4map.model.Extent;

/** Takes a file's extents in order. */
@FunctionalInterface
interface ExtentSink {
  void add(Extent extent) throws IOException;
}
