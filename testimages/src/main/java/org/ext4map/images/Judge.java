package org.ext4map.images;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Somebody outside whose word counts, and whether he is here. Any thread; tried once for each
 * process.
 *
 * <pre>{@code
 * Judge.KERNEL.missing().ifPresent(reason -> Assumptions.abort(reason));
 * }</pre>
 */
public final class Judge {
  /** mke2fs, e2fsck, debugfs, dumpe2fs on the path. */
  public static final Judge E2FSPROGS = new Judge("e2fsprogs", Judge::tryE2fsprogs);

  /** The kernel's ext4 on a loop device: root, losetup, mount, python3. */
  public static final Judge KERNEL = new Judge("kernel mount", Judge::tryKernel);

  /** Makes one use of the judge; an exception says why that failed. */
  private interface Trial {
    void run() throws IOException;
  }

  private final String name;
  private final Trial trial;
  private boolean tried;
  private @Nullable String whyNot;

  private Judge(String name, Trial trial) {
    this.name = name;
    this.trial = trial;
  }

  /**
   * Why he is not here; empty if he is. The reason is printed too.
   *
   * @throws IllegalStateException if he is not here and the environment says {@code CI=true}: there
   *     a missing judge is a failure, not a reason to skip
   */
  public synchronized Optional<String> missing() {
    if (!tried) {
      tried = true;
      try {
        trial.run();
      } catch (IOException problem) {
        whyNot = name + " is missing: " + problem.getMessage();
        System.err.println(whyNot);
      }
    }
    if (whyNot != null && "true".equals(System.getenv("CI"))) {
      throw new IllegalStateException("CI=true, and " + whyNot);
    }
    return Optional.ofNullable(whyNot);
  }

  private static void tryE2fsprogs() throws IOException {
    for (String tool : List.of("mke2fs", "e2fsck", "debugfs", "dumpe2fs")) {
      Command.of(tool, "-V").run();
    }
  }

  private static void tryKernel() throws IOException {
    tryE2fsprogs();
    Command.of("python3", "-V").succeed();
    Path image = Files.createTempFile("ext4map-judge", ".img");
    try {
      Command.of("mke2fs", "-q", "-F", "-t", "ext4", "-O", "^has_journal", image.toString(), "1M")
          .succeed();
      KernelMount.mount(image, KernelMount.Mode.READ_WRITE).close();
    } finally {
      Files.delete(image);
    }
  }
}
