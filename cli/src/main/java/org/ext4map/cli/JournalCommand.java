package org.ext4map.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.ext4map.Ext4Image;
import org.ext4map.inspect.FilePath;
import org.ext4map.inspect.LogContents;
import org.ext4map.inspect.LogView;
import org.ext4map.journal.FastCommitOperation;
import org.ext4map.journal.JournalReader;
import org.ext4map.model.FileName;
import picocli.CommandLine.Command;

/** What the log holds, in the manner of debugfs logdump. */
@Command(
    name = "journal",
    header = "Lists the log: transactions, copies with what they are copies of, revokes.",
    description = {
      "What a copied block is for, is said as the shown view has it. A clean log has nothing to"
          + " list."
    })
final class JournalCommand extends ReportCommand {
  @Override
  String schema() {
    return "journal";
  }

  @Override
  int inspect(Ext4Image image) throws IOException {
    Optional<LogView> log = LogView.open(image);
    if (log.isEmpty()) {
      throw Failure.notFound(file() + ": no journal in the image");
    }
    LogContents contents = LogContents.of(image, log.get(), new Meter(console()));
    if (isJson()) {
      document(image, json -> writeJson(json, image, contents));
    } else {
      new JournalText(console(), contents).write(image);
    }
    return ExitCode.OK;
  }

  private static void writeJson(Json json, Ext4Image image, LogContents contents)
      throws IOException {
    LogView log = contents.log();
    JournalReader reader = log.reader();
    json.field("inode", image.superblock().journalInum());
    json.field("blocks", reader.blocks());
    json.field("first", reader.first());
    json.field("start", reader.start());
    json.field("sequence", Integer.toUnsignedLong(reader.sequence()));
    json.field("errno", reader.errno());
    json.strings("features", reader.features().names());
    json.field("checksums", Words.of(reader.features().checksums()));
    json.field("needs_recovery", log.needsRecovery());
    json.field("problem", log.problem());
    json.array(
        "entries",
        list -> contents.visit(entry -> list.element(one -> JournalJson.write(one, entry))));
    json.array(
        "fast_commits",
        list -> {
          for (FastCommitOperation step : log.fastCommits()) {
            list.element(one -> JournalJson.write(one, step));
          }
        });
    ExplainJson.write(json, contents.unread());
  }

  /** The steps of fast commits as lines. */
  static List<String> lines(List<FastCommitOperation> steps) {
    List<String> lines = new ArrayList<>();
    for (FastCommitOperation step : steps) {
      if (step instanceof FastCommitOperation.AddRange add) {
        lines.add("inode " + add.ino() + ": map " + add.extent());
      } else if (step instanceof FastCommitOperation.DeleteRange cut) {
        long last = cut.lblk() + cut.length() - 1;
        lines.add("inode " + cut.ino() + ": unmap " + cut.lblk() + "-" + last);
      } else if (step instanceof FastCommitOperation.Name name) {
        lines.add(
            "inode "
                + name.ino()
                + ": "
                + Words.of(name.change())
                + " "
                + Names.shown(FileName.of(name.name()).toByteArray())
                + " in directory "
                + name.parent());
      } else {
        lines.add("inode " + step.ino() + ": its fields");
      }
    }
    return lines;
  }

  /** The first name of an inode, in brackets. */
  static String nameOf(List<FilePath> paths) {
    return paths.isEmpty() ? "" : " (" + ExplainText.shown(paths.get(0)) + ")";
  }
}
