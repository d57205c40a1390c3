package org.ext4map.check;

import java.util.OptionalLong;

/**
 * One problem at one place. Immutable.
 *
 * @param problem what is wrong
 * @param ino the inode that is wrong, if it is about one
 * @param block the file-system block it stands in, if there is one
 * @param target the inode that an entry or attribute points to, if it is about a pointer
 * @param detail field, value found, values allowed: what the sentence of the problem leaves open;
 *     may be empty
 */
public record Finding(
    Problem problem, OptionalLong ino, OptionalLong block, OptionalLong target, String detail) {

  /** The problem's sentence with the detail and the place. */
  public String message() {
    StringBuilder text = new StringBuilder(problem.sentence());
    if (!detail.isEmpty()) {
      text.append(": ").append(detail);
    }
    StringBuilder place = new StringBuilder();
    append(place, " ino=", ino);
    append(place, " pblk=", block);
    append(place, " target=", target);
    if (!place.isEmpty()) {
      text.append(" [").append(place.substring(1)).append(']');
    }
    return text.toString();
  }

  private static void append(StringBuilder place, String name, OptionalLong value) {
    if (value.isPresent()) {
      place.append(name).append(value.getAsLong());
    }
  }
}
