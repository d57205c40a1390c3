package org.ext4map.cli;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.ext4map.model.FallocateMode;

/** The commands of {@code io}, in the words of xfs_io(8). */
final class IoWords {
  static final String NAMES =
      "abort falloc fcollapse fdatasync fiemap finsert fpunch fsync fzero pread pwrite seek stat"
          + " truncate";

  private static final long DEFAULT_BLOCK = 4096;
  private static final long LARGEST_BLOCK = 64L << 20;
  private static final long DEFAULT_BYTE = 0xCD;

  private IoWords() {}

  /**
   * What {@code text} asks for.
   *
   * @throws IoSyntaxException naming the word that is wrong
   */
  static IoAction parse(String text) {
    IoArguments words = IoArguments.of(text);
    return switch (words.name()) {
      case "pwrite" -> pwrite(words.take("S:b:wWq", "OFF", "LEN"));
      case "pread" -> pread(words.take("vqb:", "OFF", "LEN"));
      case "truncate" -> truncate(words.take("", "N"));
      case "falloc" ->
          space(words.take("k", "OFF", "LEN"), FallocateMode.ALLOCATE, FallocateMode.KEEP_SIZE);
      case "fpunch" -> space(words.take("", "OFF", "LEN"), FallocateMode.PUNCH_HOLE);
      case "fzero" ->
          space(
              words.take("k", "OFF", "LEN"),
              FallocateMode.ZERO_RANGE,
              FallocateMode.ZERO_RANGE_KEEP_SIZE);
      case "fcollapse" -> space(words.take("", "OFF", "LEN"), FallocateMode.COLLAPSE_RANGE);
      case "finsert" -> space(words.take("", "OFF", "LEN"), FallocateMode.INSERT_RANGE);
      case "fsync" -> always(words.take(""), (file, console) -> file.inode().fsync());
      case "fdatasync" -> always(words.take(""), (file, console) -> file.inode().fdatasync());
      case "fiemap" -> fiemap(words.take("v"));
      case "seek" -> seek(words.take("hda", "OFF"));
      case "stat" -> always(words.take(""), IoReports::stat);
      case "abort" -> always(words.take(""), (file, console) -> abort(console));
      default -> throw new IoSyntaxException("'" + words.name() + "', allowed " + NAMES);
    };
  }

  private static IoAction always(IoArguments checked, IoAction action) {
    assert checked != null : "take() has refused what is too much";
    return action;
  }

  private static IoAction pwrite(IoArguments words) {
    IoRange range = words.range();
    int block = (int) words.option('b', DEFAULT_BLOCK, 1, LARGEST_BLOCK);
    byte seed = (byte) words.option('S', DEFAULT_BYTE, 0, 0xFF);
    boolean quiet = words.has('q');
    boolean dataOnly = words.has('w');
    boolean synced = words.has('W');
    return (file, console) -> {
      IoTransfer transfer = new IoTransfer("wrote", range, quiet ? null : console);
      ByteBuffer pattern = ByteBuffer.allocate((int) Math.min(block, range.length()));
      Arrays.fill(pattern.array(), seed);
      transfer.write(file.channel(), pattern);
      if (synced) {
        file.inode().fsync();
      } else if (dataOnly) {
        file.inode().fdatasync();
      }
      transfer.tell();
    };
  }

  private static IoAction pread(IoArguments words) {
    IoRange range = words.range();
    int block = (int) words.option('b', DEFAULT_BLOCK, 1, LARGEST_BLOCK);
    boolean quiet = words.has('q');
    boolean verbose = words.has('v');
    return (file, console) -> {
      IoTransfer transfer = new IoTransfer("read", range, quiet ? null : console);
      ByteBuffer buffer = ByteBuffer.allocate((int) Math.min(block, range.length()));
      HexDump dump = new HexDump(console, range.offset());
      transfer.read(file.channel(), buffer, verbose ? dump : bytes -> {});
      dump.finish();
      transfer.tell();
    };
  }

  private static IoAction truncate(IoArguments words) {
    long size = words.operand(0);
    return (file, console) -> file.inode().truncate(size);
  }

  private static IoAction space(IoArguments words, FallocateMode mode) {
    IoRange range = words.range();
    return (file, console) -> file.fallocate(mode, range);
  }

  private static IoAction space(IoArguments words, FallocateMode mode, FallocateMode keepingSize) {
    return space(words, words.has('k') ? keepingSize : mode);
  }

  private static IoAction fiemap(IoArguments words) {
    boolean verbose = words.has('v');
    return (file, console) -> IoReports.fiemap(file, console, verbose);
  }

  private static IoAction seek(IoArguments words) {
    long offset = words.operand(0);
    boolean all = words.has('a');
    boolean data = all || words.has('d');
    boolean hole = all || words.has('h');
    if (!data && !hole) {
      throw new IoSyntaxException("seek without -d, -h or -a, allowed one of them");
    }
    return (file, console) -> IoReports.seek(file, console, offset, data, hole);
  }

  /** What is not committed is lost, as if the power had failed for this program alone. */
  private static void abort(Console console) throws Console.OutputClosedException {
    console.flush();
    Runtime.getRuntime().halt(ExitCode.OK);
  }
}
