package org.ext4map.cli;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import org.ext4map.Ext4File;
import org.ext4map.inspect.FileFragments;
import org.ext4map.inspect.FilePath;
import org.ext4map.model.Ext4Exception;
import org.ext4map.model.Extent;
import org.ext4map.model.ExtentState;
import org.ext4map.model.TreeNode;

/** The most scattered files: a table, where they lie on the device, and their trees. */
final class HtmlFiles {
  private static final int MOST_TREES = 12;
  private static final int MOST_NODES = 40;
  private static final int MOST_ENTRIES = 300;

  /** The first tree is shown open if it has no more extents; more of them would fill the page. */
  private static final int MOST_OPEN = 100;

  private static final int STRIP_PARTS = 250;

  private final Html html;
  private final PageFacts facts;

  HtmlFiles(Html html, PageFacts facts) {
    this.html = html;
    this.facts = facts;
  }

  void write() throws IOException {
    List<FileFragments> worst = facts.shown();
    html.raw("<section>\n<h2>Files</h2>\n");
    if (worst.isEmpty()) {
      html.raw("<p class=\"calm\">No file has blocks.</p>\n</section>\n");
      return;
    }
    html.element(
        "p",
        "note",
        facts.files().extents()
            + " extents in "
            + Text.count(facts.files().mapped(), "file")
            + " with blocks; the same holes and states need at least "
            + facts.files().least()
            + ". The most scattered first"
            + (facts.files().mapped() > worst.size() ? ", the others are left out." : "."));
    html.raw("<table>\n<thead><tr><th>file<th class=\"n\">size<th class=\"n\">extents")
        .raw("<th class=\"n\">least<th class=\"wide\">where on the device</tr></thead>\n<tbody>\n");
    for (FileFragments file : worst) {
      row(file);
    }
    html.raw("</tbody>\n</table>\n</section>\n");
    trees(worst);
  }

  private String name(FileFragments file) {
    List<FilePath> paths = facts.files().paths().getOrDefault(file.ino(), List.of());
    return paths.isEmpty() ? "<" + file.ino() + ">" : paths.get(0).toString();
  }

  private void row(FileFragments file) throws IOException {
    html.raw("<tr><td class=\"name\">").text(name(file)).raw("</td>");
    cell("size", Text.bytes(file.size()));
    html.raw("<td class=\"n")
        .raw(file.excess() > 0 ? " warn" : "")
        .raw("\" data-label=\"extents\">")
        .text(String.valueOf(file.extents()))
        .raw("</td>");
    cell("least", String.valueOf(file.least()));
    html.raw("<td class=\"wide\">");
    strip(file);
    html.raw("</td></tr>\n");
  }

  private void cell(String label, String value) {
    html.raw("<td class=\"n\" data-label=\"" + label + "\">").text(value).raw("</td>");
  }

  /** The device from left to right; where the file lies is marked by state. */
  private void strip(FileFragments file) throws IOException {
    long blocks = facts.image().geometry().blocksCount();
    boolean[] written = new boolean[STRIP_PARTS];
    boolean[] unwritten = new boolean[STRIP_PARTS];
    try {
      facts
          .image()
          .inode(file.ino())
          .forEachExtent(
              extent -> {
                boolean[] marked = extent.state() == ExtentState.WRITTEN ? written : unwritten;
                int from = part(extent.pblk(), blocks);
                int to = part(extent.pblk() + extent.length() - 1, blocks);
                for (int i = from; i <= to; i++) {
                  marked[i] = true;
                }
                return true;
              });
    } catch (Ext4Exception broken) {
      html.element("span", "note", "not readable");
      return;
    }
    html.raw(
        "<svg class=\"strip\" viewBox=\"0 0 "
            + STRIP_PARTS
            + " 8\" preserveAspectRatio=\"none\" role=\"img\">");
    rectangles(unwritten, "u");
    rectangles(written, "w");
    html.raw("</svg>");
  }

  private static int part(long block, long blocks) {
    return (int) Math.min(STRIP_PARTS - 1, block * STRIP_PARTS / blocks);
  }

  private void rectangles(boolean[] marked, String style) {
    for (int from = 0; from < STRIP_PARTS; from++) {
      int to = from;
      while (to < STRIP_PARTS && marked[to]) {
        to++;
      }
      if (to > from) {
        html.raw(
            String.format(
                Locale.ROOT,
                "<rect class=\"%s\" x=\"%d\" y=\"0\" width=\"%d\" height=\"8\"/>",
                style,
                from,
                to - from));
        from = to;
      }
    }
  }

  private void trees(List<FileFragments> worst) throws IOException {
    html.raw("<section>\n<h2>Extent trees</h2>\n<p class=\"note\">")
        .raw("An entry is <code>first-last:state@block</code>: ")
        .raw("<span class=\"e w\">W written</span> <span class=\"e u\">U unwritten</span>, ")
        .raw("which reads as zeros whatever the block holds.</p>\n");
    int drawn = 0;
    for (FileFragments file : worst) {
      if (drawn++ == MOST_TREES) {
        break;
      }
      boolean open = drawn == 1 && file.extents() <= MOST_OPEN;
      html.raw(open ? "<details open><summary>" : "<details><summary>")
          .element("span", "name", name(file))
          .element(
              "span", "note", "inode " + file.ino() + ", " + Text.count(file.extents(), "extent"))
          .raw("</summary>\n");
      tree(file);
      html.raw("</details>\n");
    }
    html.raw("</section>\n");
  }

  private void tree(FileFragments file) throws IOException {
    Drawing drawing = new Drawing();
    try {
      Ext4File open = facts.image().inode(file.ino());
      open.forEachNode(node -> drawing.node(file.ino(), node));
    } catch (Ext4Exception broken) {
      drawing.leave(0);
      html.element("p", "note", Failure.describe(broken));
      return;
    }
    drawing.leave(0);
    if (drawing.leftOut) {
      html.element("p", "note", "The rest of this tree is left out.");
    }
  }

  /** Nested lists, opened and closed as nodes come top down and left to right. */
  private final class Drawing {
    private int depth;
    private int nodes;
    private int entries;
    private boolean leftOut;

    boolean node(long ino, TreeNode node) {
      if (nodes++ == MOST_NODES) {
        leftOut = true;
        return false;
      }
      leave(node.level());
      html.raw("<ul class=\"tree\"><li>");
      depth++;
      String where = node.pblk().isPresent() ? "block " + node.pblk().getAsLong() : "inode " + ino;
      int used = node.extents().size() + node.children().size();
      html.element("b", "", where)
          .element(
              "span",
              "note",
              (node.children().isEmpty() ? "leaf" : "index")
                  + " for "
                  + node.range()
                  + ", "
                  + used
                  + " of "
                  + node.capacity());
      html.raw("<div class=\"entries\">");
      for (Extent extent : node.extents()) {
        if (entries++ == MOST_ENTRIES) {
          leftOut = true;
          break;
        }
        html.element(
            "span", extent.state() == ExtentState.WRITTEN ? "e w" : "e u", extent.toString());
      }
      html.raw("</div>");
      return !leftOut;
    }

    /** Closes what is open below {@code level}. */
    void leave(int level) {
      while (depth > level) {
        html.raw("</li></ul>");
        depth--;
      }
    }
  }
}
