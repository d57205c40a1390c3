package org.ext4map.cli;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.ext4map.race.Replay;
import org.ext4map.race.Survey;
import org.ext4map.race.ThreadRun;
import org.ext4map.race.design.Design;
import org.ext4map.race.design.Outcome;
import org.ext4map.race.schedule.Step;

/** What {@code race} has found, for programs. */
final class RaceJson {
  private RaceJson() {}

  static void write(Console console, Survey.Plan plan, List<Survey.Row> rows, boolean isAsPredicted)
      throws IOException {
    Json.document(
        console,
        "race",
        document -> {
          document.field("seed", plan.seed());
          document.array(
              "rows",
              array -> {
                for (Survey.Row row : rows) {
                  array.element(fields -> write(fields, row));
                }
              });
          document.field("as_predicted", isAsPredicted);
        });
  }

  private static void write(Json fields, Survey.Row row) throws IOException {
    fields.field("variant", row.design().word());
    fields.field("title", row.design().title());
    fields.field("story", row.story().word());
    if (!row.design().isShipped()) {
      fields.object("pieces", pieces -> writePieces(pieces, row.design()));
    }
    fields.field("played", row.played());
    fields.field("cut", row.cut());
    fields.field("by_chance", row.story().isLeftToChance());
    if (!row.story().isLeftToChance()) {
      fields.field("preemptions", row.preemptions());
    }
    fields.field("complete", row.isComplete());
    fields.array(
        "outcomes",
        outcomes -> {
          for (Map.Entry<Outcome, Long> entry : row.counts().entrySet()) {
            outcomes.element(
                one -> {
                  one.field("outcome", entry.getKey().word());
                  one.field("count", entry.getValue());
                });
          }
        });
    fields.array(
        "failures",
        failures -> {
          for (Survey.Failure failure : row.failures()) {
            failures.element(
                one -> {
                  one.field("outcome", failure.outcome().word());
                  one.field("message", failure.sentence());
                  one.field("preemptions", failure.preemptions());
                  one.field("switches", failure.schedule().switches());
                  one.field("steps", failure.schedule().lines().size());
                  one.field("schedule", failure.schedule().text());
                });
          }
        });
    fields.field("as_predicted", row.isAsPredicted());
  }

  private static void writePieces(Json pieces, Design design) throws IOException {
    pieces.field("ticket_made_by", word(design.maker()));
    pieces.field("ticket_lives_in", word(design.place()));
    pieces.field("deferral_decided_by", word(design.deferral()));
    pieces.field("overwrite_holds", word(design.overwriteLock()));
  }

  private static String word(Enum<?> piece) {
    return piece.name().toLowerCase(Locale.ROOT);
  }

  /** Runs with real threads. */
  static void write(
      Console console, long seed, List<ThreadRun.Result> results, boolean isAsPredicted)
      throws IOException {
    Json.document(
        console,
        "race-threads",
        document -> {
          document.field("seed", seed);
          document.array(
              "runs",
              runs -> {
                for (ThreadRun.Result result : results) {
                  runs.element(
                      one -> {
                        one.field("variant", result.design().word());
                        one.field("outcome", result.outcome().word());
                        one.field("message", result.sentence());
                        one.field("writes", result.writes());
                        one.field("lost_blocks", result.lostBlocks());
                        one.field("freed_looks", result.freedLooks());
                        one.field("as_predicted", result.isPossible());
                      });
                }
              });
          document.field("as_predicted", isAsPredicted);
        });
  }

  static void write(Console console, Replay replay) throws IOException {
    Json.document(
        console,
        "race-replay",
        document -> {
          document.field("variant", replay.design().word());
          document.field("story", replay.story().word());
          document.field("expected", replay.expected().word());
          document.field("outcome", replay.outcome().word());
          document.field("message", replay.sentence());
          document.field("same", replay.isTheSame());
          document.field("preemptions", replay.preemptions());
          document.array(
              "steps",
              steps -> {
                for (Step step : replay.steps()) {
                  steps.element(fields -> write(fields, step));
                }
              });
        });
  }

  private static void write(Json fields, Step step) throws IOException {
    fields.field("actor", step.actor());
    fields.field("action", step.action());
    fields.strings("notes", step.notes());
    fields.array(
        "after",
        after -> {
          for (Map.Entry<String, String> entry : step.after().entrySet()) {
            after.element(
                one -> {
                  one.field("name", entry.getKey());
                  one.field("value", entry.getValue());
                });
          }
        });
  }
}
