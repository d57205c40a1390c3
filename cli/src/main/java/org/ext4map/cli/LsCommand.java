package org.ext4map.cli;

import java.io.IOException;
import java.util.Locale;
import org.ext4map.Ext4File;
import org.ext4map.Ext4Image;
import org.ext4map.ondisk.DirEntry;
import org.ext4map.ondisk.FileType;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The names in a directory, in the order they are stored, so that no directory is too large. */
@Command(
    name = "ls",
    header = "Lists the names in a directory.",
    description = "Names come in the order the directory keeps them.")
final class LsCommand extends ReportCommand {
  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "PATH",
      converter = ImagePath.Converter.class,
      description = "Absolute path in the image, or '<inode>'; / if left out.")
  private ImagePath path = new ImagePath("/");

  @Option(names = "-l", description = "With inode, permissions, links, owner, size, time.")
  private boolean isLong;

  @Option(names = "-a", description = "With . and ..")
  private boolean withDots;

  private long unreadable;
  private @Nullable IOException firstProblem;

  @Override
  String schema() {
    return "ls";
  }

  @Override
  int inspect(Ext4Image image) throws IOException {
    Ext4File file = path.in(image);
    if (isJson()) {
      document(
          image,
          json -> {
            json.field("inode", file.ino());
            json.field("path", path.text());
            json.array("entries", list -> visit(file, entry -> writeJson(image, entry, list)));
          });
    } else {
      visit(file, entry -> writeText(image, entry));
    }
    if (firstProblem != null) {
      throw Failure.refused(
          Text.count(unreadable, "inode")
              + " of "
              + path
              + " unreadable: "
              + Failure.describe(firstProblem));
    }
    return ExitCode.OK;
  }

  private interface Each {
    void accept(DirEntry entry) throws IOException;
  }

  private void visit(Ext4File file, Each each) throws IOException {
    if (file.type() != FileType.DIRECTORY) {
      each.accept(new DirEntry(file.ino(), file.type(), path.lastName()));
      return;
    }
    Carrier carrier = new Carrier();
    file.forEachEntry(
        entry -> (!withDots && entry.name().isDots()) || carrier.carry(() -> each.accept(entry)));
    carrier.unload();
  }

  private void writeText(Ext4Image image, DirEntry entry) throws IOException {
    String name = Names.shown(entry.name().toByteArray());
    if (!isLong) {
      console().line(colored(entry.type(), name));
      return;
    }
    Ext4File file = read(image, entry);
    if (file == null) {
      console().line(String.format(Locale.ROOT, "%10d ??????????  %s", entry.ino(), name));
      return;
    }
    console()
        .line(
            String.format(
                    Locale.ROOT,
                    "%10d %s %3d %5d %5d %12s %s ",
                    file.ino(),
                    Names.permissions(file.type(), file.record().mode()),
                    file.record().linksCount(),
                    file.record().uid(),
                    file.record().gid(),
                    Long.toUnsignedString(file.size()),
                    Text.time(file.record().mtime()))
                + colored(file.type(), name)
                + target(file));
  }

  private String colored(FileType type, String name) {
    return switch (type) {
      case DIRECTORY -> paint().bold(name);
      case SYMLINK -> paint().cyan(name);
      case UNKNOWN, REGULAR -> name;
      default -> paint().yellow(name);
    };
  }

  private String target(Ext4File file) {
    if (file.type() != FileType.SYMLINK) {
      return "";
    }
    try {
      return " -> " + Names.shown(file.readSymlink());
    } catch (IOException problem) {
      remember(problem);
      return " -> ?";
    }
  }

  private void writeJson(Ext4Image image, DirEntry entry, Json list) throws IOException {
    Ext4File file = isLong ? read(image, entry) : null;
    list.element(
        json -> {
          Names.write(json, "name", entry.name().toByteArray());
          json.field("inode", entry.ino());
          json.field("type", Names.word(file == null ? entry.type() : file.type()));
          if (file != null) {
            Stats.write(json, file);
          }
        });
  }

  private @Nullable Ext4File read(Ext4Image image, DirEntry entry) {
    try {
      return image.inode(entry.ino());
    } catch (IOException problem) {
      remember(problem);
      return null;
    }
  }

  private void remember(IOException problem) {
    unreadable++;
    if (firstProblem == null) {
      firstProblem = problem;
    }
  }
}
