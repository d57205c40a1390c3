package org.ext4map.cli;

import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import org.ext4map.check.Finding;
import org.ext4map.inspect.FreeSpace;
import org.ext4map.inspect.SpaceMap.Cell;
import org.ext4map.ondisk.Geometry;

/** Where the space of an image is: the heat map, and free runs by length. */
final class HtmlSpace {
  private static final int LEVELS = 10;

  private final Html html;
  private final PageFacts facts;
  private final Geometry geometry;

  HtmlSpace(Html html, PageFacts facts) {
    this.html = html;
    this.facts = facts;
    this.geometry = facts.image().geometry();
  }

  void write() {
    map();
    runs();
  }

  private void map() {
    List<Cell> cells = facts.cells();
    html.raw("<section>\n<h2>Block groups</h2>\n<p class=\"note\">");
    html.text(
            "One field is "
                + fieldSize(cells)
                + ", from the first block of the image to its last; the stronger the colour, the fuller.")
        .raw("</p>\n<div class=\"map\">");
    for (Cell cell : cells) {
      int level =
          cell.used() == 0
              ? 0
              : (int) Math.max(1, LEVELS * cell.used() / Math.max(1, cell.blocks()));
      long problems = problemsIn(cell);
      html.raw("<i class=\"h" + level + mark(cell, problems) + "\" title=\"")
          .text(title(cell, problems))
          .raw("\"></i>");
    }
    html.raw("</div>\n<p class=\"legend\"><span>empty</span>");
    for (int level = 0; level <= LEVELS; level += 2) {
      html.raw("<i class=\"h" + level + "\"></i>");
    }
    html.raw("<span>full</span>");
    if (cells.stream().anyMatch(cell -> problemsIn(cell) > 0)) {
      html.raw("<i class=\"h2 hurt\"></i><span>with problems</span>");
    }
    html.raw("</p>\n</section>\n");
  }

  private String fieldSize(List<Cell> cells) {
    long blocks = cells.get(0).blocks();
    long groups = (blocks + geometry.blocksPerGroup() - 1) / geometry.blocksPerGroup();
    String size = Text.bytes(blocks * geometry.blockSize());
    if (blocks == geometry.blocksPerGroup()) {
      return "one group, " + size;
    }
    return blocks > geometry.blocksPerGroup()
        ? Text.count(groups, "group") + " together, " + size
        : "a part of a group, " + size;
  }

  private static String mark(Cell cell, long problems) {
    return (problems > 0 ? " hurt" : "") + (cell.readable() ? "" : " dark");
  }

  private String title(Cell cell, long problems) {
    long first = geometry.groupOf(cell.first());
    long last = geometry.groupOf(cell.end() - 1);
    return (first == last ? "group " + first : "groups " + first + "-" + last)
        + ", blocks "
        + cell.first()
        + "-"
        + (cell.end() - 1)
        + ": "
        + (cell.readable() ? Html.percent(cell.used(), cell.blocks()) + " in use" : "not readable")
        + (problems > 0 ? ", " + Text.count(problems, "problem") : "");
  }

  private long problemsIn(Cell cell) {
    long count = 0;
    for (Finding finding : facts.problems()) {
      OptionalLong block = finding.block();
      if (block.isPresent()
          && block.getAsLong() >= cell.first()
          && block.getAsLong() < cell.end()) {
        count++;
      }
    }
    return count;
  }

  private void runs() {
    FreeSpace space = facts.space();
    html.raw("<section>\n<h2>Free space</h2>\n");
    if (space.runs() == 0) {
      html.raw("<p class=\"calm\">There is none.</p>\n</section>\n");
      return;
    }
    long blockSize = geometry.blockSize();
    html.element(
        "p",
        "note",
        "Free blocks by the length of the run they lie in; the longest run is "
            + Text.bytes(space.longest() * blockSize)
            + ".");
    html.raw("<div class=\"bars\">\n");
    for (FreeSpace.Bucket bucket : space.buckets()) {
      double share = 100.0 * bucket.blocks() / space.blocks();
      html.raw("<div>")
          .element("span", "label", "from " + Text.bytes(bucket.least() * blockSize))
          .raw(String.format(Locale.ROOT, "<b><i style=\"width:%.2f%%\"></i></b>", share))
          .element(
              "span",
              "figure",
              Text.bytes(bucket.blocks() * blockSize) + " in " + Text.count(bucket.runs(), "run"))
          .raw("</div>\n");
    }
    html.raw("</div>\n</section>\n");
  }
}
