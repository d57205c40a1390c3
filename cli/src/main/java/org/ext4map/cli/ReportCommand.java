package org.ext4map.cli;

import java.io.IOException;
import org.ext4map.Ext4Image;
import picocli.CommandLine.Option;

/** A command that answers in text for people or in JSON for programs. */
abstract class ReportCommand extends ReadingCommand {
  @Option(names = "--json", description = "Answer with one JSON document.")
  private boolean json;

  /** The word after {@code ext4map.} in the schema's name. */
  abstract String schema();

  @Override
  boolean tellsView() {
    return !json;
  }

  final boolean isJson() {
    return json;
  }

  /** Starts the document with what all of them have. */
  final void document(Ext4Image image, Json.Body body) throws IOException {
    Json.document(
        console(),
        schema(),
        document -> {
          document.field("view", Views.word(image));
          body.write(document);
        });
  }
}
