package org.ext4map.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.ext4map.Ext4Image;
import org.ext4map.OpenOptions;
import org.ext4map.aio.Completions;
import org.ext4map.aio.DirectIo;
import org.ext4map.device.FileBlockDevice.DirectMode;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Reads and writes a file by commands. */
@Command(
    name = "io",
    header = "Reads and changes a file in the words of xfs_io.",
    description = {
      "Commands; numbers also as 0x10, 4k, 1m, 2g:",
      "  pwrite [-S BYTE] [-b SIZE] [-w|-W] [-q] OFF LEN",
      "                                        write; then fdatasync (-w), fsync (-W)",
      "  pread [-v] [-b SIZE] [-q] OFF LEN     read; -v shows the bytes",
      "  truncate N                            set the size",
      "  falloc [-k] OFF LEN                   allocate; -k keeps the size",
      "  fpunch OFF LEN, fzero [-k] OFF LEN    make a hole, make zeros",
      "  fcollapse OFF LEN, finsert OFF LEN    take a range out, put a hole in",
      "  fsync, fdatasync                      make durable",
      "  fiemap [-v], seek -h|-d|-a OFF, stat  show the map, holes and data, sizes",
      "  abort                                 end at once: no close, no commit",
      "The first that fails ends it; what the others did stays. PATH: COMMAND is about another"
          + " file."
    })
final class IoCommand extends WritingCommand {
  private static final String STDIN = "-";

  @Parameters(
      index = "1",
      paramLabel = "PATH",
      converter = ImagePath.Converter.class,
      description = "Absolute path in the image, or '<inode>'.")
  @SuppressWarnings("NullAway.Init") // required, so picocli fills it
  private ImagePath path;

  @Parameters(
      index = "2",
      arity = "0..1",
      paramLabel = "SCRIPT",
      description = "Only -: the same as -c -, commands from standard input.")
  private String script = "";

  @Option(
      names = "-c",
      paramLabel = "CMD",
      description = "A command; may be given often. -c - reads them from standard input.")
  private List<String> commands = new ArrayList<>();

  @Option(names = "-f", description = "Make files that are missing.")
  private boolean creating;

  @Option(
      names = "-d",
      description = "Read and write by asynchronous direct I/O, past the page cache.")
  private boolean isDirect;

  @Option(
      names = "--polled",
      description = "With -d: no I/O thread, this one submits and takes completions itself.")
  private boolean isPolled;

  private final List<IoStep> steps = new ArrayList<>();

  @Override
  void checkUsage() {
    if (isPolled && !isDirect) {
      throw usage("--polled without -d, allowed with it");
    }
    if (!script.isEmpty()) {
      commands.add(script);
    }
    if (commands.equals(List.of(STDIN))) {
      return;
    }
    if (commands.isEmpty()) {
      throw usage("Missing command: -c CMD, or - to read commands from standard input");
    }
    if (commands.contains(STDIN)) {
      throw usage("-c - among " + commands.size() + " commands, allowed alone");
    }
    try {
      for (String command : commands) {
        steps.add(IoStep.parse("-c '" + command + "'", command));
      }
    } catch (IoSyntaxException wrong) {
      throw usage(String.valueOf(wrong.getMessage()));
    }
  }

  @Override
  OpenOptions options() {
    return OpenOptions.defaults().directMode(isDirect ? DirectMode.IF_POSSIBLE : DirectMode.NEVER);
  }

  @Override
  int change(Ext4Image image) throws IOException {
    try (@Nullable DirectIo io = isDirect ? direct(image) : null;
        IoFiles files = new IoFiles(image, creating, io)) {
      files.get(path);
      if (steps.isEmpty()) {
        runScript(files);
      }
      for (IoStep step : steps) {
        run(files, step);
      }
    }
    return ExitCode.OK;
  }

  private DirectIo direct(Ext4Image image) throws IOException {
    return DirectIo.on(image)
        .completions(isPolled ? Completions.POLLED : Completions.IO_THREAD)
        .open();
  }

  /** Answers come line by line too: somebody may wait for one before he sends the next command. */
  private void runScript(IoFiles files) throws IOException {
    BufferedReader lines =
        new BufferedReader(new InputStreamReader(console().in(), StandardCharsets.UTF_8));
    int number = 0;
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      number++;
      if (!line.isBlank() && !line.strip().startsWith("#")) {
        try {
          run(files, IoStep.parse("line " + number + " '" + line.strip() + "'", line));
        } catch (IoSyntaxException wrong) {
          throw usage(String.valueOf(wrong.getMessage()));
        }
        console().flush();
      }
    }
  }

  private void run(IoFiles files, IoStep step) throws IOException {
    try {
      step.action().run(files.get(step.path().orElse(path)), console());
    } catch (Console.OutputClosedException nobodyReads) {
      throw nobodyReads;
    } catch (IOException problem) {
      throw Failure.at(step.place(), problem);
    }
  }
}
