package org.ext4map.images;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

/** Runs e2fsck on an image file. Needs {@link Judge#E2FSPROGS}. */
public final class E2fsck {
  private static final Duration TIMEOUT = Duration.ofMinutes(5);

  private E2fsck() {}

  /** {@code e2fsck -fn}: checks, changes nothing. Exit code bits as in fsck(8); 0 is clean. */
  public static CommandResult check(Path image) throws IOException {
    return Command.of("e2fsck", "-fn", image.toString()).timeout(TIMEOUT).run();
  }

  /**
   * {@code e2fsck -fy}: replays the journal and repairs what it can. Exit code 1 means repaired.
   */
  public static CommandResult repair(Path image) throws IOException {
    return Command.of("e2fsck", "-fy", image.toString()).timeout(TIMEOUT).run();
  }

  /**
   * {@code e2fsck -E journal_only}: replays the journal and does nothing else, which is why there
   * is no {@code -f}: with it, e2fsck also clears the flags of uninitialised groups.
   */
  public static CommandResult replay(Path image) throws IOException {
    return Command.of("e2fsck", "-y", "-E", "journal_only", image.toString())
        .timeout(TIMEOUT)
        .run();
  }
}
