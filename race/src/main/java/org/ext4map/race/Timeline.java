package org.ext4map.race;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.ext4map.race.schedule.Step;

/**
 * A recorded schedule as text: on the left what is done for the first request, on the right what is
 * done for the second, and at the edge P and the blocks where they change. With more requests, odd
 * ones on the left.
 *
 * <pre>
 *    #  filler                          overwriter                       P, blocks
 *    7                                  takes i_mutex: 0-1 is written
 *    8  P := E1                                                          P = E1
 *    9  irq: the device is done
 * </pre>
 */
public final class Timeline {
  private static final int NUMBER = 4;
  private static final int EDGE = 11;
  private static final int GAPS = 2;

  private final Replay replay;
  private final int column;
  private final List<String> lines = new ArrayList<>();

  private Timeline(Replay replay, int width) {
    this.replay = replay;
    this.column = (width - NUMBER - EDGE - GAPS - 1) / 2;
  }

  /** The lines, not wider than {@code width}. */
  public static List<String> of(Replay replay, int width) {
    Timeline timeline = new Timeline(replay, width);
    timeline.write();
    return timeline.lines;
  }

  private void write() {
    List<String> actors = replay.story().actors();
    boolean hasSlot = replay.steps().stream().anyMatch(step -> step.after().containsKey("P"));
    line(
        "#",
        actors.get(0),
        actors.size() > 1 ? actors.get(1) : "",
        hasSlot ? "P, blocks" : "blocks");
    Map<String, String> before = Map.of();
    int number = 0;
    for (Step step : replay.steps()) {
      write(step, ++number, before);
      before = step.after();
    }
  }

  private void write(Step step, int number, Map<String, String> before) {
    int request = replay.story().request(step.actor());
    List<String> text = wrapped(prefix(step) + step.text());
    List<String> edge = changes(before, step.after());
    boolean isLeft = request % 2 == 1;
    for (int i = 0; i < Math.max(text.size(), edge.size()); i++) {
      String part = i < text.size() ? text.get(i) : "";
      line(
          i == 0 ? String.valueOf(number) : "",
          isLeft ? part : "",
          isLeft ? "" : part,
          i < edge.size() ? edge.get(i) : "");
    }
  }

  private String prefix(Step step) {
    int own = replay.story().actors().indexOf(step.actor());
    if (own == 0 || own == 1) {
      return "";
    }
    return step.actor().replace("interrupt", "irq") + ": ";
  }

  /** What is other than before, of what is shown at the edge. */
  private static List<String> changes(Map<String, String> before, Map<String, String> after) {
    List<String> changes = new ArrayList<>();
    String slot = after.getOrDefault("P", "");
    if (!slot.equals(before.getOrDefault("P", slot))) {
      changes.add("P = " + slot);
    }
    String blocks = after.getOrDefault("blocks", "");
    if (!blocks.equals(before.getOrDefault("blocks", ""))) {
      changes.add(blocks);
    }
    return changes;
  }

  private List<String> wrapped(String text) {
    List<String> parts = new ArrayList<>();
    StringBuilder part = new StringBuilder();
    for (String word : text.split(" ", -1)) {
      if (!part.isEmpty() && part.length() + 1 + word.length() > column) {
        parts.add(part.toString());
        part.setLength(0);
        part.append("  ");
      } else if (!part.isEmpty()) {
        part.append(' ');
      }
      part.append(word);
    }
    parts.add(part.toString());
    return parts;
  }

  private void line(String number, String left, String right, String edge) {
    String line =
        " ".repeat(Math.max(0, NUMBER - 1 - number.length()))
            + number
            + "  "
            + padded(left)
            + " "
            + padded(right)
            + " "
            + edge;
    lines.add(line.stripTrailing());
  }

  private String padded(String text) {
    return text + " ".repeat(Math.max(0, column - text.length()));
  }
}
