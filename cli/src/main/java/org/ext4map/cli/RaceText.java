package org.ext4map.cli;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import org.ext4map.race.Replay;
import org.ext4map.race.Story;
import org.ext4map.race.Survey;
import org.ext4map.race.ThreadRun;
import org.ext4map.race.Timeline;
import org.ext4map.race.design.Design;
import org.ext4map.race.design.Outcome;

/** What {@code race} has found, for people: a table, the shortest failures, one of them in full. */
final class RaceText {
  private static final int COLUMNS = 80;
  private static final int TITLE = 21;
  private static final int CELL = 8;
  private static final List<Outcome> SHOWN =
      List.of(
          Outcome.CRASH_A, Outcome.CRASH_B, Outcome.LOSS_C, Outcome.STALE, Outcome.USE_AFTER_FREE);

  /** How a run with threads can end; the rest is told apart below the table. */
  private static final List<Outcome> ENDS =
      List.of(
          Outcome.SURVIVED,
          Outcome.CRASH_A,
          Outcome.CRASH_B,
          Outcome.LOSS_C,
          Outcome.USE_AFTER_FREE);

  private final Console console;
  private final Paint paint;
  private final Rows rows;

  RaceText(Console console) {
    this.console = console;
    this.paint = console.paint();
    this.rows = new Rows(console);
  }

  /**
   * All rows.
   *
   * @param inFull true to show the shortest failure of every kind step by step
   */
  void write(Survey.Plan plan, List<Survey.Row> all, boolean inFull) throws IOException {
    heads();
    for (Story story : plan.stories()) {
      List<Survey.Row> ofStory = all.stream().filter(row -> row.story() == story).toList();
      if (!ofStory.isEmpty()) {
        console.line(paint.bold(story.word() + ": " + story.title()));
        for (Survey.Row row : ofStory) {
          row(row);
        }
      }
    }
    legend(plan, all);
    failures(all, inFull);
    verdict(all);
  }

  private void heads() throws IOException {
    StringBuilder line = new StringBuilder(" ".repeat(5 + TITLE));
    for (String head : List.of("Crash A", "Crash B", "Loss C", "stale", "freed")) {
      line.append(padded(head, CELL));
    }
    console.line(paint.cyan(line + padded("schedules", 11)));
  }

  private static String padded(String text, int width) {
    return " ".repeat(Math.max(0, width - text.length())) + text;
  }

  private void row(Survey.Row row) throws IOException {
    console.print(name(row.design()));
    for (Outcome outcome : SHOWN) {
      cell(row.counts().getOrDefault(outcome, 0L), false);
    }
    String scope =
        row.story().isLeftToChance()
            ? "  *"
            : row.isComplete() ? "all" : "\u2264 " + row.preemptions();
    console.line(padded(String.valueOf(row.played()), CELL) + " " + scope);
    long stuck = row.counts().getOrDefault(Outcome.DEADLOCK, 0L);
    if (stuck > 0) {
      console.line("     " + paint.red("deadlock in " + Text.count(stuck, "schedule")));
    }
  }

  private void legend(Survey.Plan plan, List<Survey.Row> all) throws IOException {
    long cut = all.stream().mapToLong(Survey.Row::cut).sum();
    console.line("");
    rows.paragraph(
        "Numbers are schedules with that outcome, of those played: all there are, all with"
            + " at most so many interruptions (\u2264), or some by chance (*, seed "
            + plan.seed()
            + "). "
            + cut
            + " more came to a state that had been seen, and were not played on. freed: a ticket"
            + " is used after it was freed.");
  }

  private void failures(List<Survey.Row> all, boolean inFull) throws IOException {
    List<Survey.Row> failing = all.stream().filter(row -> !row.failures().isEmpty()).toList();
    if (failing.isEmpty()) {
      return;
    }
    console.line("");
    console.line(paint.bold("the shortest schedules that fail"));
    for (Survey.Row row : failing) {
      if (inFull || row.story() == failing.get(0).story()) {
        for (Survey.Failure failure : row.failures()) {
          failure(row, failure);
        }
      }
    }
    for (Survey.Row row : inFull ? failing : failing.subList(0, 1)) {
      for (Survey.Failure failure : inFull ? row.failures() : row.failures().subList(0, 1)) {
        console.line("");
        write(Survey.replay(failure.schedule(), true));
      }
    }
    console.line("");
  }

  private void failure(Survey.Row row, Survey.Failure failure) throws IOException {
    rows.row(
        String.format(Locale.ROOT, "%-2s %s", row.design().word(), failure.outcome().title()),
        Text.count(failure.schedule().lines().size(), "step")
            + ", "
            + Text.count(failure.preemptions(), "interruption")
            + ": "
            + failure.sentence());
  }

  private void verdict(List<Survey.Row> all) throws IOException {
    List<Survey.Row> wrong = all.stream().filter(row -> !row.isAsPredicted()).toList();
    if (wrong.isEmpty()) {
      console.line(paint.green("as the analysis predicts"));
      return;
    }
    for (Survey.Row row : wrong) {
      console.line(
          paint.red("NOT as the analysis predicts: ")
              + row.design().word()
              + ", "
              + row.story().word());
    }
  }

  /** Runs with real threads: how many of each design ended how. */
  void write(List<Design> designs, List<ThreadRun.Result> results, int runs, int seconds)
      throws IOException {
    console.line(
        paint.bold(
            "the jobs of generic/300, "
                + Text.count(runs, "run")
                + " of at most "
                + Text.count(seconds, "second")));
    StringBuilder head = new StringBuilder(" ".repeat(5 + TITLE));
    for (String word : List.of("lived", "Crash A", "Crash B", "Loss C", "freed", "other")) {
      head.append(padded(word, CELL));
    }
    console.line(paint.cyan(head.toString()));
    for (Design design : designs) {
      row(design, results.stream().filter(result -> result.design() == design).toList());
    }
    console.line("");
    int writes = results.stream().mapToInt(ThreadRun.Result::writes).sum();
    rows.paragraph(
        writes
            + " writes in all. generic/300 itself sees the crashes. It does not look at the file for which the writers"
            + " race, so it never sees a lost block; we looked. freed: somebody wrote into a freed ticket."
            + " Threads show what happens often; without --threads all schedules are tried.");
    for (ThreadRun.Result result : results) {
      if (!result.isPossible()) {
        console.line(
            paint.red("NOT as the analysis predicts: ")
                + result.design().word()
                + ": "
                + result.outcome().title()
                + ": "
                + result.sentence());
      }
    }
    if (results.stream().allMatch(ThreadRun.Result::isPossible)) {
      console.line(paint.green("nothing that the analysis rules out"));
    }
  }

  private void row(Design design, List<ThreadRun.Result> results) throws IOException {
    console.print(name(design));
    long others = results.size();
    for (Outcome outcome : ENDS) {
      long count = results.stream().filter(result -> result.outcome() == outcome).count();
      others -= count;
      cell(count, outcome == Outcome.SURVIVED);
    }
    cell(others, false);
    console.line("");
    int lost = results.stream().mapToInt(ThreadRun.Result::lostBlocks).sum();
    long looks = results.stream().mapToLong(ThreadRun.Result::freedLooks).sum();
    String also =
        (lost > 0 ? Text.count(lost, "acknowledged block") + " lost" : "")
            + (lost > 0 && looks > 0 ? ", " : "")
            + (looks > 0 ? Text.count(looks, "look") + " into freed tickets" : "");
    if (!also.isEmpty()) {
      console.line("     " + paint.faint(also));
    }
  }

  private void cell(long count, boolean isGood) throws IOException {
    String text = padded(count == 0 ? "\u00b7" : String.valueOf(count), CELL);
    console.print(count == 0 ? paint.faint(text) : isGood ? text : paint.red(text));
  }

  private static String name(Design design) {
    return String.format(Locale.ROOT, "  %-3s%-" + TITLE + "s", design.word(), design.title());
  }

  /** One schedule, step by step. */
  void write(Replay replay) throws IOException {
    console.line(
        paint.bold(
            "("
                + replay.design().word()
                + ") "
                + replay.design().title()
                + ", "
                + replay.story().title()
                + ": "
                + replay.outcome().title()));
    List<String> lines = Timeline.of(replay, COLUMNS);
    console.line(paint.cyan(lines.get(0)));
    for (String line : lines.subList(1, lines.size())) {
      console.line(line);
    }
    boolean isGood = replay.outcome() == Outcome.SURVIVED;
    String sentence = replay.outcome().title() + ": " + replay.sentence();
    rows.paragraph(sentence);
    if (!replay.isTheSame()) {
      console.line(paint.red("DIFFERS: the schedule says " + replay.expected().title()));
    } else if (isGood) {
      console.line(paint.green("the same as it was saved"));
    }
  }
}
