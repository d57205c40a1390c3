package org.ext4map.cli;

import java.io.Closeable;
import java.io.IOException;
import org.ext4map.Ext4Image;
import org.ext4map.OpenOptions;
import org.ext4map.View;
import picocli.CommandLine.ParameterException;

/**
 * A command that changes one image. It holds the file's exclusive lock meanwhile; when it has
 * ended, all is durable and the journal empty. When it is killed, the journal has what it needs.
 */
abstract class WritingCommand extends ImageCommand {
  /** Does the work on the open image. */
  abstract int change(Ext4Image image) throws IOException;

  /** Makes what is missing before the image is opened. */
  void prepare() throws IOException {}

  /** How the image is opened, beside for writing. */
  OpenOptions options() {
    return OpenOptions.defaults();
  }

  @Override
  public final Integer call() throws IOException {
    checkUsage();
    prepare();
    int exitCode;
    OpenOptions options = options().view(View.READ_WRITE).clock(top().clock());
    try (Writing writing = new Writing(open(options))) {
      Views.replayed(writing.image).ifPresent(told -> console().note("recovered first: " + told));
      exitCode = writing.run();
    }
    console().flush();
    return exitCode;
  }

  /** The open image. After a mistake of ours it is left as after a power cut, for recovery. */
  private final class Writing implements Closeable {
    private final Ext4Image image;
    private boolean isOurMistake = true;

    Writing(Ext4Image image) {
      this.image = image;
    }

    int run() throws IOException {
      try {
        int exitCode = change(image);
        isOurMistake = false;
        return exitCode;
      } catch (IOException | ParameterException told) {
        isOurMistake = false;
        throw told;
      }
    }

    @Override
    public void close() throws IOException {
      if (isOurMistake) {
        image.device().close();
      } else {
        image.close();
      }
    }
  }
}
