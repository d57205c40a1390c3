package org.ext4map.race;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.ext4map.race.design.Outcome;
import org.ext4map.race.schedule.Step;

/**
 * A recorded schedule as a drawing, SVG: a lane for each thread, time from top to bottom, bars
 * where a thread holds a lock, and at the right P and the states of the blocks.
 *
 * <pre>
 *    filler        overwriter     interrupt 1      P     01234567
 *   ▌takes i_mutex                                NULL   WWWWUUUU
 *   ▌P := E1                                      E1     WWWWUUUU
 *   ▌             P := NULL                       NULL   WWWWUUUU
 * </pre>
 */
public final class Drawing {
  private static final int LANE = 190;
  private static final int LINE = 14;
  private static final int PAD = 7;
  private static final int LEFT = 44;
  private static final int TOP = 96;
  private static final int SLOT = 62;
  private static final int CELL = 15;
  private static final int BAR = 5;
  private static final int LETTERS = 27;

  private static final String[] COLORS = {"#1f6feb", "#d4730b", "#0f7b6c", "#9a4fd0"};
  private static final String GREY = "#6e7781";
  private static final double SHARED_HOLD = 0.35;

  private final Replay replay;
  private final Map<String, Integer> lanes = new LinkedHashMap<>();
  private final StringBuilder svg = new StringBuilder();
  private final boolean hasSlot;
  private final List<String> locks = new ArrayList<>();

  private Drawing(Replay replay) {
    this.replay = replay;
    replay.story().actors().forEach(this::lane);
    replay.steps().forEach(step -> lane(step.actor()));
    hasSlot = replay.steps().stream().anyMatch(step -> step.after().containsKey("P"));
    for (Step step : replay.steps()) {
      step.after().keySet().stream()
          .filter(key -> !key.equals("P") && !key.equals("blocks") && !locks.contains(key))
          .forEach(locks::add);
    }
  }

  private void lane(String actor) {
    lanes.putIfAbsent(actor, lanes.size());
  }

  /** The document. */
  public static String of(Replay replay) {
    return new Drawing(replay).draw();
  }

  // ---- places ----------------------------------------------------------------------------------

  private int laneAt(String actor) {
    return LEFT + lanes.getOrDefault(actor, 0) * LANE;
  }

  private int slotAt() {
    return LEFT + lanes.size() * LANE;
  }

  private int blocksAt() {
    return slotAt() + (hasSlot ? SLOT : 0) + 10;
  }

  private int width() {
    return blocksAt() + Ground.BLOCKS * CELL + 20;
  }

  private static int height(Step step) {
    return wrapped(step.text(), LETTERS).size() * LINE + PAD;
  }

  // ---- drawing ---------------------------------------------------------------------------------

  private String draw() {
    int end = TOP + replay.steps().stream().mapToInt(Drawing::height).sum();
    List<String> sentence = wrapped(verdict(), (width() - 2 * LEFT) / 8);
    int height = end + 30 + sentence.size() * 18;
    open(height);
    heads(end);
    int y = TOP;
    String last = "";
    Map<String, String> before = Map.of();
    for (int i = 0; i < replay.steps().size(); i++) {
      Step step = replay.steps().get(i);
      int rows = height(step);
      holds(step, y, rows);
      turn(last, step.actor(), y);
      words(step, i + 1, y);
      edge(step, before, y, rows);
      before = step.after();
      last = step.actor();
      y += rows;
    }
    boolean isGood = replay.outcome() == Outcome.SURVIVED;
    for (int i = 0; i < sentence.size(); i++) {
      text(LEFT, end + 30 + i * 18, isGood ? "ok" : "bad", sentence.get(i));
    }
    return svg.append("</svg>\n").toString();
  }

  private String verdict() {
    return replay.outcome().title() + ": " + replay.sentence() + ".";
  }

  private void open(int height) {
    put(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\""
            + " height=\"%d\" font-family=\"ui-sans-serif,Helvetica,Arial,sans-serif\">\n",
        width(), height, width(), height);
    put("<title>%s</title>\n", escaped(title()));
    svg.append(
        """
        <style>
          text{font-size:12px;fill:#1f2328}
          .title{font-size:17px;font-weight:600}
          .head{font-size:13px;font-weight:600}
          .faint{fill:#6e7781;font-size:11px}
          .mono{font-family:ui-monospace,Menlo,monospace;font-size:11px}
          .bad{font-size:14px;font-weight:600;fill:#b42318}
          .ok{font-size:14px;font-weight:600;fill:#1a7f37}
        </style>
        <rect width="100%" height="100%" fill="#ffffff"/>
        """);
    text(LEFT, 28, "title", title());
    legend();
  }

  private String title() {
    return "("
        + replay.design().word()
        + ") "
        + replay.design().title()
        + " \u00b7 "
        + replay.story().title()
        + " \u00b7 "
        + replay.outcome().title();
  }

  private void legend() {
    int x = LEFT;
    for (int i = 0; i < locks.size(); i++) {
      rect(x, 43, BAR, 12, lockColor(i));
      text(x + 10, 53, "faint", "holds " + locks.get(i));
      x += 24 + 7 * (locks.get(i).length() + 6);
    }
    rect(x, 43, BAR, 12, lockColor(0), SHARED_HOLD);
    text(x + 10, 53, "faint", "the same, shared");
    x += 120;
    rect(x, 42, CELL - 2, 13, stateColor('W'));
    text(x + 18, 53, "faint", "W written");
    rect(x + 82, 42, CELL - 2, 13, stateColor('U'));
    text(x + 100, 53, "faint", "U unwritten: reads as zeros");
  }

  private void heads(int end) {
    lanes.forEach(
        (actor, lane) -> {
          int x = laneAt(actor);
          rect(x - 4, TOP - 24, LANE - 8, end - TOP + 28, lane % 2 == 0 ? "#f6f8fa" : "#fbfcfd");
          rect(x - 4, TOP - 24, LANE - 8, 3, color(actor));
          text(x + 14, TOP - 7, "head", actor);
        });
    if (hasSlot) {
      text(slotAt() + 8, TOP - 7, "head", "P");
    }
    for (int block = 0; block < Ground.BLOCKS; block++) {
      text(blocksAt() + block * CELL + 4, TOP - 7, "mono", String.valueOf(block));
    }
  }

  private void holds(Step step, int y, int rows) {
    for (int i = 0; i < locks.size(); i++) {
      String holders = step.after().getOrDefault(locks.get(i), "");
      for (String actor : lanes.keySet()) {
        int x = laneAt(actor) + i * (BAR + 1);
        if (holders.equals("=" + actor)) {
          rect(x, y - 2, BAR, rows, lockColor(i));
        } else if ((holders + " +").contains("+" + actor + " ")) {
          rect(x, y - 2, BAR, rows, lockColor(i), SHARED_HOLD);
        }
      }
    }
  }

  /** The baton goes from one lane to another. */
  private void turn(String last, String actor, int y) {
    if (!last.isEmpty() && !last.equals(actor)) {
      int from = laneAt(last) + 14;
      int to = laneAt(actor) + 14;
      put(
          "<path d=\"M%d %d H%d\" stroke=\"#afb8c1\" stroke-dasharray=\"2 3\" fill=\"none\"/>\n",
          from, y - 1, to);
    }
  }

  private void words(Step step, int number, int y) {
    int x = laneAt(step.actor());
    text(10, y + LINE - 3, "faint", String.valueOf(number));
    put(
        "<circle cx=\"%d\" cy=\"%d\" r=\"2.5\" fill=\"%s\"/>\n",
        x + 15, y + LINE - 7, color(step.actor()));
    List<String> lines = wrapped(step.text(), LETTERS);
    for (int i = 0; i < lines.size(); i++) {
      text(x + 21, y + LINE - 3 + i * LINE, i == 0 ? "" : "faint", lines.get(i));
    }
  }

  private void edge(Step step, Map<String, String> before, int y, int rows) {
    String slot = step.after().getOrDefault("P", "");
    if (hasSlot) {
      rect(slotAt(), y - 2, SLOT - 8, rows, slotColor(slot));
      if (!slot.equals(before.getOrDefault("P", ""))) {
        text(slotAt() + 8, y + LINE - 3, "mono", slot);
      }
    }
    String blocks = step.after().getOrDefault("blocks", "");
    String old = before.getOrDefault("blocks", "");
    for (int i = 0; i < blocks.length(); i++) {
      int x = blocksAt() + i * CELL;
      rect(x, y - 2, CELL - 2, rows, stateColor(blocks.charAt(i)));
      if (i >= old.length() || old.charAt(i) != blocks.charAt(i)) {
        text(x + 3, y + LINE - 3, "mono", String.valueOf(blocks.charAt(i)));
      }
    }
  }

  // ---- colours and words -----------------------------------------------------------------------

  private String color(String actor) {
    int request = replay.story().request(actor);
    return request == 0 ? GREY : COLORS[(request - 1) % COLORS.length];
  }

  private static String lockColor(int lock) {
    return lock == 0 ? "#24292f" : "#bf3989";
  }

  private static String slotColor(String slot) {
    if (!slot.startsWith("E")) {
      return "#eaeef2";
    }
    return switch ((slot.charAt(1) - '1') % COLORS.length) {
      case 0 -> "#b6d4fe";
      case 1 -> "#fbd7ac";
      case 2 -> "#b3e3da";
      default -> "#e2c9f5";
    };
  }

  private static String stateColor(char state) {
    return switch (state) {
      case 'W' -> "#aceebb";
      case 'U' -> "#fae17d";
      default -> "#eaeef2";
    };
  }

  private static List<String> wrapped(String text, int letters) {
    List<String> lines = new ArrayList<>();
    StringBuilder line = new StringBuilder();
    for (String word : text.split(" ", -1)) {
      if (!line.isEmpty() && line.length() + 1 + word.length() > letters) {
        lines.add(line.toString());
        line.setLength(0);
      }
      line.append(line.isEmpty() ? "" : " ").append(word);
    }
    lines.add(line.toString());
    return lines;
  }

  private void rect(int x, int y, int width, int height, String fill) {
    rect(x, y, width, height, fill, 1);
  }

  private void rect(int x, int y, int width, int height, String fill, double opacity) {
    put(
        "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"%s\"%s/>\n",
        x, y, width, height, fill, opacity == 1 ? "" : " fill-opacity=\"" + opacity + "\"");
  }

  private void text(int x, int y, String style, String words) {
    put(
        "<text x=\"%d\" y=\"%d\"%s>%s</text>\n",
        x, y, style.isEmpty() ? "" : " class=\"" + style + "\"", escaped(words));
  }

  private void put(String format, Object... values) {
    svg.append(String.format(Locale.ROOT, format, values));
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }
}
