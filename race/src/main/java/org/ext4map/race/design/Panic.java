package org.ext4map.race.design;

/** The machine stops here: what happened, in a sentence, and what noticed it. */
public final class Panic extends Error {
  private static final long serialVersionUID = 1;

  private final Outcome outcome;

  /** Noticed by the assertion {@code cause}. */
  Panic(Outcome outcome, String sentence, Throwable cause) {
    super(sentence, cause);
    this.outcome = outcome;
  }

  Panic(Outcome outcome, String sentence) {
    super(sentence);
    this.outcome = outcome;
  }

  /** Which kind it is. */
  public Outcome outcome() {
    return outcome;
  }
}
