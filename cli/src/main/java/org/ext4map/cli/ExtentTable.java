package org.ext4map.cli;

import java.io.IOException;
import java.util.Locale;
import org.ext4map.model.Extent;
import org.ext4map.model.ExtentState;

/** Extents as rows for people, in the manner of filefrag -v, with the holes between them. */
final class ExtentTable implements ExtentSink {
  private final Console console;
  private final Paint paint;
  private long extents;
  private long written;
  private long unwritten;
  private long end;

  ExtentTable(Console console) throws IOException {
    this.console = console;
    this.paint = console.paint();
    console.line(paint.faint(row("#", "logical", "physical", "length", "state")));
  }

  @Override
  public void add(Extent extent) throws IOException {
    hole(extent.lblk());
    boolean isWritten = extent.state() == ExtentState.WRITTEN;
    written += isWritten ? extent.length() : 0;
    unwritten += isWritten ? 0 : extent.length();
    String row =
        row(
            extents++,
            extent.lblk() + "-" + extent.last(),
            extent.pblk() + "-" + (extent.pblk() + extent.length() - 1),
            extent.length(),
            isWritten ? "written" : "unwritten");
    console.line(isWritten ? paint.green(row) : paint.yellow(row));
    end = extent.end();
  }

  /** The hole up to the end of the file, and the sums. */
  void finish(long fileEnd) throws IOException {
    hole(fileEnd);
    console.line(
        paint.faint(
            Text.count(extents, "extent")
                + ": "
                + Text.count(written, "block")
                + " written, "
                + unwritten
                + " unwritten"));
  }

  private void hole(long to) throws IOException {
    if (end < to) {
      console.line(paint.faint(row("", end + "-" + (to - 1), "-", to - end, "hole")));
    }
  }

  private static String row(Object... cells) {
    return String.format(Locale.ROOT, "%6s  %-22s  %-27s  %8s  %s", cells);
  }
}
