package org.ext4map.cli;

import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.ext4map.Ext4Image;
import org.ext4map.inspect.LogContents;
import org.ext4map.inspect.LogContents.Copied;
import org.ext4map.inspect.LogContents.Entry;
import org.ext4map.inspect.LogView;
import org.ext4map.journal.JournalReader;

/** A log for people: a line for each block, in the order of the log. */
final class JournalText {
  private final Console console;
  private final LogContents contents;
  private final LogView log;

  JournalText(Console console, LogContents contents) {
    this.console = console;
    this.contents = contents;
    this.log = contents.log();
  }

  void write(Ext4Image image) throws IOException {
    JournalReader reader = log.reader();
    Rows rows = new Rows(console);
    rows.heading(
        "journal in inode "
            + image.superblock().journalInum()
            + ", "
            + Text.count(reader.blocks(), "block")
            + ", checksums "
            + Words.of(reader.features().checksums())
            + ", view "
            + Views.word(image));
    rows.row(
        "log",
        reader.start() == 0
            ? "empty"
            : "starts in log block "
                + reader.start()
                + " with transaction "
                + Integer.toUnsignedString(reader.sequence())
                + (log.needsRecovery() ? ", to be replayed" : ", not to be replayed"));
    if (!log.problem().isEmpty()) {
      rows.row("problem", console.paint().red(Text.printable(log.problem())));
    }
    if (reader.errno() != 0) {
      rows.row("aborted", "with errno " + reader.errno());
    }
    ExplainText.unread(rows, contents.unread());
    if (reader.start() != 0) {
      console.line(console.paint().faint(row("log block", "", "block", "")));
    }
    contents.visit(this::entry);
    List<String> steps = JournalCommand.lines(log.fastCommits());
    if (!steps.isEmpty()) {
      console.line(console.paint().bold("fast commits"));
      for (String step : steps) {
        console.line("  " + step);
      }
    }
  }

  private void entry(Entry entry) throws IOException {
    if (entry instanceof LogContents.Own own) {
      own(own);
    } else if (entry instanceof Copied copied) {
      copy(copied);
    } else if (entry instanceof LogContents.Revoked revoked) {
      console.line(row("", "revoked", revoked.target(), "no older copy counts"));
    } else if (entry instanceof LogContents.End end) {
      console.line(console.paint().faint(row(end.logBlock(), "end of the log", "", "")));
    }
  }

  private void own(LogContents.Own own) throws IOException {
    JournalReader.LogBlock block = own.block();
    String bad = block.intact() ? "" : console.paint().red(" checksum wrong");
    String sequence = " " + Integer.toUnsignedString(block.sequence());
    switch (block.kind()) {
      case DESCRIPTOR ->
          console.line(
              row(
                  block.logBlock(),
                  "transaction" + sequence,
                  "",
                  "descriptor: " + block.entries() + " copies follow" + bad));
      case REVOKE ->
          console.line(
              row(
                  block.logBlock(),
                  "transaction" + sequence,
                  "",
                  "revokes: " + Text.count(block.entries(), "block") + bad));
      case COMMIT ->
          console.line(
              row(
                  block.logBlock(),
                  "commit" + sequence,
                  "",
                  time(block.seconds())
                      + (own.committed() ? "" : console.paint().yellow(", does not count"))
                      + bad));
    }
  }

  /** A log may say anything. */
  private static String time(long seconds) {
    return seconds < 0 || seconds > Instant.MAX.getEpochSecond()
        ? "at second " + seconds
        : Text.time(Instant.ofEpochSecond(seconds));
  }

  private void copy(Copied copied) throws IOException {
    String what =
        copied.role().map(Roles::words).orElse("nobody's now")
            + JournalCommand.nameOf(copied.paths());
    String more = copied.copy().escaped() ? ", escaped" : "";
    if (copied.fate() != LogView.Fate.REPLAYED) {
      more += ", " + console.paint().yellow(ExplainText.fate(copied.fate()));
    }
    console.line(row(copied.copy().logBlock(), "copy of", copied.copy().target(), what + more));
  }

  private static String row(Object... cells) {
    return String.format(Locale.ROOT, "%10s  %-16s %10s  %s", cells).stripTrailing();
  }
}
