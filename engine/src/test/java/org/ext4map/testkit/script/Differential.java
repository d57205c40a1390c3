package org.ext4map.testkit.script;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.ext4map.device.BlockDevice;
import org.ext4map.device.MemoryBlockDevice;
import org.ext4map.images.CommandResult;
import org.ext4map.images.E2fsck;
import org.ext4map.images.KernelMount;
import org.ext4map.testkit.WritableImages;
import org.ext4map.testkit.script.Operation.Kind;

/**
 * Runs one script with this engine, the kernel and the model, each on its own copy of one image,
 * and compares the outcome of each operation and all that can be seen at the end. The kernel reads
 * both images for that, and e2fsck has the last word on both.
 *
 * <p>Lack of space is the one thing that may differ, since the kernel holds blocks back for delayed
 * writes and for trees: it is believed, from either, if after the operation the kernel has fewer
 * bytes free than the operation asked for plus a fiftieth of the file system plus 64 blocks. Then
 * the file is cut to nothing, or the name taken back, in all three.
 */
public final class Differential {
  private static final int HELD_BACK_BLOCKS = 64;
  private static final int HELD_BACK_PART = 50;

  private final Path scratch;
  private final int blockSize;
  private final boolean extents;

  /**
   * A runner for images of one shape.
   *
   * @param scratch where files can be made
   * @param extents false if files have block pointers
   */
  public Differential(Path scratch, int blockSize, boolean extents) {
    this.scratch = scratch;
    this.blockSize = blockSize;
    this.extents = extents;
  }

  /**
   * Runs {@code script} and throws an {@link AssertionError} where the three disagree.
   *
   * @param image what to start from; stays as it is
   * @param model what is in {@code image}; stays as it is
   * @return operations that found no space
   */
  public int run(BlockDevice image, ScriptModel model, OperationScript script) throws IOException {
    Path theirs = WritableImages.save(image, scratch.resolve("kernel.ext4"));
    MemoryBlockDevice ours = new MemoryBlockDevice(image.sizeBytes());
    copy(image, ours);
    ScriptModel truth = model.copy();
    int full = 0;
    try (KernelTarget kernel = new KernelTarget(theirs, extents)) {
      ImageTarget engine = new ImageTarget(ours);
      for (int i = 0; i < script.operations().size(); i++) {
        Operation operation = script.operations().get(i);
        String step = "operation " + i + ": " + operation;
        full += step(operation, truth, engine, kernel, step) ? 0 : 1;
      }
      Listing seen = Listing.of(engine.image());
      assertThat(seen.differences(truth.listing())).as("engine but model").isEmpty();
      engine.close();
    }
    judge(WritableImages.save(ours, scratch.resolve("engine.ext4")), truth, "engine");
    judge(theirs, truth, "kernel");
    return full;
  }

  private static void copy(BlockDevice from, BlockDevice to) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate((int) from.sizeBytes());
    from.read(0, bytes);
    to.write(0, bytes.flip());
  }

  /** False if there was no space. */
  private boolean step(
      Operation operation, ScriptModel truth, ImageTarget engine, KernelTarget kernel, String step)
      throws IOException {
    Outcome ours;
    try {
      ours = engine.run(operation);
    } catch (IOException | RuntimeException | AssertionError e) {
      throw new AssertionError(step, e);
    }
    Outcome theirs = kernel.run(operation);
    if (ours == Outcome.ENOSPC || theirs == Outcome.ENOSPC) {
      long held = kernel.sizeBytes() / HELD_BACK_PART + (long) HELD_BACK_BLOCKS * blockSize;
      assertThat(kernel.freeBytes())
          .as(step + ": engine " + ours + ", kernel " + theirs)
          .isLessThan(operation.length() + held);
      Operation back = takenBack(operation);
      engine.run(back);
      kernel.run(back);
      if (back.kind() == Kind.TRUNCATE) {
        truth.run(back);
      }
      return false;
    }
    Outcome expected = truth.run(operation);
    assertThat(theirs).as(step + ": kernel, but model").isEqualTo(expected);
    assertThat(ours.agreesWith(theirs))
        .as(step + ": engine " + ours + ", kernel " + theirs)
        .isTrue();
    return true;
  }

  /** What makes it not have happened, if it did; for a file, what makes any outcome the same. */
  private static Operation takenBack(Operation operation) {
    return switch (operation.kind()) {
      case CREATE -> Operation.of(Kind.UNLINK, operation.path());
      case MKDIR -> Operation.of(Kind.RMDIR, operation.path());
      case SYMLINK -> Operation.of(Kind.UNLINK, operation.path());
      case LINK -> Operation.of(Kind.UNLINK, operation.other());
      case RENAME -> Operation.of(Kind.RENAME, operation.other(), operation.path());
      default -> Operation.truncate(operation.path(), 0);
    };
  }

  private static void judge(Path image, ScriptModel truth, String whose) throws IOException {
    CommandResult check = E2fsck.check(image);
    assertThat(check.exit()).as(whose + "\n" + check.text() + check.errors()).isZero();
    try (KernelMount mount = KernelMount.mount(image, KernelMount.Mode.AS_IS)) {
      assertThat(Listing.of(mount.scan()).differences(truth.listing()))
          .as("image of the " + whose + " as the kernel reads it, but model")
          .isEmpty();
    }
    Files.delete(image);
  }
}
