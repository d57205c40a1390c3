package org.ext4map.cli;

import java.io.IOException;
import java.util.List;
import org.ext4map.inspect.Difference;
import org.ext4map.inspect.FilePath;

/** Differences for programs. */
final class DiffJson {
  private DiffJson() {}

  static void write(Json json, Difference difference, List<FilePath> paths) throws IOException {
    if (difference instanceof Difference.Field field) {
      json.field("kind", "field");
      json.field("of", Words.of(field.subject()));
      switch (field.subject()) {
        case FILE_SYSTEM -> {}
        case GROUP -> json.field("group", field.number());
        case INODE -> inode(json, field.number(), paths);
      }
      json.field("field", field.field());
      json.field("before", field.before());
      json.field("after", field.after());
    } else if (difference instanceof Difference.Existence existence) {
      json.field("kind", existence.appeared() ? "appeared" : "gone");
      inode(json, existence.ino(), paths);
      json.field("type", Names.word(existence.type()));
    } else if (difference instanceof Difference.Range range) {
      json.field("kind", Words.of(range.change()));
      inode(json, range.ino(), paths);
      json.field("logical", range.lblk());
      json.field("length", range.length());
      json.field("state_before", Words.of(range.stateBefore()));
      json.field("state_after", Words.of(range.stateAfter()));
      if (range.stateBefore().isMapped()) {
        json.field("physical_before", range.pblkBefore());
      }
      if (range.stateAfter().isMapped()) {
        json.field("physical_after", range.pblkAfter());
      }
    } else if (difference instanceof Difference.Name name) {
      json.field("kind", "name");
      inode(json, name.directory(), paths);
      Names.write(json, "name", name.name().toByteArray());
      json.field("inode_before", name.before());
      json.field("inode_after", name.after());
    }
  }

  private static void inode(Json json, long ino, List<FilePath> paths) throws IOException {
    json.field("inode", ino);
    ExplainJson.paths(json, paths);
  }
}
