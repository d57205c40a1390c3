package org.ext4map.inspect;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.ext4map.model.FileName;

/** A path in an image: bytes, of no particular encoding. Immutable. */
public final class FilePath {
  private static final FilePath ROOT = new FilePath(new byte[] {'/'});

  private final byte[] bytes;

  private FilePath(byte[] bytes) {
    this.bytes = bytes;
  }

  /** The path {@code /}. */
  static FilePath root() {
    return ROOT;
  }

  /** Where the way up ended before the root: the inode's number in angle brackets. */
  static FilePath detached(long ino) {
    return new FilePath(("<" + ino + ">").getBytes(StandardCharsets.US_ASCII));
  }

  /** The path of {@code name} in this directory. */
  FilePath resolve(FileName name) {
    int slash = bytes.length == 1 && bytes[0] == '/' ? 0 : 1;
    byte[] longer = Arrays.copyOf(bytes, bytes.length + slash + name.length());
    longer[longer.length - name.length() - 1] = '/';
    System.arraycopy(name.toByteArray(), 0, longer, longer.length - name.length(), name.length());
    return new FilePath(longer);
  }

  /** The bytes; a copy. */
  public byte[] toByteArray() {
    return bytes.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof FilePath path && Arrays.equals(bytes, path.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  /** The path for people: read as UTF-8, what is none shown as U+FFFD. */
  @Override
  public String toString() {
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
