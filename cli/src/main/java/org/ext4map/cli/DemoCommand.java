package org.ext4map.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import java.util.zip.GZIPInputStream;
import org.apache.commons.io.FileUtils;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The tours for newcomers. The crashed image was made by a kernel, see cli/src/demo. */
@Command(
    name = "demo",
    header = "Shows in a minute's reading what ext4map can do.",
    description = {
      "Makes an image, preallocates a file, writes into it, cuts the power, and asks the judges."
          + " Start here."
    })
final class DemoCommand extends Subcommand {
  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "IMAGE",
      description = "Keep the image in this new file.")
  private @Nullable Path kept;

  @Option(
      names = "--crashed",
      description = "The tour of an image that a kernel left at a power cut.")
  private boolean crashed;

  @Option(
      names = "--save",
      paramLabel = "FILE",
      description = "Only write the kernel's image to the new FILE.")
  private @Nullable Path save;

  @Override
  public Integer call() throws IOException {
    if ((kept != null ? 1 : 0) + (save != null ? 1 : 0) + (crashed ? 1 : 0) > 1) {
      throw usage("IMAGE, --crashed and --save: allowed one of them");
    }
    if (save != null) {
      Files.write(save, image(), StandardOpenOption.CREATE_NEW);
      return ExitCode.OK;
    }
    if (crashed) {
      new CrashTour(console(), image()).run();
      return ExitCode.OK;
    }
    return kept == null ? tourInPassing() : tour(kept, true);
  }

  private int tourInPassing() throws IOException {
    Path directory = Files.createTempDirectory("ext4map-demo");
    try {
      return tour(directory.resolve("demo.img"), false);
    } finally {
      FileUtils.deleteDirectory(directory.toFile());
    }
  }

  private int tour(Path file, boolean isKept) throws IOException {
    Files.createFile(file);
    DemoTour tour = new DemoTour(console(), file, top().clock());
    boolean clean = tour.run();
    tour.tellGoingOn(isKept);
    return clean ? ExitCode.OK : ExitCode.FAILED;
  }

  private static byte[] image() throws IOException {
    InputStream packed =
        Objects.requireNonNull(DemoCommand.class.getResourceAsStream("demo.img.gz"));
    try (InputStream image = new GZIPInputStream(packed)) {
      return image.readAllBytes();
    }
  }
}
