package org.ext4map.race.schedule;

import java.io.IOException;

/** A text that is no schedule. */
public final class ScheduleSyntaxException extends IOException {
  private static final long serialVersionUID = 1;

  private static final int MOST_SHOWN = 60;

  ScheduleSyntaxException(int line, String found, String allowed) {
    super("schedule: line " + line + " '" + shown(found) + "', allowed '" + allowed + "'");
  }

  private ScheduleSyntaxException(String message) {
    super(message);
  }

  /** A fact has a value that means nothing. */
  public static ScheduleSyntaxException ofFact(String name, String found, String allowed) {
    return new ScheduleSyntaxException(
        "schedule: " + name + " '" + shown(found) + "', allowed " + allowed);
  }

  private static String shown(String found) {
    return found.length() <= MOST_SHOWN ? found : found.substring(0, MOST_SHOWN) + "…";
  }
}
