package org.ext4map.cli;

import java.io.IOException;
import java.util.OptionalLong;
import org.ext4map.Ext4Image;
import org.ext4map.inspect.BlockExplainer;
import org.ext4map.inspect.Explanation;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Everything about one block. */
@Command(
    name = "explain",
    header = "Tells what one block is, whose, and what a read of it answers and why.",
    description = {
      "Searches all inodes for the owner and all directories for its names. byte:N counts from the"
          + " start of the file system."
    })
final class ExplainCommand extends ReportCommand {
  @Parameters(
      index = "1",
      paramLabel = "BLOCK",
      converter = BlockAddress.Converter.class,
      description = "A block as 1567, a byte as byte:6418432, or a block of an inode as 14:30.")
  @SuppressWarnings("NullAway.Init") // required, so picocli fills it
  private BlockAddress address;

  @Override
  String schema() {
    return "explain";
  }

  @Override
  int inspect(Ext4Image image) throws IOException {
    int blockSize = image.geometry().blockSize();
    OptionalLong byteInBlock =
        address.isByte() ? OptionalLong.of(address.number() % blockSize) : OptionalLong.empty();
    Explanation explanation = explain(image, blockSize);
    if (isJson()) {
      document(image, json -> ExplainJson.write(json, explanation, blockSize, byteInBlock));
    } else {
      new ExplainText(console(), image, explanation).write(byteInBlock);
    }
    return ExitCode.OK;
  }

  private Explanation explain(Ext4Image image, int blockSize) throws IOException {
    Meter meter = new Meter(console());
    if (address.ino().isPresent()) {
      return BlockExplainer.ofFile(image, address.ino().getAsLong(), address.number(), meter);
    }
    long block = address.isByte() ? address.number() / blockSize : address.number();
    long last = image.geometry().blocksCount() - 1;
    if (block > last) {
      throw Failure.notFound(
          "block "
              + block
              + ", allowed 0 … "
              + last
              + " ["
              + file()
              + ", blocks of "
              + blockSize
              + "]");
    }
    return BlockExplainer.ofBlock(image, block, meter);
  }
}
