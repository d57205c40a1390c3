package org.ext4map.inspect;

import java.io.IOException;
import org.ext4map.model.Ext4Exception;

/** Counts what could not be read, and remembers why the first of it could not. */
public final class Unread {
  private long count;
  private String first = "";

  Unread() {}

  /** What a part of a look does. */
  interface Part {
    void run() throws IOException;
  }

  /** Runs {@code part}; a rule of the format that is broken there is counted, not thrown. */
  void during(Part part) throws IOException {
    try {
      part.run();
    } catch (Ext4Exception broken) {
      add(String.valueOf(broken.getMessage()));
    }
  }

  void add(String reason) {
    if (count++ == 0) {
      first = reason;
    }
  }

  void add(Unread other) {
    if (count == 0) {
      first = other.first;
    }
    count += other.count;
  }

  /** How many inodes or groups were passed over. */
  public long count() {
    return count;
  }

  /** Field, value found, values allowed and place for the first of them; empty if there is none. */
  public String first() {
    return first;
  }
}
