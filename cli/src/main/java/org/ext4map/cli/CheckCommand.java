package org.ext4map.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.ext4map.check.CheckOptions;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The judge on the command line, in the manner of e2fsck -fn. */
@Command(
    name = "check",
    header = "Judges images as thoroughly as e2fsck -fn, and writes nothing.",
    description = {
      "Every problem has a name; docs/problems.md explains them. With several images the exit code"
          + " is the worst one.",
      "Exit codes: 0 clean, 4 errors found, 8 cannot be checked, 16 usage, 32 cancelled."
    })
final class CheckCommand extends Subcommand {
  private static final int DEFAULT_BACKUP_BLOCK_SIZE = 4096;

  @Parameters(arity = "1..*", paramLabel = "IMAGE", description = "The files to judge.")
  private List<Path> images = new ArrayList<>();

  @Option(
      names = "-n",
      description = "Accepted for those used to e2fsck: every check is read-only.")
  @SuppressWarnings("UnusedVariable") // taken so that scripts written for e2fsck go on working
  private boolean readOnly;

  @Option(names = "-f", description = "Accepted for those used to e2fsck: every check is full.")
  @SuppressWarnings("UnusedVariable") // as above
  private boolean full;

  @Option(
      names = {"-p", "-y", "-z"},
      hidden = true,
      description = "Repair; not there yet.")
  private boolean repair;

  @Option(
      names = "-b",
      paramLabel = "BLOCK",
      description = "Start from the backup superblock in this block.")
  private long superblock = -1;

  @Option(
      names = "-B",
      paramLabel = "SIZE",
      description = "The block size that -b counts in; 4096 if left out.")
  private int superblockBlockSize = DEFAULT_BACKUP_BLOCK_SIZE;

  @Option(
      names = "-C",
      paramLabel = "FD",
      description = {
        "Write the progress to this file descriptor, as e2fsck does: pass, done, total, image.",
        "0: show it on stderr."
      })
  private @Nullable Integer progressFd;

  @Option(names = "-j", paramLabel = "FILE", description = "The external journal.")
  private @Nullable Path journal;

  @Mixin private ViewOption view = new ViewOption();
  @Mixin private OffsetOption offset = new OffsetOption();

  @Option(names = "--json", description = "Answer with one JSON document; for one image.")
  private boolean json;

  @Option(names = "--json-lines", description = "Answer with one line of JSON for each image.")
  private boolean jsonLines;

  @Override
  public Integer call() throws IOException {
    requireSense();
    CheckOptions options = CheckOptions.defaults().withView(viewToJudge());
    if (superblock >= 0) {
      options =
          options.withSuperblock(
              new CheckOptions.BackupSuperblock(superblock, superblockBlockSize));
    }
    return new CheckRun(
            console(),
            new CheckRun.Wish(
                images,
                offset,
                options,
                journal,
                progressFd,
                CheckRun.Form.of(json, jsonLines),
                top().isVerbose()))
        .run();
  }

  private CheckOptions.View viewToJudge() {
    return view.choice() == ViewChoice.AS_IS
        ? CheckOptions.View.AS_IS
        : CheckOptions.View.RECOVERED;
  }

  private void requireSense() {
    if (repair) {
      throw usage("repair (-p, -y, -z) is not there yet, allowed -n");
    }
    if (progressFd != null && progressFd < 0) {
      throw usage("-C " + progressFd + ", allowed 0 or an open file descriptor");
    }
    if (json && images.size() > 1) {
      throw usage("--json with " + images.size() + " images, allowed 1; --json-lines takes many");
    }
    if (superblockBlockSize < 1024
        || superblockBlockSize > 65536
        || Integer.bitCount(superblockBlockSize) != 1) {
      throw usage("-B " + superblockBlockSize + ", allowed a power of two, 1024 … 65536");
    }
  }
}
