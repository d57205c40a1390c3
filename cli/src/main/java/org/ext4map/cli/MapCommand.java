package org.ext4map.cli;

import java.io.IOException;
import java.util.Locale;
import org.ext4map.Ext4File;
import org.ext4map.Ext4Image;
import org.ext4map.model.Extent;
import org.ext4map.model.Mapping;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** One question to the mapper, one answer. */
@Command(
    name = "map",
    header = "Answers where one block of a file lies.",
    description = {
      "Prints the run that starts at block LBLK of the file, as first-last:STATE@pblk:",
      "state W written, U unwritten (reads as zeros), H hole. At most LEN blocks."
    })
final class MapCommand extends FileCommand {
  private static final long LAST_LBLK = 0xFFFF_FFFEL;

  @Parameters(index = "2", paramLabel = "LBLK", description = "Block of the file, from 0.")
  private long lblk;

  @Parameters(
      index = "3",
      arity = "0..1",
      paramLabel = "LEN",
      description = "Blocks asked for; 1 if left out.")
  private int length = 1;

  @Override
  String schema() {
    return "map";
  }

  @Override
  void checkUsage() {
    if (lblk < 0 || lblk > LAST_LBLK) {
      throw usage("LBLK=" + lblk + ", allowed 0 … " + LAST_LBLK);
    }
    if (length < 1) {
      throw usage("LEN=" + length + ", allowed 1 … " + Integer.MAX_VALUE);
    }
  }

  @Override
  int inspect(Ext4Image image, Ext4File file) throws IOException {
    Mapping mapping = new Mapping();
    file.map(lblk, length, mapping);
    Extent answer = mapping.toExtent();
    if (!isJson()) {
      console().line(answer.toString());
      return ExitCode.OK;
    }
    document(
        image,
        json -> {
          json.field("inode", file.ino());
          json.field("path", path().text());
          json.field("logical", answer.lblk());
          json.field("length", answer.length());
          json.field("state", answer.state().name().toLowerCase(Locale.ROOT));
          if (answer.state().isMapped()) {
            json.field("physical", answer.pblk());
          }
        });
    return ExitCode.OK;
  }
}
