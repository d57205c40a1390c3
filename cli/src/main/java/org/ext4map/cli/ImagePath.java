package org.ext4map.cli;

import java.io.IOException;
import java.util.regex.Pattern;
import org.ext4map.Ext4File;
import org.ext4map.Ext4Image;
import org.ext4map.model.FileName;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * A PATH argument: an absolute path in the image, or an inode number in angle brackets.
 *
 * @param text as it was given
 */
record ImagePath(String text) {
  private static final Pattern INODE = Pattern.compile("<([0-9]{1,10})>");

  /**
   * The file; a symbolic link at the end of the path is the link itself.
   *
   * @throws java.nio.file.NoSuchFileException if there is no such name or number
   */
  Ext4File in(Ext4Image image) throws IOException {
    return image.lookup(text);
  }

  /** What stands behind the last slash. */
  FileName lastName() {
    return FileName.of(text.substring(text.lastIndexOf('/') + 1));
  }

  @Override
  public String toString() {
    return text;
  }

  /** Refuses what is neither. */
  static final class Converter implements ITypeConverter<ImagePath> {
    @Override
    public ImagePath convert(String text) {
      if (!text.startsWith("/") && !INODE.matcher(text).matches()) {
        throw new TypeConversionException(
            "'" + text + "', allowed an absolute path in the image, or an inode as '<12>'");
      }
      return new ImagePath(text);
    }
  }
}
