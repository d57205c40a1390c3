package org.ext4map.cli;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import org.ext4map.Ext4Image;
import org.ext4map.inspect.FileFragments;
import org.ext4map.inspect.FilePath;
import org.ext4map.inspect.FragmentationScan;
import org.ext4map.inspect.FreeSpace;

/** How scattered space and files are, for people. */
final class FragText {
  private static final int BAR = 24;

  private final Console console;
  private final int blockSize;

  FragText(Console console, int blockSize) {
    this.console = console;
    this.blockSize = blockSize;
  }

  /** The histogram of free runs. */
  void space(Ext4Image image, FreeSpace space) throws IOException {
    Rows rows = new Rows(console);
    rows.heading("free space, view " + Views.word(image));
    long blocks = image.geometry().blocksCount();
    rows.row(
        "free",
        Text.bytes(space.blocks() * blockSize)
            + " of "
            + Text.bytes(blocks * blockSize)
            + percent(space.blocks(), blocks)
            + ", "
            + Text.count(space.blocks(), "block"));
    rows.row("runs", String.valueOf(space.runs()));
    if (space.runs() > 0) {
      rows.row(
          "length",
          "shortest "
              + Text.bytes(space.shortest() * blockSize)
              + ", average "
              + Text.bytes(space.blocks() / space.runs() * blockSize)
              + ", longest "
              + Text.bytes(space.longest() * blockSize));
    }
    ExplainText.unread(rows, space.unread());
    console.line(
        console.paint().faint(row("length from", "to", "runs", "blocks", "of the free blocks")));
    for (FreeSpace.Bucket bucket : space.buckets()) {
      int bar = (int) Math.round((double) BAR * bucket.blocks() / Math.max(1, space.blocks()));
      console.line(
          row(
              Text.bytes(bucket.least() * blockSize),
              Text.bytes(bucket.most() * blockSize),
              bucket.runs(),
              bucket.blocks(),
              String.format(Locale.ROOT, "%5.1f %% ", 100.0 * bucket.blocks() / space.blocks())
                  + console.paint().cyan("#".repeat(bar))));
    }
    console.line("");
  }

  private static String percent(long part, long all) {
    return String.format(Locale.ROOT, " (%.1f %%)", 100.0 * part / Math.max(1, all));
  }

  private static String row(Object... cells) {
    return String.format(Locale.ROOT, "%12s %12s %9s %10s  %s", cells).stripTrailing();
  }

  /** Sums and the worst files. */
  void files(FragmentationScan.Result files) throws IOException {
    Rows rows = new Rows(console);
    rows.heading("files");
    rows.row(
        "files",
        files.files()
            + ", "
            + files.mapped()
            + " of them with blocks, "
            + files.fragmented()
            + " with more extents than needed");
    rows.row(
        "extents",
        files.extents() + " in " + files.fragments() + " fragments, least " + files.least());
    ExplainText.unread(rows, files.unread());
    if (!files.worst().isEmpty()) {
      console.line(
          console
              .paint()
              .faint(line("extents", "least", "fragments", "size", "the most scattered first")));
    }
    for (FileFragments file : files.worst()) {
      List<FilePath> paths = files.paths().getOrDefault(file.ino(), List.of());
      String name = paths.isEmpty() ? "<" + file.ino() + ">" : ExplainText.shown(paths.get(0));
      String line =
          line(file.extents(), file.least(), file.fragments(), Text.bytes(file.size()), name);
      console.line(file.excess() > 0 ? console.paint().yellow(line) : line);
    }
  }

  private static String line(Object... cells) {
    return String.format(Locale.ROOT, "%9s %9s %9s %12s  %s", cells);
  }
}
