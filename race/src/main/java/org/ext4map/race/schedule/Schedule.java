package org.ext4map.race.schedule;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * An order of steps, and what it belongs to, as a small text:
 *
 * <pre>
 *   # ext4map race schedule 1
 *   variant: a
 *   outcome: crash-a
 *
 *   filler: takes i_mutex
 *   overwriter: P := NULL
 * </pre>
 *
 * Empty lines and those that begin with # do not count.
 *
 * @param facts what it belongs to, in order
 * @param lines the steps
 */
public record Schedule(Map<String, String> facts, List<Line> lines) {
  private static final String TITLE = "# ext4map race schedule 1";
  private static final String BETWEEN = ": ";
  private static final int MOST_LINES = 100_000;

  /**
   * One step.
   *
   * @param actor who
   * @param action what
   */
  public record Line(String actor, String action) {
    @Override
    public String toString() {
      return actor + BETWEEN + action;
    }
  }

  /** Copies. */
  public Schedule {
    facts = new LinkedHashMap<>(facts);
    lines = List.copyOf(lines);
  }

  /** The schedule of a play. */
  public static Schedule of(Map<String, String> facts, List<Step> steps) {
    return new Schedule(
        facts, steps.stream().map(step -> new Line(step.actor(), step.action())).toList());
  }

  /** How often the baton changed hands. */
  public int switches() {
    int count = 0;
    for (int i = 1; i < lines.size(); i++) {
      count += lines.get(i).actor().equals(lines.get(i - 1).actor()) ? 0 : 1;
    }
    return count;
  }

  /** The text. */
  public String text() {
    StringBuilder text = new StringBuilder(TITLE).append('\n');
    facts.forEach((name, value) -> text.append(name).append(BETWEEN).append(value).append('\n'));
    text.append('\n');
    lines.forEach(line -> text.append(line).append('\n'));
    return text.toString();
  }

  /**
   * Reads a text.
   *
   * @param factNames the facts that have to stand there
   * @throws ScheduleSyntaxException naming the line that is wrong
   */
  public static Schedule parse(String text, List<String> factNames) throws ScheduleSyntaxException {
    List<String> raw = text.lines().limit(MOST_LINES + 1L).toList();
    if (raw.isEmpty() || !raw.get(0).equals(TITLE)) {
      throw new ScheduleSyntaxException(1, raw.isEmpty() ? "" : raw.get(0), TITLE);
    }
    if (raw.size() > MOST_LINES) {
      throw new ScheduleSyntaxException(MOST_LINES + 1, "a line", "the end of the text");
    }
    Map<String, String> facts = new LinkedHashMap<>();
    List<Line> lines = new ArrayList<>();
    for (int i = 1; i < raw.size(); i++) {
      String line = raw.get(i);
      if (line.isBlank() || line.startsWith("#")) {
        continue;
      }
      int split = line.indexOf(BETWEEN);
      boolean isFact = facts.size() < factNames.size();
      String allowed = isFact ? factNames.get(facts.size()) + BETWEEN + "…" : "ACTOR: ACTION";
      if (split <= 0 || (isFact && !line.startsWith(factNames.get(facts.size()) + BETWEEN))) {
        throw new ScheduleSyntaxException(i + 1, line, allowed);
      }
      String head = line.substring(0, split);
      String rest = line.substring(split + BETWEEN.length());
      if (isFact) {
        facts.put(head, rest);
      } else {
        lines.add(new Line(head, rest));
      }
    }
    if (facts.size() < factNames.size()) {
      throw new ScheduleSyntaxException(raw.size() + 1, "the end", factNames.get(facts.size()));
    }
    return new Schedule(facts, lines);
  }
}
