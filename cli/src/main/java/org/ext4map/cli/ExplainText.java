package org.ext4map.cli;

import java.io.IOException;
import java.util.List;
import java.util.OptionalLong;
import org.ext4map.Ext4Image;
import org.ext4map.inspect.BlockRole;
import org.ext4map.inspect.Checksum;
import org.ext4map.inspect.Explanation;
import org.ext4map.inspect.FilePath;
import org.ext4map.inspect.LogView;
import org.ext4map.inspect.Unread;
import org.ext4map.ondisk.Geometry;

/** An explanation for people. */
final class ExplainText {
  private static final int MOST_PATHS = 4;
  private static final int MOST_SLOTS = 32;
  private static final int MOST_COPIES = 4;

  private final Console console;
  private final Rows rows;
  private final Ext4Image image;
  private final Geometry geometry;
  private final Explanation explanation;

  ExplainText(Console console, Ext4Image image, Explanation explanation) {
    this.console = console;
    this.rows = new Rows(console);
    this.image = image;
    this.geometry = image.geometry();
    this.explanation = explanation;
  }

  void write(OptionalLong byteInBlock) throws IOException {
    title(byteInBlock);
    if (explanation.place().isPresent()) {
      place(explanation.place().get());
    }
    for (Explanation.Use use : explanation.roles()) {
      use(use, byteInBlock);
    }
    if (explanation.block().isPresent()) {
      block();
    }
    unread(rows, explanation.unread());
    for (String sentence : ExplainSentences.of(explanation)) {
      rows.paragraph(Text.printable(sentence));
    }
  }

  private void title(OptionalLong byteInBlock) throws IOException {
    if (explanation.block().isEmpty()) {
      rows.heading("no block, view " + Views.word(image));
      return;
    }
    long block = explanation.block().getAsLong();
    long start = block * geometry.blockSize();
    String bytes =
        byteInBlock.isPresent()
            ? "byte " + byteInBlock.getAsLong() + " of it"
            : "bytes " + start + "-" + (start + geometry.blockSize() - 1);
    rows.heading("block " + block + ", " + bytes + ", view " + Views.word(image));
  }

  private void place(Explanation.FilePlace place) throws IOException {
    rows.row(
        "asked for",
        "block "
            + place.lblk()
            + " of inode "
            + place.ino()
            + ", "
            + Names.word(place.type()).replace('_', ' ')
            + " of "
            + Text.bytes(place.size()));
    paths(rows, place.paths());
    if (place.mapping().isPresent()) {
      rows.row("mapped by", place.mapping().get().toString());
    }
  }

  private void use(Explanation.Use use, OptionalLong byteInBlock) throws IOException {
    rows.row("role", Roles.words(use.role()) + (use.detail().isEmpty() ? "" : ": " + use.detail()));
    if (explanation.place().isEmpty()) {
      paths(rows, use.paths());
    }
    if (use.role() instanceof BlockRole.Contents contents && explanation.place().isEmpty()) {
      rows.row("mapped by", contents.extent().toString());
    }
    if (use.role() instanceof BlockRole.Fixed fixed
        && fixed.structure() == BlockRole.Structure.INODE_TABLE
        && byteInBlock.isPresent()) {
      long at = byteInBlock.getAsLong();
      long ino = fixed.first() + at / geometry.inodeSize();
      rows.row("byte", at % geometry.inodeSize() + " of the slot of inode " + ino);
    }
    int shown = 0;
    for (Explanation.Slot slot : use.slots()) {
      if (shown++ == MOST_SLOTS) {
        rows.row("", (use.slots().size() - MOST_SLOTS) + " more");
        break;
      }
      slot(slot);
    }
    rows.row("checksum", checksum(use.checksum()));
  }

  private void slot(Explanation.Slot slot) throws IOException {
    rows.row(
        "inode " + slot.ino(),
        Names.word(slot.type()).replace('_', ' ')
            + (slot.paths().isEmpty() ? "" : " " + shown(slot.paths().get(0)))
            + (slot.intact() ? "" : console.paint().red(" checksum wrong")));
  }

  private String checksum(Checksum checksum) {
    String detail = checksum.detail().isEmpty() ? "" : ": " + Text.printable(checksum.detail());
    return switch (checksum.state()) {
      case RIGHT -> "right";
      case WRONG -> console.paint().red("wrong") + detail;
      case NONE -> "none" + detail;
    };
  }

  private void block() throws IOException {
    if (explanation.group().isPresent()) {
      long group = explanation.group().getAsLong();
      long bit =
          (explanation.block().getAsLong() - geometry.firstBlockOf(group))
              / geometry.clusterRatio();
      String where =
          explanation.bitmapBlock().isPresent()
              ? ", bit " + bit + " of block " + explanation.bitmapBlock().getAsLong()
              : "";
      rows.row("bitmap", allocation() + where + ", group " + group);
    }
    rows.row("holds", explanation.zero() ? "nothing but zeros" : "bytes that are not all zero");
    List<Explanation.LoggedCopy> copies = explanation.copies();
    int older = Math.max(0, copies.size() - MOST_COPIES);
    if (older > 0) {
      rows.row("in the log", older + " older before these");
    }
    for (Explanation.LoggedCopy copy : copies.subList(older, copies.size())) {
      rows.row("in the log", copy(copy));
    }
    for (int sequence : explanation.revokes()) {
      rows.row("in the log", "revoked by transaction " + Integer.toUnsignedString(sequence));
    }
  }

  private static String copy(Explanation.LoggedCopy copy) {
    return "copy of transaction "
        + Integer.toUnsignedString(copy.sequence())
        + " in log block "
        + copy.logBlock()
        + " (block "
        + copy.pblk()
        + "), "
        + fate(copy.fate());
  }

  /** What becomes of a copy, in words. */
  static String fate(LogView.Fate fate) {
    return switch (fate) {
      case REPLAYED -> "replayed";
      case REVOKED -> "revoked";
      case NOT_COMMITTED -> "not committed";
      case DAMAGED -> "damaged";
      case NOT_REPLAYED -> "not replayed";
    };
  }

  private String allocation() {
    return switch (explanation.allocation()) {
      case IN_USE -> "in use";
      case FREE -> "free";
      case NO_BIT -> "has no bit";
      case UNKNOWN -> "cannot be read";
    };
  }

  static void paths(Rows rows, List<FilePath> paths) throws IOException {
    for (int i = 0; i < Math.min(MOST_PATHS, paths.size()); i++) {
      rows.row(i == 0 ? "path" : "", shown(paths.get(i)));
    }
    if (paths.size() > MOST_PATHS) {
      rows.row("", (paths.size() - MOST_PATHS) + " more names");
    }
  }

  static String shown(FilePath path) {
    return Names.shown(path.toByteArray());
  }

  static void unread(Rows rows, Unread unread) throws IOException {
    if (unread.count() > 0) {
      rows.row(
          "not readable",
          Text.count(unread.count(), "place") + ", first: " + Text.printable(unread.first()));
    }
  }
}
