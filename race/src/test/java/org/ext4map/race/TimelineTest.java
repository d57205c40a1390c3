package org.ext4map.race;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import javax.xml.parsers.DocumentBuilderFactory;
import org.ext4map.race.design.Outcome;
import org.ext4map.race.schedule.ReplayException;
import org.ext4map.race.schedule.Schedule;
import org.ext4map.race.schedule.ScheduleSyntaxException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.w3c.dom.Document;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

/** Saved schedules, and how a replay of them looks. */
class TimelineTest {
  static Schedule saved(String name) throws IOException {
    try (InputStream in = TimelineTest.class.getResourceAsStream(name + ".schedule")) {
      byte[] bytes = Objects.requireNonNull(in, name).readAllBytes();
      return Schedule.parse(new String(bytes, StandardCharsets.UTF_8), Replay.FACTS);
    }
  }

  private static Replay replay(String name) throws IOException {
    return Survey.replay(saved(name), true);
  }

  @ParameterizedTest
  @ValueSource(strings = {"a-crash-a", "a-crash-b", "a-loss-c", "b-loss-c", "c-use-after-free"})
  void aSavedScheduleEndsAsItDidThen(String name) throws IOException {
    Replay replay = replay(name);

    assertThat(replay.isTheSame()).isTrue();
    assertThat(name).isEqualTo(replay.design().word() + "-" + replay.outcome().word());
  }

  @Test
  void aScheduleSaysWhatItIsAndItsTextIsReadBack() throws IOException {
    Schedule schedule = saved("a-crash-a");

    assertThat(schedule.text())
        .startsWith(
            """
            # ext4map race schedule 1
            variant: a
            story: race
            outcome: crash-a

            overwriter: asks for blocks 0-1
            """);
    assertThat(Schedule.parse(schedule.text(), Replay.FACTS)).isEqualTo(schedule);
  }

  @Test
  void twoColumnsTellTheCrash() throws IOException {
    List<String> lines = Timeline.of(replay("a-crash-a"), 80);

    assertThat(lines).allMatch(line -> line.length() <= 80);
    assertThat(lines.get(0)).containsSubsequence("#", "filler", "overwriter", "P, blocks");
    assertThat(String.join("\n", lines))
        .containsSubsequence(
            "P := E1",
            "P = E1",
            "P := NULL",
            "P = NULL",
            "flags E1 unwritten",
            "reads P again: P is NULL",
            "irq 1: the device is done",
            "end_io puts E1");
    int left = lines.get(0).indexOf("filler");
    int right = lines.get(0).indexOf("overwriter");
    assertThat(lines).anyMatch(line -> line.startsWith("flags E1 unwritten", left));
    assertThat(lines).anyMatch(line -> line.startsWith("P := E2", right));
  }

  @Test
  void theBlocksAreShownWhereTheyChange() throws IOException {
    List<String> lines = Timeline.of(replay("b-loss-c"), 80);

    assertThat(lines.get(1)).endsWith("WWWWUUUU");
    assertThat(String.join("\n", lines)).doesNotContain("WWWWWWUU");
    assertThat(replay("b-loss-c").sentence()).contains("reads as zeros");
  }

  @ParameterizedTest
  @ValueSource(strings = {"a-crash-a", "b-loss-c"})
  void theDrawingHasALaneForEachThread(String name) throws Exception {
    Replay replay = replay(name);
    Document drawing =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(new InputSource(new StringReader(Drawing.of(replay))));

    assertThat(drawing.getDocumentElement().getTagName()).isEqualTo("svg");
    List<String> heads = texts(drawing, "head");
    assertThat(heads).startsWith("filler", "overwriter").endsWith("P");
    replay.steps().forEach(step -> assertThat(heads).contains(step.actor()));
    assertThat(texts(drawing, "bad")).isNotEmpty();
    assertThat(drawing.getElementsByTagName("circle").getLength()).isEqualTo(replay.steps().size());
  }

  private static List<String> texts(Document drawing, String style) {
    NodeList all = drawing.getElementsByTagName("text");
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < all.getLength(); i++) {
      if (all.item(i).getAttributes().getNamedItem("class") != null
          && all.item(i).getAttributes().getNamedItem("class").getNodeValue().equals(style)) {
        texts.add(all.item(i).getTextContent());
      }
    }
    return texts;
  }

  @Test
  void whatIsNotOursIsRefusedByName() throws IOException {
    String text = saved("a-crash-a").text();

    assertThatThrownBy(() -> replayText(text.replace("variant: a", "variant: z")))
        .isInstanceOf(ScheduleSyntaxException.class)
        .hasMessage("schedule: variant 'z', allowed a, b, b', c, d, e");
    assertThatThrownBy(() -> replayText(text.replace("story: race", "story: love")))
        .hasMessageContaining("story 'love', allowed race, crowd");
    assertThatThrownBy(() -> replayText(text.replace("outcome: crash-a", "outcome: fine")))
        .hasMessageContaining("outcome 'fine', allowed survived, crash-a");
    assertThatThrownBy(() -> replayText(text.replace("P := E2", "P := E3")))
        .isInstanceOf(ReplayException.class)
        .hasMessageContaining("'overwriter: P := E3', allowed 'overwriter: P := E2'");
  }

  private static void replayText(String text) throws IOException {
    Survey.replay(Schedule.parse(text, Replay.FACTS), false);
  }

  @Test
  void theSameScheduleUnderAnotherDesignDoesNotFit() throws IOException {
    String text = saved("a-crash-a").text().replace("variant: a", "variant: d");

    assertThatThrownBy(() -> replayText(text)).isInstanceOf(ReplayException.class);
  }

  @Test
  void anotherOutcomeThanTheScheduleSaysIsSeen() throws IOException {
    String text = saved("a-crash-a").text().replace("outcome: crash-a", "outcome: loss-c");
    Replay replay = Survey.replay(Schedule.parse(text, Replay.FACTS), false);

    assertThat(replay.isTheSame()).isFalse();
    assertThat(replay.outcome()).isEqualTo(Outcome.CRASH_A);
  }
}
