package org.ext4map.cli;

import java.io.IOException;
import java.nio.file.Path;
import org.ext4map.Ext4Image;
import org.ext4map.OpenOptions;
import org.ext4map.device.BlockDevice;
import org.ext4map.model.CorruptionException;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** A command about one image. */
abstract class ImageCommand extends Subcommand {
  @Parameters(index = "0", paramLabel = "IMAGE", description = "The file with the file system.")
  @SuppressWarnings("NullAway.Init") // required, so picocli fills it
  private Path file;

  @Mixin private OffsetOption offset = new OffsetOption();

  /** Refuses, by {@link #usage}, what the command line parser cannot know to be wrong. */
  void checkUsage() {}

  /** Opens the image; whatever is wrong with it is exit 8 and names it. */
  final Ext4Image open(OpenOptions options) throws IOException {
    return open(file, options);
  }

  /** Opens another image at the same offset. */
  final Ext4Image open(Path image, OpenOptions options) throws IOException {
    try {
      return Ext4Image.open(image, at(options));
    } catch (CorruptionException problem) {
      throw Failure.opening(image.toString(), explained(image, problem));
    } catch (IOException problem) {
      throw Failure.opening(image.toString(), problem);
    }
  }

  /** With what the file seems to hold instead, if it shows that. */
  private IOException explained(Path image, CorruptionException problem) {
    try (BlockDevice device = offset.open(image)) {
      return Signature.otherThanExt(device)
          .<IOException>map(
              holds -> new IOException(problem.getMessage() + "; it " + holds, problem))
          .orElse(problem);
    } catch (IOException unreadable) {
      problem.addSuppressed(unreadable);
      return problem;
    }
  }

  /** The image's bytes, for reading. */
  final BlockDevice openDevice() throws IOException {
    try {
      return offset.open(file);
    } catch (IOException problem) {
      throw Failure.opening(file.toString(), problem);
    }
  }

  /** The same options at the offset that was given. */
  final OpenOptions at(OpenOptions options) {
    return options.offsetBytes(offset.bytes());
  }

  final Path file() {
    return file;
  }
}
