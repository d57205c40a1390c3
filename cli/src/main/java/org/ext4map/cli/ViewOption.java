package org.ext4map.cli;

import picocli.CommandLine.Option;

/** Which state of an image is looked at. */
final class ViewOption {
  @Option(
      names = "--view",
      paramLabel = "VIEW",
      converter = WordConverter.OfView.class,
      description = {
        "recovered (default): as after replaying the journal, in memory;",
        "as-is: what the blocks hold now."
      })
  private ViewChoice view = ViewChoice.RECOVERED;

  ViewChoice choice() {
    return view;
  }
}
