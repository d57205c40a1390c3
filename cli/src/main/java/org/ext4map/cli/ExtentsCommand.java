package org.ext4map.cli;

import java.io.IOException;
import java.util.Locale;
import org.ext4map.Ext4File;
import org.ext4map.Ext4Image;
import org.ext4map.model.Extent;
import org.ext4map.model.TreeNode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Where a file's blocks lie. */
@Command(
    name = "extents",
    header = "Lists where a file's blocks lie and in which state.",
    description = {
      "Numbers are file-system blocks. Entries stand as in the tree; holes are shown between them."
    })
final class ExtentsCommand extends FileCommand {
  @Option(names = "--tree", description = "Draw the tree: every node, its block, its entries.")
  private boolean tree;

  @Option(names = "--merged", description = "Join neighbours that are contiguous and alike.")
  private boolean merged;

  @Override
  String schema() {
    return "extents";
  }

  @Override
  void checkUsage() {
    if (tree && merged) {
      throw usage("--tree and --merged: allowed one of them, a tree's entries are as they stand");
    }
  }

  @Override
  int inspect(Ext4Image image, Ext4File file) throws IOException {
    if (isJson()) {
      writeJson(image, file);
    } else if (tree) {
      writeTree(image, file);
    } else {
      writeTable(image, file);
    }
    return ExitCode.OK;
  }

  private void writeTable(Ext4Image image, Ext4File file) throws IOException {
    writeTitle(image, file);
    ExtentTable table = new ExtentTable(console());
    long end = visit(file, table);
    table.finish(Math.max(end, blocks(image, file.size())));
  }

  private void writeTitle(Ext4Image image, Ext4File file) throws IOException {
    console()
        .line(
            paint().bold(Text.printable(path().text()))
                + "  inode "
                + file.ino()
                + ", "
                + Text.bytes(file.size())
                + " in "
                + Text.count(blocks(image, file.size()), "block")
                + " of "
                + image.geometry().blockSize());
    console().line(paint().faint(Mappings.words(file) + ", view " + Views.word(image)));
  }

  private static long blocks(Ext4Image image, long bytes) {
    return Math.floorDiv(bytes - 1, image.geometry().blockSize()) + 1;
  }

  private void writeTree(Ext4Image image, Ext4File file) throws IOException {
    writeTitle(image, file);
    TreeDrawing.draw(console(), "", file);
  }

  private void writeJson(Ext4Image image, Ext4File file) throws IOException {
    int depth = file.treeDepth();
    document(
        image,
        json -> {
          json.field("inode", file.ino());
          json.field("path", path().text());
          json.field("size", file.size());
          json.field("block_size", image.geometry().blockSize());
          json.field("mapping", Mappings.word(file));
          json.field("depth", depth);
          json.field("merged", merged);
          json.array("extents", list -> visit(file, extent -> list.element(extentOf(extent))));
          json.array(
              "nodes",
              list -> {
                if (tree) {
                  writeNodes(file, list);
                }
              });
        });
  }

  private static Json.Body extentOf(Extent extent) {
    return json -> {
      json.field("logical", extent.lblk());
      json.field("physical", extent.pblk());
      json.field("length", extent.length());
      json.field("state", extent.state().name().toLowerCase(Locale.ROOT));
    };
  }

  private static void writeNodes(Ext4File file, Json list) throws IOException {
    Carrier carrier = new Carrier();
    file.forEachNode(node -> carrier.carry(() -> list.element(json -> writeNode(node, json))));
    carrier.unload();
  }

  private static void writeNode(TreeNode node, Json json) throws IOException {
    json.field("level", node.level());
    if (node.pblk().isPresent()) {
      json.field("block", node.pblk().getAsLong());
    }
    json.field("first", node.range().start());
    json.field("last", node.range().end() - 1);
    json.field("capacity", node.capacity());
    json.array(
        "extents",
        list -> {
          for (Extent extent : node.extents()) {
            list.element(extentOf(extent));
          }
        });
    json.array(
        "children",
        list -> {
          for (TreeNode.Child child : node.children()) {
            list.element(
                one -> {
                  one.field("logical", child.lblk());
                  one.field("block", child.pblk());
                });
          }
        });
  }

  /** Hands over the entries, joined if asked for; answers the block after the last one. */
  private long visit(Ext4File file, ExtentSink sink) throws IOException {
    ExtentJoiner joiner = new ExtentJoiner(merged, sink);
    Carrier carrier = new Carrier();
    file.forEachExtent(extent -> carrier.carry(() -> joiner.add(extent)));
    carrier.unload();
    return joiner.finish();
  }
}
