package org.ext4map.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.commons.io.FileUtils;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/**
 * Runs the common commands once, without output, so that the launcher can archive the classes they
 * load.
 */
@Command(name = "warm-up", hidden = true)
final class WarmUpCommand implements Callable<Integer> {
  private static final int NAMES = 400;
  private static final String FILE = "/shop/orders.db";

  @Parameters(
      arity = "0..1",
      paramLabel = "DIRECTORY",
      description = "Where the images stay, for a check that archives its own classes alone.")
  private @Nullable Path kept;

  @Override
  public Integer call() throws IOException {
    if (kept != null) {
      runIn(kept);
      return ExitCode.OK;
    }
    Path directory = Files.createTempDirectory("ext4map-warm-up");
    try {
      runIn(directory);
    } finally {
      FileUtils.deleteDirectory(directory.toFile());
    }
    return ExitCode.OK;
  }

  private static void runIn(Path directory) {
    String image = directory.resolve("demo.img").toString();
    run("--help");
    run("--no-such-option");
    run("demo");
    run("demo", "--crashed");
    run("demo", "--save", image);
    run("check", image);
    run("check", "--json", image);
    run("check", "--color", "never", image);
    String groups = directory.resolve("groups.img").toString();
    run("mkfs", "-b", "1024", groups, "32M");
    run(makingAnIndexedDirectoryOf(groups));
    run("check", groups);
    run("info", "--groups", image);
    run("info", "--json", image);
    run("ls", "-l", image, "/shop");
    run("stat", image, FILE);
    run("extents", "--tree", image, FILE);
    run("extents", "--json", image, FILE);
    run("map", image, FILE, "0");
    run("cat", image, FILE);
  }

  /** With so many names that a directory of small blocks gets an index. */
  private static String[] makingAnIndexedDirectoryOf(String image) {
    List<String> words = new ArrayList<>(List.of("mkdir", image, "/wide"));
    for (int i = 0; i < NAMES; i++) {
      words.add("/wide/a-name-that-takes-some-room-" + i);
    }
    return words.toArray(new String[0]);
  }

  private static void run(String... args) {
    Main.run(
        new Console(OutputStream.nullOutputStream(), OutputStream.nullOutputStream(), false), args);
  }
}
