package org.ext4map.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.ext4map.Ext4File;
import org.ext4map.model.Extent;
import org.ext4map.model.ExtentState;
import org.ext4map.model.TreeNode;

/**
 * Draws the nodes of a tree as they come, top down and left to right:
 *
 * <pre>
 *   inode 12: index, 2 of 4 entries
 *   ├─ block 1290: leaf for 0-511, 2 of 340 entries
 *   │  ├─ 0-7:W@4096
 *   │  └─ 8-9:U@4200
 *   └─ block 1291: leaf for 512-4294967294, 1 of 340 entries
 *      └─ 600-600:W@5000
 * </pre>
 */
final class TreeDrawing {
  private final Console console;
  private final String margin;
  private final Ext4File file;

  /** For each level that is open: how many children of its node are still to come. */
  private final List<Integer> toCome = new ArrayList<>();

  private TreeDrawing(Console console, String margin, Ext4File file) {
    this.console = console;
    this.margin = margin;
    this.file = file;
  }

  /** Draws the whole tree of {@code file}, every line behind {@code margin}. */
  static void draw(Console console, String margin, Ext4File file) throws IOException {
    TreeDrawing drawing = new TreeDrawing(console, margin, file);
    Carrier carrier = new Carrier();
    file.forEachNode(node -> carrier.carry(() -> drawing.draw(node)));
    carrier.unload();
  }

  /** Draws one node and its extents; its children must follow. */
  private void draw(TreeNode node) throws IOException {
    while (toCome.size() > node.level()) {
      toCome.remove(toCome.size() - 1);
    }
    String branch = "";
    if (node.level() > 0) {
      int left = toCome.get(node.level() - 1) - 1;
      toCome.set(node.level() - 1, left);
      branch = trunk(node.level() - 1) + (left > 0 ? "├─ " : "└─ ");
    }
    console.line(margin + frame(branch) + title(node));
    toCome.add(node.children().size());
    String trunk = trunk(node.level());
    int left = node.extents().size() + node.children().size();
    for (Extent extent : node.extents()) {
      left--;
      console.line(margin + frame(trunk + (left > 0 ? "├─ " : "└─ ")) + shown(extent));
    }
  }

  private String trunk(int level) {
    StringBuilder trunk = new StringBuilder();
    for (int i = 0; i < level; i++) {
      trunk.append(toCome.get(i) > 0 ? "│  " : "   ");
    }
    return trunk.toString();
  }

  private String frame(String lines) {
    return lines.isEmpty() ? lines : console.paint().faint(lines);
  }

  private String title(TreeNode node) {
    String name =
        node.pblk().isPresent() ? "block " + node.pblk().getAsLong() : "inode " + file.ino();
    String kind = node.children().isEmpty() ? "leaf" : "index";
    int used = node.extents().size() + node.children().size();
    // an indirect map has a pointer for every block, used or not
    String use = file.hasExtents() ? ", " + used + " of " + node.capacity() + " entries" : "";
    return console.paint().bold(name)
        + console.paint().faint(": " + kind + " for " + node.range() + use);
  }

  private String shown(Extent extent) {
    return extent.state() == ExtentState.WRITTEN
        ? console.paint().green(extent.toString())
        : console.paint().yellow(extent.toString());
  }
}
