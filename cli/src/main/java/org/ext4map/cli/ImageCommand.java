package org.ext4map.cli;

import java.io.IOException;
import java.nio.file.Path;
import org.ext4map.Ext4Image;
import org.ext4map.OpenOptions;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** A command that looks into one image and never writes to it. */
abstract class ImageCommand extends Subcommand {
  @Parameters(index = "0", paramLabel = "IMAGE", description = "The file with the file system.")
  @SuppressWarnings("NullAway.Init") // required, so picocli fills it
  private Path file;

  @Mixin private ViewOption view = new ViewOption();
  @Mixin private OffsetOption offset = new OffsetOption();

  /** Does the work on the open image. */
  abstract int inspect(Ext4Image image) throws IOException;

  /** True if the person should be told, beside the results, that a journal was replayed. */
  boolean tellsView() {
    return true;
  }

  /** Refuses, by {@link #usage}, what the command line parser cannot know to be wrong. */
  void checkUsage() {}

  @Override
  public final Integer call() throws IOException {
    checkUsage();
    try (Ext4Image image = open()) {
      int exitCode = inspect(image);
      console().flush();
      if (tellsView()) {
        Views.replayed(image).ifPresent(told -> console().note("view recovered: " + told));
      }
      return exitCode;
    }
  }

  private Ext4Image open() throws IOException {
    try {
      OpenOptions options = OpenOptions.defaults().view(view.choice().view());
      return Ext4Image.open(file, options.offsetBytes(offset.bytes()));
    } catch (IOException problem) {
      throw Failure.opening(file.toString(), problem);
    }
  }

  final Path file() {
    return file;
  }
}
