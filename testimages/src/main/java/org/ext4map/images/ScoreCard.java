package org.ext4map.images;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * How a reader did in the torture kit.
 *
 * @param command the template that was run
 * @param lines one for each case
 * @param changedImages images that the reader wrote to
 */
public record ScoreCard(String command, List<Line> lines, List<String> changedImages) {

  /**
   * One case.
   *
   * @param test what was asked
   * @param verdict what came of it
   * @param detail what was seen; may be empty
   */
  public record Line(TortureCase test, Verdict verdict, String detail) {}

  /** Copies the lists. */
  public ScoreCard {
    lines = List.copyOf(lines);
    changedImages = List.copyOf(changedImages);
  }

  /** Number of cases with a verdict. */
  public int count(Verdict verdict) {
    return (int) lines.stream().filter(line -> line.verdict() == verdict).count();
  }

  /** Right answers in a hundred, rounded down, so that 100 means all. */
  public int percent() {
    return lines.isEmpty() ? 0 : 100 * count(Verdict.OK) / lines.size();
  }

  /** All right and no image touched. */
  public boolean isPerfect() {
    return count(Verdict.OK) == lines.size() && changedImages.isEmpty();
  }

  /** A table of the failures by topic, the counts, and the score. */
  public String toText() {
    StringBuilder text = new StringBuilder();
    Map<String, List<Line>> topics = new LinkedHashMap<>();
    for (Line line : lines) {
      topics.computeIfAbsent(line.test().topic(), name -> new ArrayList<>()).add(line);
    }
    topics.forEach(
        (topic, ofTopic) -> {
          long right = ofTopic.stream().filter(line -> line.verdict() == Verdict.OK).count();
          text.append(
              String.format(Locale.ROOT, "%-28s %3d of %3d%n", topic, right, ofTopic.size()));
          for (Line line : ofTopic) {
            if (line.verdict() != Verdict.OK) {
              String name = line.test().image() + ":" + line.test().path();
              text.append(
                  String.format(
                      Locale.ROOT,
                      "    %-15s %s  %s%n",
                      line.verdict().label(),
                      name,
                      line.detail()));
            }
          }
        });
    for (String image : changedImages) {
      text.append(String.format(Locale.ROOT, "    changed the image %s%n", image));
    }
    text.append(
        String.format(
            Locale.ROOT, "score %d %%: %d of %d%n", percent(), count(Verdict.OK), lines.size()));
    return text.toString();
  }

  /** The card as one JSON document, schema {@code ext4map.conformance}, version 1. */
  public String toJson() {
    Map<Verdict, Integer> counts = new EnumMap<>(Verdict.class);
    for (Verdict verdict : Verdict.values()) {
      counts.put(verdict, count(verdict));
    }
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("schema", "ext4map.conformance");
    document.put("version", 1);
    document.put("command", command);
    document.put("percent", percent());
    document.put("perfect", isPerfect());
    document.put("counts", counts);
    document.put("changed_images", changedImages);
    document.put("cases", lines.stream().map(ScoreCard::flat).toList());
    try {
      return Json.MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(document);
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  private static Map<String, Object> flat(Line line) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("topic", line.test().topic());
    fields.put("image", line.test().image());
    fields.put("path", line.test().path());
    fields.put("verdict", line.verdict().label());
    fields.put("detail", line.detail());
    return fields;
  }
}
