package org.ext4map;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.ext4map.device.BlockDevice;
import org.ext4map.device.FileBlockDevice;
import org.ext4map.device.FileBlockDevice.Access;
import org.ext4map.device.FileBlockDevice.DirectMode;
import org.ext4map.images.CommandResult;
import org.ext4map.images.E2fsck;
import org.ext4map.images.Judge;
import org.ext4map.images.KernelMount;
import org.ext4map.testkit.InMemory;
import org.ext4map.testkit.Programs;
import org.ext4map.testkit.WritableImages;
import org.ext4map.testkit.script.ImageTarget;
import org.ext4map.testkit.script.KernelTarget;
import org.ext4map.testkit.script.Listing;
import org.ext4map.testkit.script.Operation;
import org.ext4map.testkit.script.Operation.Kind;
import org.ext4map.testkit.script.OperationScript;
import org.ext4map.testkit.script.ScriptGenerator;
import org.ext4map.testkit.script.ScriptModel;
import org.ext4map.testkit.script.ScriptShape;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * This engine and the kernel take turns on one image: each finds what the other has left, and goes
 * on with it. {@code -Dscript.seed=N} chooses the operations.
 */
class ScriptRelayTest {
  private static final long SEED = Long.getLong("script.seed", 1);
  private static final int TURNS = 4;
  private static final int OPERATIONS = 40;

  @TempDir(factory = InMemory.class)
  Path scratch;

  static List<ScriptShape> shapes() {
    return ScriptShape.all().stream().filter(shape -> !shape.almostFull()).toList();
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void eachGoesOnWhereTheOtherStopped(ScriptShape shape) throws IOException {
    Programs.require(Judge.KERNEL);
    Path image = WritableImages.save(shape.image(scratch), scratch.resolve("relay.ext4"));
    ScriptModel truth = shape.model();
    ScriptGenerator generator =
        new ScriptGenerator(
            SEED, shape.model(), shape.blockSize(), shape.spanBlocks(), kind -> kind != Kind.SWAP);
    for (int turn = 0; turn < TURNS; turn++) {
      OperationScript script = generator.script(OPERATIONS);
      String whose = turn % 2 == 0 ? "engine" : "kernel";
      String context = shape + " -Dscript.seed=" + SEED + " turn " + turn + " of the " + whose;
      if (turn % 2 == 0) {
        engine(image, script, truth, context);
      } else {
        kernel(image, shape.hasExtents(), script, truth, context);
      }
      CommandResult check = E2fsck.check(image);
      assertThat(check.exit()).as(context + "\n" + script + check.text()).isZero();
    }
  }

  private static void engine(Path image, OperationScript script, ScriptModel truth, String context)
      throws IOException {
    try (BlockDevice device = FileBlockDevice.open(image, Access.READ_WRITE, DirectMode.NEVER);
        ImageTarget target = new ImageTarget(device)) {
      assertThat(Listing.of(target.image()).differences(truth.listing())).as(context).isEmpty();
      for (Operation operation : script.operations()) {
        assertThat(target.run(operation).agreesWith(truth.run(operation)))
            .as(context + ": " + operation)
            .isTrue();
      }
      assertThat(Listing.of(target.image()).differences(truth.listing())).as(context).isEmpty();
    }
  }

  private static void kernel(
      Path image, boolean extents, OperationScript script, ScriptModel truth, String context)
      throws IOException {
    try (KernelMount mount = KernelMount.mount(image, KernelMount.Mode.AS_IS)) {
      assertThat(Listing.of(mount.scan()).differences(truth.listing())).as(context).isEmpty();
    }
    try (KernelTarget target = new KernelTarget(image, extents)) {
      for (Operation operation : script.operations()) {
        assertThat(target.run(operation))
            .as(context + ": " + operation)
            .isEqualTo(truth.run(operation));
      }
    }
  }
}
