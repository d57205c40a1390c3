package org.ext4map.model;

/**
 * Bytes of the image break a rule of the format: EFSCORRUPTED, EFSBADCRC. The message reads {@code
 * structure: field=found, allowed rule [place]}.
 */
public final class CorruptionException extends Ext4Exception {
  private static final long serialVersionUID = 1;

  private final String structure;
  private final String field;

  private CorruptionException(
      String structure, String field, String found, String allowed, String place) {
    super(structure + ": " + field + "=" + found + ", allowed " + allowed + " [" + place + "]");
    this.structure = structure;
    this.field = field;
  }

  /**
   * A numeric field with a value the format forbids.
   *
   * @param structure what is damaged, in the field's words: {@code "extent node"}
   * @param field its on-disk name: {@code "eh_entries"}
   * @param found the value, unsigned
   * @param allowed the rule it breaks: {@code "<= 340"}
   * @param place where it stands: {@code "ino=12 pblk=8193"}
   */
  public static CorruptionException of(
      String structure, String field, long found, String allowed, String place) {
    return new CorruptionException(structure, field, Long.toUnsignedString(found), allowed, place);
  }

  /**
   * A field whose value is best shown as text; otherwise as {@link #of(String, String, long,
   * String, String)}.
   */
  public static CorruptionException ofText(
      String structure, String field, String found, String allowed, String place) {
    return new CorruptionException(structure, field, found, allowed, place);
  }

  /** A checksum that does not match: EFSBADCRC. Values print in hexadecimal. */
  public static CorruptionException checksum(
      String structure, String field, int found, int computed, String place) {
    return new CorruptionException(
        structure, field, hex(found), hex(computed) + " (computed)", place);
  }

  private static String hex(int value) {
    return "0x" + Integer.toHexString(value);
  }

  /** What is damaged, for example {@code "extent node"}. */
  public String structure() {
    return structure;
  }

  /** The on-disk field that breaks the rule, for example {@code "eh_entries"}. */
  public String field() {
    return field;
  }
}
