package org.ext4map.images;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What e2freefrag says of an image, in view {@link View#AS_IS}. Needs {@link Judge#E2FSPROGS}.
 *
 * <p>Of a bigalloc image it reads the bits, which are clusters, as blocks.
 *
 * @param free blocks that the superblock counts as free
 * @param runs of free blocks
 * @param shortestKib the shortest run
 * @param longestKib the longest one
 * @param averageKib the average length, without what follows the point
 * @param buckets by the least length in KiB: {@code 3 runs, 17 blocks}
 * @param text all it printed
 */
public record FreeSpaceReport(
    long free,
    long runs,
    long shortestKib,
    long longestKib,
    long averageKib,
    Map<Long, String> buckets,
    String text) {
  private static final Pattern BUCKET =
      Pattern.compile(" *([0-9]+)([KMG])\\.\\.\\..*: +([0-9]+) +([0-9]+) +[0-9.]+%");

  /** Copies the map. */
  public FreeSpaceReport {
    buckets = Map.copyOf(buckets);
  }

  /** Its report about an image file. */
  public static FreeSpaceReport of(Path image) throws IOException {
    String text = Command.of("e2freefrag", image.toString()).succeed().text();
    Map<Long, String> buckets = new TreeMap<>();
    text.lines()
        .map(BUCKET::matcher)
        .filter(Matcher::matches)
        .forEach(
            line ->
                buckets.put(
                    kib(line.group(1), line.group(2)),
                    line.group(3) + " runs, " + line.group(4) + " blocks"));
    return new FreeSpaceReport(
        number(text, "Free blocks"),
        number(text, "Num. free extent"),
        number(text, "Min. free extent"),
        number(text, "Max. free extent"),
        number(text, "Avg. free extent"),
        buckets,
        text);
  }

  private static long number(String text, String name) throws IOException {
    Matcher found = Pattern.compile(Pattern.quote(name) + ": ([0-9]+)").matcher(text);
    if (!found.find()) {
      throw new IOException("e2freefrag: no '" + name + "' in " + text);
    }
    return Long.parseLong(found.group(1));
  }

  private static long kib(String number, String unit) {
    long factor =
        switch (unit) {
          case "K" -> 1;
          case "M" -> 1 << 10;
          default -> 1 << 20;
        };
    return Long.parseLong(number) * factor;
  }
}
