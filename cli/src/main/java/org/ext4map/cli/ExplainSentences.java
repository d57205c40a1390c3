package org.ext4map.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.ext4map.inspect.BlockRole;
import org.ext4map.inspect.Explanation;
import org.ext4map.inspect.Explanation.Allocation;
import org.ext4map.inspect.FilePath;
import org.ext4map.inspect.LogView;
import org.ext4map.inspect.ReadAnswer;
import org.ext4map.model.Extent;

/** What a read answers and why, and what contradicts itself: in sentences. */
final class ExplainSentences {
  private final Explanation explanation;
  private final List<String> sentences = new ArrayList<>();

  private ExplainSentences(Explanation explanation) {
    this.explanation = explanation;
  }

  static List<String> of(Explanation explanation) {
    ExplainSentences made = new ExplainSentences(explanation);
    made.reads();
    made.contradictions();
    made.log();
    return made.sentences;
  }

  private void reads() {
    if (explanation.roles().isEmpty() && explanation.place().isPresent()) {
      Explanation.FilePlace place = explanation.place().get();
      String what = "block " + place.lblk() + " of " + name(place.paths(), place.ino());
      sentences.add(read(what, place.read(), place.mapping()));
    }
    for (Explanation.Use use : explanation.roles()) {
      if (use.role() instanceof BlockRole.Contents contents && use.read() != ReadAnswer.METADATA) {
        String what = "block " + contents.lblk() + " of " + name(use.paths(), contents.ino());
        sentences.add(read(what, use.read(), Optional.of(contents.extent())));
      } else if (use.read() == ReadAnswer.METADATA) {
        sentences.add("No read of a file returns this block; the file system itself reads it.");
      } else {
        sentences.add("Nobody reads this block.");
      }
    }
    if (explanation.block().isPresent()
        && explanation.roles().isEmpty()
        && explanation.allocation() != Allocation.IN_USE) {
      sentences.add(
          explanation.zero()
              ? "The block is free; it holds nothing but zeros."
              : "The block is free; what it holds is the past, and no read of a file returns it.");
    }
    if (explanation.inUsedCluster() && explanation.allocation() == Allocation.IN_USE) {
      sentences.add(
          "Nobody has this block, but somebody has another one of its cluster, and with the cluster"
              + " it is in use.");
    }
  }

  private static String name(List<FilePath> paths, long ino) {
    return paths.isEmpty() ? "inode " + ino : paths.get(0).toString();
  }

  private String read(String what, ReadAnswer answer, Optional<Extent> run) {
    String by = run.map(extent -> extent.toString()).orElse("");
    String subject = "A read of " + what;
    return switch (answer) {
      case STORED -> subject + " returns what this block holds: " + by + " is written.";
      case STORED_UP_TO_END ->
          subject
              + " returns what this block holds up to the end of the file, which lies in it: "
              + by
              + " is written.";
      case BEHIND_END -> subject + " returns nothing: it lies behind the end of the file (i_size).";
      case ZEROS_UNWRITTEN ->
          subject
              + " returns zeros: "
              + by
              + " is unwritten, set aside and never written; "
              + (explanation.zero()
                  ? "the block itself happens to hold nothing but zeros, too."
                  : "what the block holds is somebody else's past.");
      case ZEROS_HOLE -> subject + " returns zeros: it is a hole, no block is mapped there.";
      case ENCRYPTED -> subject + " needs the key: the contents are encrypted.";
      case INLINE -> subject + " returns bytes that stand in the inode itself; there is no block.";
      case METADATA, NOBODY -> subject + " is not possible: it has no contents in blocks.";
    };
  }

  private void contradictions() {
    if (explanation.isShared()) {
      sentences.add("The block has more than one owner, which no sound file system allows.");
    }
    if (explanation.block().isEmpty() || !explanation.isContradictory()) {
      return;
    }
    if (explanation.roles().isEmpty()) {
      sentences.add("The bitmap says that it is in use, but nothing uses it: the block is lost.");
    } else if (explanation.allocation() == Allocation.FREE) {
      sentences.add(
          "It is in use, but the bitmap says that it is free: it may be given to another file.");
    }
  }

  private void log() {
    List<Explanation.LoggedCopy> copies = explanation.copies();
    for (int i = copies.size() - 1; i >= 0; i--) {
      if (copies.get(i).fate() == LogView.Fate.REPLAYED) {
        sentences.add(
            "The log has a newer copy, from transaction "
                + Integer.toUnsignedString(copies.get(i).sequence())
                + ": recovery writes it here, the recovered view shows it, and the view as-is"
                + " shows the block as it was before.");
        return;
      }
    }
  }
}
