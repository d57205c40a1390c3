package org.ext4map.images;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** What became of one case of the torture kit. */
public enum Verdict {
  /** Every byte right. */
  OK,
  /**
   * Fill bytes of free space where a hole or an unwritten extent reads as zeros: somebody else's
   * old data.
   */
  STALE_BYTES,
  /** Right for the home blocks, but the log says otherwise. */
  BEFORE_RECOVERY,
  /** Too short or too long, and no stale byte among what was printed. */
  WRONG_LENGTH,
  /** The right length, wrong bytes. */
  WRONG_BYTES,
  /** The reader said that it failed. Better than a wrong answer, but no answer. */
  ERROR_EXIT,
  /** The reader did not come back. */
  TIMEOUT;

  /** As it stands in score cards. */
  @JsonValue
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
