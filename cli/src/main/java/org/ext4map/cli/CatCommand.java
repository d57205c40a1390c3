package org.ext4map.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import org.ext4map.Ext4File;
import org.ext4map.Ext4Image;
import org.ext4map.ondisk.FileType;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * A file's bytes. Memory is one buffer; the output is what the file is long, so a file much longer
 * than the image it lies in has to be asked for twice.
 */
@Command(
    name = "cat",
    header = "Writes a file's contents; holes and unwritten blocks as zeros.",
    description = {
      "A file longer than 8 GiB and than 64 times its image is nearly all hole, or the image is"
          + " damaged: it needs --sparse-ok or --limit."
    })
final class CatCommand extends ReadingCommand {
  private static final int MOST_TIMES_THE_IMAGE = 64;
  private static final long ALWAYS_ALLOWED = 8L << 30;
  private static final int BUFFER_BYTES = 1 << 18;

  @Parameters(
      index = "1",
      paramLabel = "PATH",
      converter = ImagePath.Converter.class,
      description = "Absolute path in the image, or '<inode>'.")
  @SuppressWarnings("NullAway.Init") // required, so picocli fills it
  private ImagePath path;

  @Option(names = "--sparse-ok", description = "Write it all, however long.")
  private boolean sparseOk;

  @Option(
      names = "--limit",
      paramLabel = "N",
      converter = ByteCount.class,
      description = "Stop after N bytes; also 4k, 1M.")
  private @Nullable Long limit;

  @Override
  int inspect(Ext4Image image) throws IOException {
    Ext4File file = path.in(image);
    if (file.type() != FileType.REGULAR) {
      throw Failure.type(path, file, "file");
    }
    long most = limit == null ? allowed(image, file) : limit;
    try (SeekableByteChannel bytes = file.open()) {
      copy(bytes, most);
    }
    return ExitCode.OK;
  }

  private long allowed(Ext4Image image, Ext4File file) throws Failure {
    long imageBytes = image.geometry().blocksCount() * image.geometry().blockSize();
    long most = Math.max(ALWAYS_ALLOWED, MOST_TIMES_THE_IMAGE * imageBytes);
    if (!sparseOk && file.size() > most) {
      throw Failure.refused(
          path
              + ": i_size="
              + file.size()
              + ", allowed <= "
              + most
              + " without --sparse-ok or --limit [inode "
              + file.ino()
              + "]");
    }
    return file.size();
  }

  private void copy(SeekableByteChannel bytes, long most) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate((int) Math.min(BUFFER_BYTES, Math.max(most, 1)));
    for (long left = most; left > 0; ) {
      buffer.clear().limit((int) Math.min(left, buffer.capacity()));
      int count = bytes.read(buffer);
      if (count < 0) {
        return;
      }
      console().write(buffer.array(), 0, count);
      left -= count;
    }
  }
}
