package org.ext4map.cli;

import java.io.IOException;
import org.ext4map.Ext4Image;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** One more name, or a symbolic link. */
@Command(name = "ln", header = "Gives a file another name, or makes a symbolic link.")
final class LnCommand extends WritingCommand {
  @Parameters(
      index = "1",
      paramLabel = "TARGET",
      description = "Absolute path in the image; with -s any text.")
  private String target = "";

  @Parameters(
      index = "2",
      paramLabel = "PATH",
      converter = ImagePath.NameConverter.class,
      description = "The new name, an absolute path.")
  @SuppressWarnings("NullAway.Init") // required, so picocli fills it
  private ImagePath path;

  @Option(names = "-s", description = "A symbolic link.")
  private boolean symbolic;

  @Override
  void checkUsage() {
    if (!symbolic && !target.startsWith("/")) {
      throw usage("TARGET='" + target + "', allowed an absolute path in the image; with -s any");
    }
  }

  @Override
  int change(Ext4Image image) throws IOException {
    if (symbolic) {
      image.symlink(target, path.text());
    } else {
      image.link(target, path.text());
    }
    return ExitCode.OK;
  }
}
