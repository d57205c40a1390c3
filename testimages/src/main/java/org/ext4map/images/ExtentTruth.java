package org.ext4map.images;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One run of a file's blocks, in file-system blocks.
 *
 * @param logical first block in the file
 * @param physical first block on the device
 * @param length number of blocks
 * @param written false for a preallocated run, which reads as zeros
 */
public record ExtentTruth(long logical, long physical, long length, boolean written) {
  private static final Pattern NOTATION = Pattern.compile("(\\d+)-(\\d+):([WU])@(\\d+)");

  /** Reads {@code first-last:W@pblk}. */
  @JsonCreator
  public static ExtentTruth parse(String notation) {
    Matcher found = NOTATION.matcher(notation);
    if (!found.matches()) {
      throw new IllegalArgumentException("extent: " + notation + ", allowed first-last:W@pblk");
    }
    long first = Long.parseLong(found.group(1));
    long length = Long.parseLong(found.group(2)) - first + 1;
    return new ExtentTruth(
        first, Long.parseLong(found.group(4)), length, found.group(3).equals("W"));
  }

  /** The last block of the run. */
  public long last() {
    return logical + length - 1;
  }

  /** {@code first-last:W@pblk}. */
  @JsonValue
  @Override
  public String toString() {
    return logical + "-" + last() + ":" + (written ? "W" : "U") + "@" + physical;
  }
}
