package org.ext4map.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.ext4map.Ext4Image;
import org.ext4map.journal.ReplayOutcome;
import org.ext4map.model.CorruptionException;
import org.ext4map.model.ExtentState;
import org.ext4map.model.Mapping;
import org.ext4map.model.UnsupportedFeatureException;
import org.ext4map.ondisk.Feature;
import org.ext4map.ondisk.Jbd2Superblock;

/**
 * The state of an image's journal, before anything is replayed.
 *
 * @param kind none, internal, external
 * @param inode its inode; 0 if it is not internal
 * @param state none, clean, dirty, damaged, unknown (external)
 * @param blocks its length
 * @param sequence the first transaction expected
 * @param start where in the log recovery begins; 0 if there is nothing to recover
 * @param features of the journal, by name
 * @param detail what was replayed, or what is damaged; empty if there is nothing to tell
 */
record JournalReport(
    String kind,
    long inode,
    String state,
    long blocks,
    long sequence,
    long start,
    List<String> features,
    String detail) {

  JournalReport {
    features = List.copyOf(features);
  }

  static JournalReport of(Ext4Image image) throws IOException {
    if (!image.geometry().has(Feature.HAS_JOURNAL)) {
      return new JournalReport("none", 0, "none", 0, 0, 0, List.of(), "");
    }
    long inode = image.superblock().journalInum();
    if (inode == 0) {
      return new JournalReport("external", 0, "unknown", 0, 0, 0, List.of(), "");
    }
    try {
      return read(image, inode);
    } catch (CorruptionException | UnsupportedFeatureException problem) {
      return new JournalReport(
          "internal", inode, "damaged", 0, 0, 0, List.of(), Failure.describe(problem));
    }
  }

  private static JournalReport read(Ext4Image image, long inode) throws IOException {
    Mapping first = new Mapping();
    image.inode(inode).map(0, 1, first);
    String place = "journal ino=" + inode;
    if (first.state() != ExtentState.WRITTEN) {
      throw CorruptionException.ofText(
          "journal", "block 0", first.state().toString(), "WRITTEN", place);
    }
    int blockSize = image.geometry().blockSize();
    ByteBuffer bytes = ByteBuffer.allocate(Jbd2Superblock.BYTES);
    image.device().read(first.pblk() * blockSize, bytes);
    Jbd2Superblock superblock = new Jbd2Superblock(bytes.clear());
    superblock.verify(blockSize, superblock.maxLength(), place);
    return new JournalReport(
        "internal",
        inode,
        isDirty(image, superblock) ? "dirty" : "clean",
        superblock.maxLength(),
        Integer.toUnsignedLong(superblock.sequence()),
        superblock.start(),
        superblock.features().names(),
        Views.replayed(image).orElse(""));
  }

  private static boolean isDirty(Ext4Image image, Jbd2Superblock superblock) {
    return image
        .recovery()
        .map(outcome -> !(outcome instanceof ReplayOutcome.Clean))
        .orElse(image.geometry().has(Feature.RECOVER) && superblock.start() != 0);
  }

  void write(Rows rows) throws IOException {
    switch (kind) {
      case "none" -> rows.row("journal", "none");
      case "external" -> rows.row("journal", "on another device");
      default -> {
        rows.row("journal", state + (detail.isEmpty() ? "" : ": " + detail));
        if (blocks > 0) {
          rows.row(
              "",
              "inode "
                  + inode
                  + ", "
                  + Text.count(blocks, "block")
                  + ", sequence "
                  + sequence
                  + ", start "
                  + start
                  + (features.isEmpty() ? "" : ", " + String.join(" ", features)));
        }
      }
    }
  }

  void write(Json json) throws IOException {
    json.field("kind", kind);
    json.field("inode", inode);
    json.field("state", state);
    json.field("blocks", blocks);
    json.field("sequence", sequence);
    json.field("start", start);
    json.strings("features", features);
    json.field("detail", detail);
  }
}
