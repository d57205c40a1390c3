package org.ext4map.cli;

import java.io.IOException;
import org.ext4map.Ext4Image;
import org.ext4map.OpenOptions;
import org.ext4map.Recovery;
import org.ext4map.journal.Replay;
import org.ext4map.journal.ReplayOutcome;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** What a mount does to an image that was not unmounted, and no more. */
@Command(
    name = "recover",
    header = "Replays the journal and finishes orphans, and nothing else.",
    description = {
      "As e2fsck -E journal_only, and then what the orphan list names is cut or deleted. A clean"
          + " image is not written to.",
      "Exit codes as fsck(8): 0 was clean, 1 recovered, 4 needs a check all the same (5 both), 8"
          + " cannot be recovered, 16 usage, 32 cancelled."
    })
final class RecoverCommand extends ImageCommand {
  private static final int CORRECTED = 1;
  private static final int LEFT = 4;

  @Option(names = "--json", description = "Answer with one JSON document.")
  private boolean json;

  @Override
  public Integer call() throws IOException {
    Recovery recovery;
    try {
      OpenOptions options = OpenOptions.defaults().clock(top().clock());
      recovery = Ext4Image.recover(file(), at(options));
    } catch (IOException problem) {
      throw Failure.opening(file().toString(), problem);
    }
    boolean isLeft = recovery.orphansLeft().isPresent() || recovery.needsCheck();
    int exitCode = (recovery.changed() ? CORRECTED : 0) | (isLeft ? LEFT : 0);
    if (json) {
      write(recovery, exitCode);
    } else {
      tell(recovery);
    }
    console().flush();
    return exitCode;
  }

  private void tell(Recovery recovery) throws IOException {
    String name = Text.printable(file().toString());
    if (!recovery.changed()) {
      console().line(name + ": " + paint().green("nothing to recover"));
    } else {
      String replayed = recovery.replay().flatMap(Views::told).orElse("the journal was empty");
      String finished = Text.count(recovery.orphans(), "orphaned inode") + " finished";
      console().line(name + ": " + paint().green("recovered") + "; " + replayed + "; " + finished);
    }
    recovery
        .orphansLeft()
        .ifPresent(
            why -> console().note(name + ": orphaned inodes are left: " + Failure.describe(why)));
    if (recovery.needsCheck()) {
      console().note(name + ": was not closed cleanly or has errors recorded; check it");
    }
  }

  private void write(Recovery recovery, int exitCode) throws IOException {
    Json.document(
        console(),
        "recover",
        document -> {
          document.field("image", file().toString());
          document.field("changed", recovery.changed());
          document.field("needs_check", recovery.needsCheck());
          document.field("exit_code", exitCode);
          if (recovery.replay().isPresent()) {
            ReplayOutcome outcome = recovery.replay().get();
            document.object("journal", journal -> write(journal, outcome));
          }
          document.field("orphans", recovery.orphans());
          if (recovery.orphansLeft().isPresent()) {
            document.field("orphans_left", Failure.describe(recovery.orphansLeft().get()));
          }
        });
  }

  private static void write(Json journal, ReplayOutcome outcome) throws IOException {
    Replay replay = outcome.replay();
    journal.field("transactions", replay.transactions());
    journal.field("blocks", replay.blocks());
    journal.field("revoked", replay.revoked());
    journal.field("fast_commit_steps", replay.fastCommits().size());
    journal.field("torn", outcome instanceof ReplayOutcome.Torn);
  }
}
