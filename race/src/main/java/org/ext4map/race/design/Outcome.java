package org.ext4map.race.design;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** What can come of a schedule. */
public enum Outcome {
  /** Every request is reported, and every acknowledged byte can be read. */
  SURVIVED("survived", "survived"),

  /** A conversion in interrupt context: deferral was missed. Linux: BUG in check_irqs_on. */
  CRASH_A("crash-a", "Crash A"),

  /** The same of a ticket that somebody else had flagged by mistake. */
  CRASH_B("crash-b", "Crash B"),

  /** Acknowledged data reads as zeros: its conversion never happened. Nothing is said. */
  LOSS_C("loss-c", "Loss C"),

  /** What a former owner of the blocks had written can be read. */
  STALE("stale", "stale data"),

  /** A ticket is looked at, or written to, after it was freed. */
  USE_AFTER_FREE("use-after-free", "freed ticket"),

  /** Somebody waits for ever. */
  DEADLOCK("deadlock", "deadlock");

  private final String word;
  private final String title;

  Outcome(String word, String title) {
    this.word = word;
    this.title = title;
  }

  /** For files and documents. */
  public String word() {
    return word;
  }

  /** For people. */
  public String title() {
    return title;
  }

  /** All words. */
  public static List<String> words() {
    return Arrays.stream(values()).map(Outcome::word).toList();
  }

  /** The outcome with this {@link #word}. */
  public static Optional<Outcome> of(String word) {
    for (Outcome outcome : values()) {
      if (outcome.word.equals(word)) {
        return Optional.of(outcome);
      }
    }
    return Optional.empty();
  }
}
