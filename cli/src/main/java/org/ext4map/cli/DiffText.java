package org.ext4map.cli;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import org.ext4map.inspect.Difference;
import org.ext4map.inspect.FilePath;
import org.ext4map.inspect.Unread;
import org.ext4map.model.ExtentState;

/** Differences for people: what they are about, and under it a line for each. */
final class DiffText {
  private final Console console;
  private String subject = "";

  DiffText(Console console) {
    this.console = console;
  }

  void write(Difference difference, List<FilePath> paths) throws IOException {
    String about = about(difference, paths);
    if (!about.equals(subject)) {
      subject = about;
      console.line(console.paint().bold(about));
    }
    console.line("  " + line(difference));
  }

  private static String about(Difference difference, List<FilePath> paths) {
    OptionalLong ino = NamedDifferences.inodeOf(difference);
    if (ino.isPresent()) {
      return "inode " + ino.getAsLong() + JournalCommand.nameOf(paths);
    }
    Difference.Field field = (Difference.Field) difference;
    return field.subject() == Difference.Subject.GROUP ? "group " + field.number() : "file system";
  }

  private String line(Difference difference) {
    if (difference instanceof Difference.Field field) {
      return String.format(
          Locale.ROOT,
          "%-21s %s -> %s",
          Text.printable(field.field()),
          Text.printable(field.before()),
          Text.printable(field.after()));
    }
    if (difference instanceof Difference.Existence existence) {
      String type = Names.word(existence.type()).replace('_', ' ');
      return existence.appeared()
          ? console.paint().green("appeared: " + type)
          : console.paint().red("gone: " + type);
    }
    if (difference instanceof Difference.Range range) {
      return range(range);
    }
    return name((Difference.Name) difference);
  }

  private String range(Difference.Range range) {
    String before = place(range.stateBefore(), range.pblkBefore());
    String after = place(range.stateAfter(), range.pblkAfter());
    return String.format(
        Locale.ROOT,
        "%-21s %s %s -> %s",
        range.lblk() + "-" + (range.lblk() + range.length() - 1),
        Words.of(range.change()).replace('_', ' '),
        before,
        console.paint().cyan(after));
  }

  /** {@code W@1041}, or {@code H}. */
  private static String place(ExtentState state, long pblk) {
    String letter = state.name().substring(0, 1);
    return state.isMapped() ? letter + "@" + pblk : letter;
  }

  private String name(Difference.Name name) {
    String shown = "name " + Names.shown(name.name().toByteArray());
    if (name.before() == 0) {
      return console.paint().green(shown + " added: inode " + name.after());
    }
    if (name.after() == 0) {
      return console.paint().red(shown + " removed: inode " + name.before());
    }
    return shown + " leads elsewhere: inode " + name.before() + " -> " + name.after();
  }

  void finish(Unread unread, long count) throws IOException {
    ExplainText.unread(new Rows(console), unread);
    console.line(count == 0 ? "same" : Text.count(count, "difference"));
  }
}
