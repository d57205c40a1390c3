package org.ext4map.cli;

import java.io.IOException;
import org.ext4map.inspect.LogContents;
import org.ext4map.inspect.LogContents.Entry;
import org.ext4map.journal.FastCommitOperation;
import org.ext4map.journal.JournalReader;

/** Entries of a log for programs. */
final class JournalJson {
  private JournalJson() {}

  static void write(Json json, Entry entry) throws IOException {
    if (entry instanceof LogContents.Own own) {
      JournalReader.LogBlock block = own.block();
      json.field("kind", Words.of(block.kind()));
      json.field("transaction", Integer.toUnsignedLong(block.sequence()));
      json.field("log_block", block.logBlock());
      if (block.kind() == JournalReader.Kind.COMMIT) {
        json.field("seconds", block.seconds());
        json.field("committed", own.committed());
      } else {
        json.field("entries", block.entries());
      }
      json.field("intact", block.intact());
    } else if (entry instanceof LogContents.Copied copied) {
      json.field("kind", "copy");
      json.field("transaction", Integer.toUnsignedLong(copied.copy().sequence()));
      json.field("log_block", copied.copy().logBlock());
      json.field("block", copied.copy().target());
      json.field("escaped", copied.copy().escaped());
      json.field("intact", copied.copy().intact());
      json.field("fate", Words.of(copied.fate()));
      if (copied.role().isPresent()) {
        json.object(
            "of",
            of -> {
              ExplainJson.role(of, copied.role().get());
              ExplainJson.paths(of, copied.paths());
            });
      }
    } else if (entry instanceof LogContents.Revoked revoked) {
      json.field("kind", "revoked");
      json.field("transaction", Integer.toUnsignedLong(revoked.sequence()));
      json.field("log_block", revoked.logBlock());
      json.field("block", revoked.target());
    } else if (entry instanceof LogContents.End end) {
      json.field("kind", "end");
      json.field("log_block", end.logBlock());
    }
  }

  static void write(Json json, FastCommitOperation step) throws IOException {
    json.field("inode", step.ino());
    if (step instanceof FastCommitOperation.AddRange add) {
      json.field("kind", "add_range");
      json.object("extent", one -> ExplainJson.extent(one, add.extent()));
    } else if (step instanceof FastCommitOperation.DeleteRange cut) {
      json.field("kind", "delete_range");
      json.field("logical", cut.lblk());
      json.field("length", cut.length());
    } else if (step instanceof FastCommitOperation.Name name) {
      json.field("kind", Words.of(name.change()));
      json.field("parent", name.parent());
      Names.write(json, "name", name.name());
    } else {
      json.field("kind", "inode");
    }
  }
}
