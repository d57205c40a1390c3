package org.ext4map.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.apache.commons.io.FileUtils;
import picocli.CommandLine.Command;

/**
 * Runs the common commands once, without output, so that the launcher can archive the classes they
 * load.
 */
@Command(name = "warm-up", hidden = true)
final class WarmUpCommand implements Callable<Integer> {
  private static final String FILE = "/shop/orders.db";

  @Override
  public Integer call() throws IOException {
    Path directory = Files.createTempDirectory("ext4map-warm-up");
    try {
      String image = directory.resolve("demo.img").toString();
      run("--help");
      run("--no-such-option");
      run("demo");
      run("demo", "--crashed");
      run("demo", "--save", image);
      run("check", image);
      run("check", "--json", image);
      run("check", "--color", "never", image);
      run("info", "--groups", image);
      run("info", "--json", image);
      run("ls", "-l", image, "/shop");
      run("stat", image, FILE);
      run("extents", "--tree", image, FILE);
      run("extents", "--json", image, FILE);
      run("map", image, FILE, "0");
      run("cat", image, FILE);
    } finally {
      FileUtils.deleteDirectory(directory.toFile());
    }
    return ExitCode.OK;
  }

  private static void run(String... args) {
    Main.run(
        new Console(OutputStream.nullOutputStream(), OutputStream.nullOutputStream(), false), args);
  }
}
