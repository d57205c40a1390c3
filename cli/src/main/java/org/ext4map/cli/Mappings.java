package org.ext4map.cli;

import java.io.IOException;
import org.ext4map.Ext4File;

/** How an inode maps its blocks. */
final class Mappings {
  private Mappings() {}

  /** For JSON. */
  static String word(Ext4File file) {
    if (file.hasExtents()) {
      return "extents";
    }
    if (file.isInline()) {
      return "inline";
    }
    return file.isMapped() ? "indirect" : "none";
  }

  /** For people. */
  static String words(Ext4File file) throws IOException {
    return switch (word(file)) {
      case "extents" -> "extent tree of depth " + file.treeDepth();
      case "inline" -> "contents in the inode";
      case "indirect" -> "indirect map";
      default -> "no block map";
    };
  }
}
