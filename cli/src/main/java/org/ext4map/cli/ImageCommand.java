package org.ext4map.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.ext4map.Ext4Image;
import org.ext4map.OpenOptions;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** A command that looks into one image and never writes to it. */
abstract class ImageCommand implements Callable<Integer> {
  @ParentCommand
  @SuppressWarnings("NullAway.Init") // picocli fills it before anything is called
  private Ext4MapCommand top;

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli fills it before anything is called
  private CommandSpec spec;

  @Parameters(index = "0", paramLabel = "IMAGE", description = "The file with the file system.")
  @SuppressWarnings("NullAway.Init") // required, so picocli fills it
  private Path file;

  @Option(
      names = "--view",
      paramLabel = "VIEW",
      converter = WordConverter.OfView.class,
      description = {
        "recovered (default): as after replaying the journal, in memory;",
        "as-is: what the blocks hold now."
      })
  private ViewChoice view = ViewChoice.RECOVERED;

  @Option(
      names = "--offset",
      paramLabel = "N",
      converter = ByteCount.class,
      description = "The file system starts N bytes into the file; also 1M, 2048s (sectors).")
  private long offset;

  /** Does the work on the open image. */
  abstract int inspect(Ext4Image image) throws IOException;

  /** True if the person should be told, beside the results, that a journal was replayed. */
  boolean tellsView() {
    return true;
  }

  /** Refuses, by {@link #usage}, what the command line parser cannot know to be wrong. */
  void checkUsage() {}

  /** The exception for a wrong command line. */
  final ParameterException usage(String message) {
    return new ParameterException(spec.commandLine(), message);
  }

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
      return Ext4Image.open(file, OpenOptions.defaults().view(view.view()).offsetBytes(offset));
    } catch (IOException problem) {
      throw Failure.opening(file.toString(), problem);
    }
  }

  final Console console() {
    return top.console();
  }

  final Paint paint() {
    return console().paint();
  }

  final Path file() {
    return file;
  }
}
