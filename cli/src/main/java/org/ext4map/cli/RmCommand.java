package org.ext4map.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.ext4map.Ext4File;
import org.ext4map.Ext4Image;
import org.ext4map.ondisk.FileType;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Names that go. */
@Command(name = "rm", header = "Removes names; a file goes with its last one.")
final class RmCommand extends WritingCommand {
  @Parameters(
      index = "1..*",
      arity = "1..*",
      paramLabel = "PATH",
      converter = ImagePath.NameConverter.class,
      description = "Absolute paths in the image.")
  private List<ImagePath> paths = new ArrayList<>();

  @Option(
      names = {"-r", "-R"},
      description = "Directories too, with all that is in them.")
  private boolean recursive;

  @Override
  int change(Ext4Image image) throws IOException {
    for (ImagePath path : paths) {
      Ext4File file = path.in(image);
      if (file.type() != FileType.DIRECTORY) {
        image.unlink(path.text());
      } else if (recursive) {
        Removal.of(image, path.text(), file);
      } else {
        throw Failure.refused(path + ": is a directory, allowed with -r");
      }
    }
    return ExitCode.OK;
  }
}
