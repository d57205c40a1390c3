package org.ext4map.cli;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.util.ArrayList;
import java.util.List;
import org.ext4map.Ext4Image;
import org.ext4map.ondisk.FileType;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** New directories. */
@Command(name = "mkdir", header = "Makes directories.")
final class MkdirCommand extends WritingCommand {
  private static final int PERMISSIONS = 0755;

  @Parameters(
      index = "1..*",
      arity = "1..*",
      paramLabel = "PATH",
      converter = ImagePath.NameConverter.class,
      description = "Absolute paths in the image.")
  private List<ImagePath> paths = new ArrayList<>();

  @Option(names = "-p", description = "With those above; no error if it is there.")
  private boolean withParents;

  @Override
  int change(Ext4Image image) throws IOException {
    for (ImagePath path : paths) {
      if (withParents) {
        makeAll(image, path.text());
      } else {
        image.mkdir(path.text(), PERMISSIONS);
      }
    }
    return ExitCode.OK;
  }

  private static void makeAll(Ext4Image image, String path) throws IOException {
    for (int end = path.indexOf('/', 1); end >= 0; end = path.indexOf('/', end + 1)) {
      makeIfMissing(image, path.substring(0, end));
    }
    makeIfMissing(image, path);
  }

  private static void makeIfMissing(Ext4Image image, String path) throws IOException {
    try {
      image.mkdir(path, PERMISSIONS);
    } catch (FileAlreadyExistsException there) {
      if (image.follow(path).type() != FileType.DIRECTORY) {
        throw there;
      }
    }
  }
}
