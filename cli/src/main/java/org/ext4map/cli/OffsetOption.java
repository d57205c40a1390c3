package org.ext4map.cli;

import picocli.CommandLine.Option;

/** Where in the file the file system starts: a partition inside a disk image. */
final class OffsetOption {
  @Option(
      names = "--offset",
      paramLabel = "N",
      converter = ByteCount.class,
      description = "The file system starts N bytes into the file; also 1M, 2048s (sectors).")
  private long offset;

  long bytes() {
    return offset;
  }
}
