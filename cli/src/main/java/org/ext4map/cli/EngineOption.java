package org.ext4map.cli;

import org.ext4map.aio.ring.RingFile.Engine;
import picocli.CommandLine.Option;

/** How direct I/O reaches the image's file. */
final class EngineOption {
  @Option(
      names = "--engine",
      paramLabel = "ENGINE",
      converter = WordConverter.OfEngine.class,
      description = "auto (default), io_uring, aio or channel.")
  private Engine engine = Engine.AUTO;

  Engine engine() {
    return engine;
  }
}
