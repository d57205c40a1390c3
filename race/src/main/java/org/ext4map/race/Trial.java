package org.ext4map.race;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.ext4map.Ext4File;
import org.ext4map.Ext4Image;
import org.ext4map.race.design.Design;
import org.ext4map.race.design.Outcome;
import org.ext4map.race.design.Panic;
import org.ext4map.race.schedule.Chooser;
import org.ext4map.race.schedule.Ending;
import org.ext4map.race.schedule.Play;
import org.ext4map.race.schedule.ReplayException;
import org.ext4map.race.schedule.Schedule;
import org.ext4map.race.schedule.Troupe;

/** One story, one design, one schedule: what comes of it. Threads: any. */
final class Trial {
  private final Ground ground;
  private final Design design;
  private final Story story;

  Trial(Ground ground, Design design, Story story) {
    this.ground = ground;
    this.design = design;
    this.story = story;
  }

  /**
   * What has come of a schedule.
   *
   * @param sentence what happened, for people
   */
  record Result(Outcome outcome, String sentence, Ending ending) {}

  /**
   * Runs it on a new copy of the image.
   *
   * @param isRecorded true to know how things stood after each step
   * @throws ReplayException if a schedule does not fit
   */
  Result run(Chooser chooser, Troupe troupe, boolean isRecorded) {
    try {
      Ext4Image image = ground.open();
      Ext4File file = Ground.file(image);
      Cast cast =
          design.isShipped()
              ? new ShippedCast(image, file, story)
              : new ClassicCast(image, file, story, design);
      Play play = new Play(chooser, troupe, isRecorded ? cast::measure : null);
      Ending ending = play.run(cast::enter);
      return judge(cast, file, ending);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Design design() {
    return design;
  }

  Story story() {
    return story;
  }

  /** What to replay to have {@code result} again. */
  Schedule schedule(Result result) {
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put(Replay.VARIANT, design.word());
    facts.put(Replay.STORY, story.word());
    facts.put(Replay.OUTCOME, result.outcome().word());
    return Schedule.of(facts, result.ending().steps());
  }

  private Result judge(Cast cast, Ext4File file, Ending ending) throws IOException {
    Throwable failure = ending.failure();
    if (failure instanceof Panic panic) {
      return new Result(panic.outcome(), String.valueOf(panic.getMessage()), ending);
    }
    if (failure instanceof ReplayException wrong) {
      throw wrong;
    }
    if (failure != null) {
      throw new AssertionError(design + " " + story + ": " + failure.getMessage(), failure);
    }
    if (!ending.stuck().isEmpty()) {
      return new Result(Outcome.DEADLOCK, String.join("; ", ending.stuck()), ending);
    }
    if (ending.stopped()) {
      return new Result(Outcome.SURVIVED, "not played to its end", ending);
    }
    Map.Entry<Outcome, String> verdict = cast.judge(file);
    return new Result(verdict.getKey(), verdict.getValue(), ending);
  }
}
