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

  /** This name in that directory. */
  ImagePath child(String name) {
    return new ImagePath((text.endsWith("/") ? text : text + "/") + name);
  }

  @Override
  public String toString() {
    return text;
  }

  /** For a name that comes or goes: no inode, no dots, and not the root. */
  static final class NameConverter implements ITypeConverter<ImagePath> {
    @Override
    public ImagePath convert(String text) {
      String stripped = text.replaceFirst("/+$", "");
      if (!stripped.startsWith("/") || stripped.endsWith("/.") || stripped.endsWith("/..")) {
        throw new TypeConversionException(
            "'" + text + "', allowed an absolute path in the image that ends with a name");
      }
      return new ImagePath(stripped);
    }
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
