package org.ext4map.model;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * One name in a directory: bytes, of no particular encoding. Immutable. Two names are equal if
 * their bytes are.
 */
public final class FileName implements Comparable<FileName> {
  /** Bytes in a name at most: EXT4_NAME_LEN. */
  public static final int MAX_BYTES = 255;

  private final byte[] bytes;

  private FileName(byte[] bytes) {
    this.bytes = bytes;
  }

  /** The name that {@code text} is in UTF-8. */
  public static FileName of(String text) {
    return new FileName(text.getBytes(StandardCharsets.UTF_8));
  }

  /** The name made of these bytes, which are copied. */
  public static FileName of(byte[] bytes) {
    return new FileName(bytes.clone());
  }

  /** The name made of the bytes from position to limit, which are copied. */
  public static FileName of(ByteBuffer bytes) {
    byte[] copy = new byte[bytes.remaining()];
    bytes.duplicate().get(copy);
    return new FileName(copy);
  }

  /** The bytes; a copy. */
  public byte[] toByteArray() {
    return bytes.clone();
  }

  /** Bytes in the name. */
  public int length() {
    return bytes.length;
  }

  /** Byte {@code i} of the name, as it is stored. */
  public byte byteAt(int i) {
    return bytes[i];
  }

  /** True for {@code .} and {@code ..}. */
  public boolean isDots() {
    return (bytes.length == 1 || (bytes.length == 2 && bytes[1] == '.')) && bytes[0] == '.';
  }

  /** Orders by the unsigned bytes, as {@code LC_ALL=C sort} does. */
  @Override
  public int compareTo(FileName other) {
    return Arrays.compareUnsigned(bytes, other.bytes);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof FileName name && Arrays.equals(bytes, name.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  /** The name for people: read as UTF-8, what is none shown as U+FFFD. */
  @Override
  public String toString() {
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
