package org.ext4map.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.apache.commons.io.FileUtils;
import org.ext4map.images.ScoreCard;
import org.ext4map.images.TortureCase;
import org.ext4map.images.TortureKit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The torture kit for any reader of ext4 images; see testimages/TORTURE.md. */
@Command(
    name = "conformance",
    header = "Lets a reader of ext4 images read difficult files, and prints a score card.",
    description = {
      "The reader is any command that prints a file's bytes; ext4map itself if --exec is left"
          + " out. Exit code 1 if the score is not perfect. Example:",
      "  ext4map conformance --exec \"debugfs -R 'cat {path}' {image}\""
    })
final class ConformanceCommand extends Subcommand {
  private static final int MOST_SECONDS = 3600;

  @Option(
      names = "--exec",
      paramLabel = "CMD",
      description = "The reader, with {image} and {path} where they belong; no shell.")
  private @Nullable String command;

  @Option(names = "--list", description = "Only list the cases and what readers get wrong.")
  private boolean list;

  @Option(
      names = "--topic",
      paramLabel = "TEXT",
      description = "Only cases whose topic contains TEXT.")
  private String topic = "";

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      description = "For each file; 20 if left out.")
  private long seconds = TortureKit.DEFAULT_TIMEOUT.toSeconds();

  @Option(names = "--json", description = "Answer with one JSON document.")
  private boolean json;

  @Override
  public Integer call() throws IOException {
    if (seconds < 1 || seconds > MOST_SECONDS) {
      throw usage("--timeout=" + seconds + ", allowed 1 … " + MOST_SECONDS);
    }
    TortureKit kit = TortureKit.load().only(one -> one.topic().contains(topic));
    if (kit.cases().isEmpty()) {
      throw usage("--topic='" + topic + "', allowed a part of a topic that --list shows");
    }
    if (list) {
      list(kit);
      return ExitCode.OK;
    }
    ScoreCard card = score(kit);
    console().print(json ? card.toJson() + "\n" : card.toText());
    return card.isPerfect() ? ExitCode.OK : ExitCode.NOT_FOUND;
  }

  private ScoreCard score(TortureKit kit) throws IOException {
    Path directory = Files.createTempDirectory("ext4map-conformance");
    try {
      return kit.score(
          command == null ? OwnReader.template() : command, directory, Duration.ofSeconds(seconds));
    } catch (IllegalArgumentException wrongTemplate) {
      throw usage("--exec: " + wrongTemplate.getMessage());
    } finally {
      FileUtils.deleteDirectory(directory.toFile());
    }
  }

  private void list(TortureKit kit) throws IOException {
    if (json) {
      Json.document(
          console(),
          "conformance-list",
          document ->
              document.array(
                  "cases",
                  cases -> {
                    for (TortureCase one : kit.cases()) {
                      cases.element(fields -> write(fields, one));
                    }
                  }));
      return;
    }
    String before = "";
    for (TortureCase one : kit.cases()) {
      if (!one.topic().equals(before)) {
        before = one.topic();
        console().line(console().paint().bold(one.topic()));
        new Rows(console()).row("why", one.why());
      }
      console().line("    " + one.image() + ":" + one.path());
    }
  }

  private static void write(Json fields, TortureCase one) throws IOException {
    fields.field("topic", one.topic());
    fields.field("image", one.image());
    fields.field("path", one.path());
    fields.field("why", one.why());
  }
}
