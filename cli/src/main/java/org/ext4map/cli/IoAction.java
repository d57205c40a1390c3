package org.ext4map.cli;

import java.io.IOException;

/** What one command of {@code io} does to a file. */
@FunctionalInterface
interface IoAction {
  /** Does it, and prints what there is to print. */
  void run(IoFile file, Console console) throws IOException;
}
