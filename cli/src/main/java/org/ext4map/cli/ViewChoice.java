package org.ext4map.cli;

import org.ext4map.View;

/** The values of {@code --view}: those views of an image that need no write. */
enum ViewChoice {
  AS_IS("as-is", View.AS_IS),
  RECOVERED("recovered", View.RECOVERED);

  private final String word;
  private final View view;

  ViewChoice(String word, View view) {
    this.word = word;
    this.view = view;
  }

  View view() {
    return view;
  }

  /** The word on the command line and in JSON. */
  @Override
  public String toString() {
    return word;
  }
}
