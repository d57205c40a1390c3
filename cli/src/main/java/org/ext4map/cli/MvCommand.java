package org.ext4map.cli;

import java.io.IOException;
import org.ext4map.Ext4Image;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Another name instead. */
@Command(
    name = "mv",
    header = "Renames, as rename(2): what had the new name loses it in the same moment.")
final class MvCommand extends WritingCommand {
  @Parameters(
      index = "1",
      paramLabel = "FROM",
      converter = ImagePath.NameConverter.class,
      description = "The old name, an absolute path.")
  @SuppressWarnings("NullAway.Init") // required, so picocli fills it
  private ImagePath from;

  @Parameters(
      index = "2",
      paramLabel = "TO",
      converter = ImagePath.NameConverter.class,
      description = "The new name, an absolute path.")
  @SuppressWarnings("NullAway.Init") // required, so picocli fills it
  private ImagePath to;

  @Override
  int change(Ext4Image image) throws IOException {
    image.rename(from.text(), to.text());
    return ExitCode.OK;
  }
}
