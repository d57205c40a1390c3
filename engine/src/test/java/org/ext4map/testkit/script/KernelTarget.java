package org.ext4map.testkit.script;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.ext4map.images.KernelMount;
import org.ext4map.images.KernelShell;

/** Runs operations with the kernel's ext4 on a loop device. Not thread-safe. */
public final class KernelTarget implements AutoCloseable {
  private final Path image;
  private final boolean extents;
  private KernelMount mount;
  private KernelShell shell;

  /**
   * Mounts the file {@code image}.
   *
   * @param extents false if its files have block pointers
   */
  public KernelTarget(Path image, boolean extents) throws IOException {
    this.image = image;
    this.extents = extents;
    this.mount = mount();
    this.shell = mount.shell();
  }

  /** The kernel zeroes short unwritten extents where it can rather split them; not here. */
  private KernelMount mount() throws IOException {
    KernelMount fresh = KernelMount.mount(image, KernelMount.Mode.READ_WRITE);
    fresh.tune("extent_max_zeroout_kb", 0);
    return fresh;
  }

  /** Does one operation. */
  public Outcome run(Operation operation) throws IOException {
    return switch (operation.kind()) {
      case REOPEN -> {
        close();
        mount = mount();
        shell = mount.shell();
        yield Outcome.OK;
      }
      case UNSHARE -> {
        Outcome opened = outcome(operation);
        yield opened == Outcome.OK && !extents ? Outcome.EOPNOTSUPP : opened;
      }
      default -> outcome(operation);
    };
  }

  private Outcome outcome(Operation operation) throws IOException {
    String answer = shell.run(operation.toString());
    try {
      return Outcome.valueOf(answer);
    } catch (IllegalArgumentException unknown) {
      throw new IOException(operation + ": the kernel answers " + answer, unknown);
    }
  }

  /** Bytes that are free, as statfs says. */
  long freeBytes() throws IOException {
    return Files.getFileStore(mount.root()).getUnallocatedSpace();
  }

  /** Bytes of the file system, as statfs says. */
  long sizeBytes() throws IOException {
    return Files.getFileStore(mount.root()).getTotalSpace();
  }

  @Override
  public void close() throws IOException {
    shell.close();
    mount.close();
  }
}
