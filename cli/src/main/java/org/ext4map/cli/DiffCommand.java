package org.ext4map.cli;

import java.io.IOException;
import java.nio.file.Path;
import org.ext4map.Ext4Image;
import org.ext4map.inspect.ImageDiff;
import org.ext4map.inspect.Unread;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** How two images differ, by meaning. */
@Command(
    name = "diff",
    header = "Compares two images by meaning: maps, inode fields, names, counters.",
    description = {
      "Both are opened with the same --view and --offset. Bytes of files are not compared, nor how a"
          + " tree is built that maps the same blocks.",
      "Exit codes: 0 same, 1 different."
    })
final class DiffCommand extends ReportCommand {
  @Parameters(index = "1", paramLabel = "IMAGE2", description = "The file to compare with.")
  @SuppressWarnings("NullAway.Init") // required, so picocli fills it
  private Path second;

  @Override
  String schema() {
    return "diff";
  }

  @Override
  int inspect(Ext4Image before) throws IOException {
    try (Ext4Image after = open(second)) {
      return isJson() ? json(before, after) : text(before, after);
    }
  }

  private int text(Ext4Image before, Ext4Image after) throws IOException {
    DiffText text = new DiffText(console());
    NamedDifferences named = new NamedDifferences(before, after, text::write);
    Unread unread = ImageDiff.compare(before, after, named, new Meter(console()));
    named.finish();
    text.finish(unread, named.count());
    return named.count() == 0 ? ExitCode.OK : ExitCode.NOT_FOUND;
  }

  private int json(Ext4Image before, Ext4Image after) throws IOException {
    NamedDifferences[] named = new NamedDifferences[1];
    document(
        before,
        json -> {
          json.field("before", file().toString());
          json.field("after", second.toString());
          Unread[] unread = new Unread[1];
          json.array(
              "differences",
              list -> {
                named[0] =
                    new NamedDifferences(
                        before,
                        after,
                        (difference, paths) ->
                            list.element(one -> DiffJson.write(one, difference, paths)));
                unread[0] = ImageDiff.compare(before, after, named[0], new Meter(console()));
                named[0].finish();
              });
          json.field("count", named[0].count());
          json.field("same", named[0].count() == 0);
          ExplainJson.write(json, unread[0]);
        });
    return named[0].count() == 0 ? ExitCode.OK : ExitCode.NOT_FOUND;
  }
}
