package org.ext4map.race;

import java.util.List;
import org.ext4map.race.design.Design;
import org.ext4map.race.design.Outcome;
import org.ext4map.race.schedule.Chooser;
import org.ext4map.race.schedule.Schedule;
import org.ext4map.race.schedule.ScheduleSyntaxException;
import org.ext4map.race.schedule.Step;
import org.ext4map.race.schedule.Troupe;

/**
 * A schedule played again.
 *
 * @param expected the outcome that the schedule says it has
 * @param outcome the one that it had now
 * @param sentence what happened
 * @param steps what was done, and how things stood afterwards if that was recorded
 */
public record Replay(
    Design design,
    Story story,
    Outcome expected,
    Outcome outcome,
    String sentence,
    int preemptions,
    List<Step> steps) {
  static final String VARIANT = "variant";
  static final String STORY = "story";
  static final String OUTCOME = "outcome";

  /** What stands at the head of a schedule of ours. */
  public static final List<String> FACTS = List.of(VARIANT, STORY, OUTCOME);

  static Replay of(Schedule schedule, Ground ground, Troupe troupe, boolean isRecorded)
      throws ScheduleSyntaxException {
    Design design =
        Design.of(fact(schedule, VARIANT))
            .orElseThrow(() -> wrong(schedule, VARIANT, String.join(", ", Design.words())));
    Story story =
        Story.of(fact(schedule, STORY))
            .orElseThrow(() -> wrong(schedule, STORY, String.join(", ", Story.words())));
    Outcome expected =
        Outcome.of(fact(schedule, OUTCOME))
            .orElseThrow(() -> wrong(schedule, OUTCOME, String.join(", ", Outcome.words())));
    if (!story.appliesTo(design)) {
      throw wrong(schedule, STORY, "another story for variant " + design.word());
    }
    Trial.Result result =
        new Trial(ground, design, story).run(Chooser.exactly(schedule), troupe, isRecorded);
    return new Replay(
        design,
        story,
        expected,
        result.outcome(),
        result.sentence(),
        result.ending().preemptions(),
        result.ending().steps());
  }

  private static String fact(Schedule schedule, String name) {
    return schedule.facts().getOrDefault(name, "");
  }

  private static ScheduleSyntaxException wrong(Schedule schedule, String name, String allowed) {
    return ScheduleSyntaxException.ofFact(name, fact(schedule, name), allowed);
  }

  /** True if it ended as the schedule says. */
  public boolean isTheSame() {
    return expected == outcome;
  }
}
