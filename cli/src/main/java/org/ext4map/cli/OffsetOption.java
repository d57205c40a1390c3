package org.ext4map.cli;

import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Path;
import org.ext4map.device.BlockDevice;
import org.ext4map.device.FileBlockDevice;
import org.ext4map.device.SliceBlockDevice;
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

  /** Opens the file for reading, from there on. */
  BlockDevice open(Path image) throws IOException {
    BlockDevice file = FileBlockDevice.open(image);
    try {
      return offset == 0 ? file : new SliceBlockDevice(file, offset, file.sizeBytes() - offset);
    } catch (EOFException outside) {
      file.close();
      throw outside;
    }
  }
}
