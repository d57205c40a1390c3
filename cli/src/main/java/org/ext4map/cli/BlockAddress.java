package org.ext4map.cli;

import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * Which block is asked about: {@code 1567}, {@code byte:6418432} or {@code 14:30}.
 *
 * @param ino the inode, of the last form
 * @param number block of the file system, byte of the file system, or block of the inode
 * @param isByte true for the second form
 */
record BlockAddress(OptionalLong ino, long number, boolean isByte) {
  private static final Pattern IN_FILE = Pattern.compile("<?([0-9]{1,10})>?:([0-9]{1,10})");
  private static final Pattern BLOCK = Pattern.compile("[0-9]{1,18}");
  private static final String BYTE = "byte:";
  private static final long LAST_LBLK = 0xFFFF_FFFEL;

  /** Refuses what is none of the three. */
  static final class Converter implements ITypeConverter<BlockAddress> {
    @Override
    public BlockAddress convert(String text) {
      if (text.startsWith(BYTE)) {
        long at = new ByteCount().convert(text.substring(BYTE.length()));
        return new BlockAddress(OptionalLong.empty(), at, true);
      }
      Matcher inFile = IN_FILE.matcher(text);
      if (inFile.matches() && Long.parseLong(inFile.group(2)) <= LAST_LBLK) {
        long ino = Long.parseLong(inFile.group(1));
        return new BlockAddress(OptionalLong.of(ino), Long.parseLong(inFile.group(2)), false);
      }
      if (BLOCK.matcher(text).matches()) {
        return new BlockAddress(OptionalLong.empty(), Long.parseLong(text), false);
      }
      throw new TypeConversionException(
          "'"
              + text
              + "', allowed a block as 1567, a byte as byte:4096 or byte:0x1000, or a block of an"
              + " inode as 14:30 (at most 14:"
              + LAST_LBLK
              + ")");
    }
  }
}
