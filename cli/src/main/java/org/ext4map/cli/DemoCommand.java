package org.ext4map.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The tour for newcomers. Its image was made by a kernel, see cli/src/demo/make-demo-image. */
@Command(
    name = "demo",
    header = "Shows on an image it brings along what ext4map can do.",
    description = "Start here.")
final class DemoCommand extends Subcommand {
  @Option(
      names = "--save",
      paramLabel = "FILE",
      description = "Only write the image to the new FILE, to go on with the other commands.")
  private @Nullable Path save;

  @Override
  public Integer call() throws IOException {
    if (save == null) {
      new DemoTour(console(), image()).run();
    } else {
      Files.write(save, image(), StandardOpenOption.CREATE_NEW);
    }
    return ExitCode.OK;
  }

  private static byte[] image() throws IOException {
    InputStream packed =
        Objects.requireNonNull(DemoCommand.class.getResourceAsStream("demo.img.gz"));
    try (InputStream image = new GZIPInputStream(packed)) {
      return image.readAllBytes();
    }
  }
}
