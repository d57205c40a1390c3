package org.ext4map.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.ext4map.Ext4File;
import org.ext4map.Ext4Image;
import org.ext4map.OpenOptions;
import org.ext4map.View;
import org.ext4map.device.MemoryBlockDevice;
import org.ext4map.model.Extent;
import org.ext4map.model.ExtentState;
import org.ext4map.model.Mapping;
import org.ext4map.model.TreeNode;
import org.ext4map.ondisk.Superblock;

/** A tour of what a power cut leaves. Every number is read from the image while it runs. */
final class CrashTour {
  private static final String DIRECTORY = "/shop";
  private static final String FILE = "/shop/orders.db";
  private static final long LBLK = 30;
  private static final int SHOWN_BYTES = 16;

  private final Console console;
  private final Paint paint;
  private final byte[] image;
  private final Story story;

  CrashTour(Console console, byte[] image) {
    this.console = console;
    this.paint = console.paint();
    this.image = image;
    this.story = new Story(console);
  }

  void run() throws IOException {
    try (Ext4Image crashed = open(View.AS_IS);
        Ext4Image recovered = open(View.RECOVERED)) {
      tellImage(recovered);
      tellViews(crashed, recovered);
      Ext4File file = recovered.lookup(FILE);
      tellTree(file);
      tellLookup(recovered, file);
      tellReading(recovered, file);
      tellGoingOn();
    }
  }

  private Ext4Image open(View view) throws IOException {
    return Ext4Image.open(MemoryBlockDevice.of(image), OpenOptions.defaults().view(view));
  }

  private void tellImage(Ext4Image opened) throws IOException {
    Superblock superblock = opened.superblock();
    story.heading("An image");
    story.say(
        """
        A Linux kernel made this ext4 file system. It was copied while it was still
        mounted: what a disk holds after a power cut. Nothing is mounted here, and
        nothing needs root.
        """);
    Rows rows = new Rows(console);
    rows.row("size", Text.bytes(image.length) + " in blocks of " + opened.geometry().blockSize());
    rows.row("label", superblock.volumeName());
    rows.row("features", String.join(" ", superblock.features().names()));
  }

  private void tellViews(Ext4Image crashed, Ext4Image recovered) throws IOException {
    story.heading("Two views of it");
    story.say(
        """
        The last changes were committed, but they stand only in the journal. A reader
        that skips the journal shows a directory of the past. ext4map replays it into
        memory, never into the file, and shows what you will see after the next mount.
        """);
    Rows rows = new Rows(console);
    rows.row("view as-is", names(crashed));
    rows.row("view recovered", names(recovered));
  }

  private static String names(Ext4Image opened) throws IOException {
    List<String> names = new ArrayList<>();
    opened
        .lookup(DIRECTORY)
        .forEachEntry(entry -> entry.name().isDots() || names.add(entry.name().toString()));
    return String.join(" ", names);
  }

  private void tellTree(Ext4File file) throws IOException {
    story.heading("A fragmented file");
    story.say(
        """
        Where do the bytes of %s lie? Its extent tree says, as
        first-last:STATE@block. W is written. U is unwritten: space was set aside,
        but what stands in it is not the file's. What is missing is a hole.
        """
            .formatted(FILE));
    TreeDrawing.draw(console, "  ", file);
  }

  private void tellLookup(Ext4Image opened, Ext4File file) throws IOException {
    story.heading("One lookup, step by step");
    story.say("Which block of the image holds block %d of the file?\n".formatted(LBLK));
    List<TreeNode> way = new ArrayList<>();
    file.forEachNode(node -> !node.range().contains(LBLK) || way.add(node));
    Rows rows = new Rows(console);
    for (TreeNode node : way) {
      rows.row(
          node.pblk().isPresent() ? "block " + node.pblk().getAsLong() : "inode " + file.ino(),
          decision(node));
    }
    Mapping answer = new Mapping();
    file.map(LBLK, 1, answer);
    rows.row(
        "the answer",
        answer.toExtent()
            + ": byte "
            + answer.pblk() * opened.geometry().blockSize()
            + " of the image");
  }

  private static String decision(TreeNode node) {
    for (Extent extent : node.extents()) {
      if (extent.lblk() <= LBLK && LBLK <= extent.last()) {
        return "a leaf; "
            + LBLK
            + " lies in "
            + extent
            + ", "
            + Text.count(LBLK - extent.lblk(), "block")
            + " after its start, "
            + extent.pblk()
            + " + "
            + (LBLK - extent.lblk());
      }
    }
    TreeNode.Child next = node.children().get(0);
    for (TreeNode.Child child : node.children()) {
      next = child.lblk() <= LBLK ? child : next;
    }
    return "an index; the last entry that starts at or before "
        + LBLK
        + " starts at "
        + next.lblk()
        + " and leads to block "
        + next.pblk();
  }

  private void tellReading(Ext4Image opened, Ext4File file) throws IOException {
    story.heading("Why the state matters");
    story.say(
        """
        That block is unwritten. Whatever used it before is still in it; a reader that
        drops one bit shows somebody else's bytes.
        """);
    Mapping mapping = new Mapping();
    file.map(LBLK, 1, mapping);
    assert mapping.state() == ExtentState.UNWRITTEN : mapping;
    int blockSize = opened.geometry().blockSize();
    ByteBuffer disk = ByteBuffer.allocate(SHOWN_BYTES);
    opened.device().read(mapping.pblk() * blockSize, disk);
    ByteBuffer read = Story.read(file, LBLK * blockSize, SHOWN_BYTES);
    Rows rows = new Rows(console);
    rows.row("on the disk", paint.red(Story.shown(disk)));
    rows.row("what you read", paint.green(Story.shown(read)));
  }

  private void tellGoingOn() throws IOException {
    story.heading("Go on");
    story.say(
        """
        ./ext4map demo --save demo.img       keep the image
        ./ext4map info demo.img              and look at it yourself
        ./ext4map extents --json demo.img %s
        ./ext4map --help                     all commands
        """
            .formatted(FILE));
  }
}
