package org.ext4map.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.ext4map.Ext4Image;
import org.ext4map.device.BlockDevice;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** One page about an image. */
@Command(
    name = "report",
    header = "Writes a page about an image: map, fragmentation, trees, problems.",
    description = {
      "One HTML file that needs no network. Its size is bounded; what is left out of a large image"
          + " is said in it."
    })
final class HtmlReportCommand extends ReadingCommand {
  @Option(
      names = {"-o", "--output"},
      required = true,
      paramLabel = "FILE.html",
      description = "Where the page goes; an existing file is replaced.")
  @SuppressWarnings("NullAway.Init") // required, so picocli fills it
  private Path output;

  @Override
  void checkUsage() {
    try {
      if (Files.exists(output) && Files.isSameFile(output, file())) {
        throw usage("-o " + output + ", allowed any file but the image itself");
      }
    } catch (IOException unreadable) {
      throw usage("-o " + output + ": " + Failure.describe(unreadable));
    }
  }

  @Override
  int inspect(Ext4Image image) throws IOException {
    requirePlace();
    PageFacts facts;
    try (BlockDevice device = openDevice()) {
      facts = PageFacts.gather(image, file(), device, new Meter(console()));
    }
    String page = new HtmlPage(facts).write();
    try {
      Files.writeString(output, page, StandardCharsets.UTF_8);
    } catch (IOException problem) {
      throw Failure.opening(output.toString(), problem);
    }
    console()
        .line(
            Text.printable(output.toString())
                + ": "
                + Text.bytes(Files.size(output))
                + ", "
                + Text.count(facts.problems().size(), "finding")
                + " shown");
    return ExitCode.OK;
  }

  /** Finds out before the long work whether the page will have a place. */
  private void requirePlace() throws IOException {
    Path directory = output.toAbsolutePath().getParent();
    if (Files.isDirectory(output) || directory == null || !Files.isDirectory(directory)) {
      throw Failure.refused("-o " + output + ", allowed a file in a directory that is there");
    }
  }
}
