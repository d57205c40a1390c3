package org.ext4map.race;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.ext4map.race.design.Design;
import org.ext4map.race.design.Outcome;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Real threads: what they may show, and how it is judged. */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ThreadRunTest {
  private static final long SEED = Long.getLong("ext4map.seed", 2016);
  private static final int BLOCK = 1024;

  @ParameterizedTest
  @EnumSource
  void aRunEndsAndShowsNothingThatTheAnalysisRulesOut(Design design) throws IOException {
    ThreadRun.Result result = ThreadRun.run(design, SEED, TimeUnit.MILLISECONDS.toNanos(500));

    assertThat(result.isPossible()).as("seed %d: %s", SEED, result).isTrue();
    assertThat(result.writes()).isPositive();
  }

  @Test
  void crashesAreWhatTheAnalysisRulesOutForOursAndNotForTheFirst() {
    assertThat(ended(Design.A, Outcome.CRASH_A, 0).isPossible()).isTrue();
    assertThat(ended(Design.B, Outcome.CRASH_A, 0).isPossible()).isFalse();
    assertThat(ended(Design.E, Outcome.LOSS_C, 0).isPossible()).isFalse();
    assertThat(ended(Design.E, Outcome.DEADLOCK, 0).isPossible()).isFalse();
    assertThat(ended(Design.C, Outcome.SURVIVED, 3).isPossible()).isTrue();
    assertThat(ended(Design.D, Outcome.SURVIVED, 3).isPossible()).isFalse();
  }

  private static ThreadRun.Result ended(Design design, Outcome outcome, long freedLooks) {
    return new ThreadRun.Result(design, outcome, "", 1, 0, freedLooks);
  }

  // ---- the judge of the racing file ------------------------------------------------------------

  private final RacedFile raced = new RacedFile(4);
  private final ByteBuffer file = ByteBuffer.allocate(4 * BLOCK);

  private void write(int block, int count) {
    raced.writeBegins(block, block + 1);
    RacedFile.stamp(file, block * BLOCK, BLOCK, block, count);
    raced.writeIsAcknowledged(block, block + 1);
  }

  private void punch(int block) {
    raced.punchBegins(block, block + 1);
    file.put(block * BLOCK, new byte[BLOCK]);
    raced.punchEnds(block, block + 1);
  }

  private RacedFile.Verdict judge() {
    byte[] bytes = new byte[4 * BLOCK];
    file.get(0, bytes);
    return raced.judge(bytes, BLOCK);
  }

  @Test
  void whatWasWrittenAndStandsThereIsFine() {
    write(1, 7);
    assertThat(judge()).isEqualTo(new RacedFile.Verdict(0, 0, 1));
  }

  @Test
  void anAcknowledgedBlockOfZerosIsLost() {
    write(1, 7);
    file.put(BLOCK, new byte[BLOCK]);
    assertThat(judge()).isEqualTo(new RacedFile.Verdict(1, 0, 0));
  }

  @Test
  void aPunchTakesBlocksAwayAndSoDoesOneThatTheWriteMet() {
    write(1, 7);
    punch(1);
    raced.punchBegins(2, 3);
    write(2, 7);
    file.put(2 * BLOCK, new byte[BLOCK]);
    raced.punchEnds(2, 3);
    assertThat(judge()).isEqualTo(new RacedFile.Verdict(0, 0, 0));
  }

  @Test
  void aWriteAfterThePunchMustBeThere() {
    punch(1);
    write(1, 7);
    file.put(BLOCK, new byte[BLOCK]);
    assertThat(judge().lost()).isEqualTo(1);
  }

  @Test
  void bytesOfAnotherBlockAreForeign() {
    RacedFile.stamp(file, BLOCK, BLOCK, 3, 7);
    file.put(2 * BLOCK + 8, (byte) 0xEE);
    assertThat(judge().foreign()).isEqualTo(2);
  }
}
