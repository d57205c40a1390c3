package org.ext4map.cli;

import java.io.IOException;
import org.ext4map.Ext4File;
import org.ext4map.Ext4Image;
import picocli.CommandLine.Parameters;

/** A report about one file of an image. */
abstract class FileCommand extends ReportCommand {
  @Parameters(
      index = "1",
      paramLabel = "PATH",
      converter = ImagePath.Converter.class,
      description = "Absolute path in the image, or '<inode>'.")
  @SuppressWarnings("NullAway.Init") // required, so picocli fills it
  private ImagePath path;

  abstract int inspect(Ext4Image image, Ext4File file) throws IOException;

  @Override
  final int inspect(Ext4Image image) throws IOException {
    return inspect(image, path.in(image));
  }

  final ImagePath path() {
    return path;
  }
}
