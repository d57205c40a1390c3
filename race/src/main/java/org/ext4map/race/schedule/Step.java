package org.ext4map.race.schedule;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * One step of a play. While somebody records it is still growing.
 *
 * @param actor who
 * @param action what
 * @param notes what came of it
 * @param after what the stage looked like afterwards; empty if nobody records
 */
public record Step(String actor, String action, List<String> notes, Map<String, String> after) {
  Step(String actor, String action) {
    this(actor, action, new ArrayList<>(0), new java.util.LinkedHashMap<>(0));
  }

  /** The action and what came of it. */
  public String text() {
    return notes.isEmpty() ? action : action + ": " + String.join("; ", notes);
  }
}
