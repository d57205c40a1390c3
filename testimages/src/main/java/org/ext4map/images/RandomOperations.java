package org.ext4map.images;

import java.util.Locale;
import java.util.SplittableRandom;

/**
 * Random work on a few files, in the language of {@code tools/fileops.py}. Each operation may fail:
 * ENOSPC, EINVAL.
 */
final class RandomOperations {
  private static final int FILES = 6;
  private static final int ROUNDS = 70;
  private static final int SPACE_BLOCKS = 600;
  private static final int FAR_BLOCKS = 3_000_000;

  private final SplittableRandom random;
  private final RandomGeometry geometry;
  private final StringBuilder script = new StringBuilder();

  RandomOperations(SplittableRandom random, RandomGeometry geometry) {
    this.random = random;
    this.geometry = geometry;
  }

  /** Work that ends with everything on the device. */
  String synced() {
    begin();
    rounds();
    for (int file = 0; file < FILES; file++) {
      if (random.nextInt(4) == 0) {
        line("truncate /f%d %s", file, bytes(SPACE_BLOCKS));
      }
    }
    return script.append("sync\n").toString();
  }

  /**
   * Work of which a part is synced, a part is in the log by fsync, and a part is lost; some files
   * are orphans.
   */
  String halfDone() {
    begin();
    rounds();
    script.append("sync\n");
    rounds();
    line("rename /f0 /renamed");
    line("unfill /d small 0 40 3");
    for (int file = 1; file < FILES; file++) {
      switch (random.nextInt(4)) {
        case 0 -> line("hold /f%d", file);
        case 1 -> line("link /f%d /linked%d", file, file);
        default -> line("fsync /f%d", file);
      }
    }
    line("unlink /f%d", 1 + random.nextInt(FILES - 1));
    line("fsync /fragments");
    rounds();
    return script.toString();
  }

  private void begin() {
    script.append("mkdir /d\n");
    line("fill /d small %d %d", 1 + random.nextInt(40), random.nextInt(200));
    fragment();
  }

  private void rounds() {
    for (int round = 0; round < ROUNDS; round++) {
      one("/f" + random.nextInt(FILES), round);
    }
  }

  /** One file with very many runs. */
  private void fragment() {
    int end = 200 + random.nextInt(1500);
    int step = 2 + random.nextInt(3);
    if (geometry.extents() && random.nextBoolean()) {
      line("falloc /fragments 0 %db", end);
      line("every write /fragments 0 %db %db 1b", end, step);
    } else {
      line("write /fragments 0 %db unit=64K", end);
      line("fsync /fragments");
      line("every punch /fragments 0 %db %db 1b", end, step);
    }
    if (random.nextBoolean()) {
      int first = random.nextInt(end);
      line("shuffle %d write /fragments %db %db %db 1b", first, first, end, 3 * step);
    }
  }

  private void one(String file, int round) {
    switch (random.nextInt(12)) {
      case 0, 1 -> line("write %s %s %s salt=%d", file, offset(), bytes(40), round);
      case 2 -> line("dwrite %s %s %db salt=%d", file, blocks(SPACE_BLOCKS), length(20), round);
      case 3, 4 -> line("falloc %s %s %s", file, offset(), bytes(90));
      case 5 -> line("falloc-keep %s %s %s", file, offset(), bytes(90));
      case 6 -> line("punch %s %s %s", file, offset(), bytes(60));
      case 7 -> line("%s %s %s %s", pick("zero", "zero-keep"), file, offset(), bytes(60));
      case 8 -> shift("collapse", file);
      case 9 -> shift("insert", file);
      case 10 -> line("truncate %s %s", file, bytes(SPACE_BLOCKS));
      default -> line("fsync %s", file);
    }
  }

  private void shift(String operation, String file) {
    int cluster = geometry.blocksPerCluster();
    int at = random.nextInt(SPACE_BLOCKS / 2 / cluster) * cluster;
    int length = (1 + random.nextInt(1 + 20 / cluster)) * cluster;
    line("%s %s %db %db", operation, file, at, length);
  }

  /** Mostly near, sometimes far; mostly at a block, sometimes inside one. */
  private String offset() {
    String start = blocks(random.nextInt(15) == 0 ? FAR_BLOCKS : SPACE_BLOCKS);
    return random.nextInt(3) == 0 ? start + "+" + random.nextInt(geometry.blockSize()) : start;
  }

  private String blocks(int bound) {
    return random.nextInt(bound) + "b";
  }

  private int length(int bound) {
    return 1 + random.nextInt(bound);
  }

  private String bytes(int boundBlocks) {
    String whole = length(boundBlocks) + "b";
    return random.nextInt(3) == 0 ? whole + "-" + random.nextInt(geometry.blockSize()) : whole;
  }

  private String pick(String one, String other) {
    return random.nextBoolean() ? one : other;
  }

  private void line(String format, Object... values) {
    script.append("try ").append(String.format(Locale.ROOT, format, values)).append('\n');
  }
}
