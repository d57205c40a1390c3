package org.ext4map.cli;

import org.ext4map.aio.SplitAt;

/** The values of {@code --split}. */
enum SplitChoice {
  SUBMIT("submit", SplitAt.SUBMISSION),
  COMPLETION("completion", SplitAt.COMPLETION);

  private final String word;
  private final SplitAt moment;

  SplitChoice(String word, SplitAt moment) {
    this.word = word;
    this.moment = moment;
  }

  SplitAt moment() {
    return moment;
  }

  /** The word on the command line and in JSON. */
  @Override
  public String toString() {
    return word;
  }
}
