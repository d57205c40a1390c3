package org.ext4map.cli;

import java.io.IOException;
import java.nio.file.Path;
import org.ext4map.Ext4Image;
import org.ext4map.OpenOptions;
import picocli.CommandLine.Mixin;

/** A command that looks into one image and never writes to it. */
abstract class ReadingCommand extends ImageCommand {
  @Mixin private ViewOption view = new ViewOption();

  /** Does the work on the open image. */
  abstract int inspect(Ext4Image image) throws IOException;

  /** True if the person should be told, beside the results, that a journal was replayed. */
  boolean tellsView() {
    return true;
  }

  private OpenOptions options() {
    return OpenOptions.defaults().view(view.choice().view());
  }

  /** Opens another image with the same view and offset. */
  final Ext4Image open(Path image) throws IOException {
    return open(image, options());
  }

  @Override
  public final Integer call() throws IOException {
    checkUsage();
    try (Ext4Image image = open(options())) {
      int exitCode = inspect(image);
      console().flush();
      if (tellsView()) {
        Views.replayed(image)
            .ifPresent(told -> console().note("view recovered, in memory: " + told));
      }
      return exitCode;
    }
  }
}
