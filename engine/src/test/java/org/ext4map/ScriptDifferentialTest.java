package org.ext4map;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import org.ext4map.device.BlockDevice;
import org.ext4map.images.Judge;
import org.ext4map.testkit.InMemory;
import org.ext4map.testkit.Programs;
import org.ext4map.testkit.script.Differential;
import org.ext4map.testkit.script.Operation;
import org.ext4map.testkit.script.Operation.Kind;
import org.ext4map.testkit.script.OperationScript;
import org.ext4map.testkit.script.ScriptModel;
import org.ext4map.testkit.script.ScriptShape;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The same scripts run by this engine and by the kernel: see {@link Differential}. {@code
 * -Dscript.seed=N} runs one seed alone, {@code -Dscript.file=F} a script that was kept.
 */
class ScriptDifferentialTest {
  private static final int OPERATIONS = 220;

  @TempDir(factory = InMemory.class)
  Path scratch;

  static List<ScriptShape> shapes() {
    return ScriptShape.all();
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void engineAndKernelDoTheSame(ScriptShape shape) throws IOException {
    run(shape, 1, 2);
  }

  @Test
  void aDifferenceIsFound() throws IOException {
    Programs.require(Judge.KERNEL);
    ScriptShape shape = ScriptShape.all().get(0);
    ScriptModel wrong = shape.model();
    wrong.run(Operation.parse("falloc-keep /b 0 1"));
    OperationScript script = OperationScript.parse("write /a 0 10 1\nfsync /a\n");
    assertThatThrownBy(
            () ->
                new Differential(scratch, shape.blockSize(), true)
                    .run(shape.image(scratch), wrong, script))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("/b: Entry[type=file, links=1, size=0");
  }

  @Tag("slow")
  @ParameterizedTest
  @MethodSource("shapes")
  void engineAndKernelDoTheSameForLong(ScriptShape shape) throws IOException {
    run(shape, 100, 30);
  }

  private void run(ScriptShape shape, long firstSeed, int seeds) throws IOException {
    Programs.require(Judge.KERNEL);
    BlockDevice image = shape.image(scratch);
    Differential differential = new Differential(scratch, shape.blockSize(), shape.hasExtents());
    String kept = System.getProperty("script.file");
    if (kept != null) {
      differential.run(image, shape.model(), OperationScript.read(Path.of(kept)));
      return;
    }
    Long only = Long.getLong("script.seed");
    long end = only == null ? firstSeed + seeds : only + 1;
    int full = 0;
    for (long seed = only == null ? firstSeed : only; seed < end; seed++) {
      OperationScript script = shape.script(image, seed, OPERATIONS, allowed(seed));
      try {
        full += differential.run(image, shape.model(), script);
      } catch (AssertionError failure) {
        throw new AssertionError(report(shape, seed, script, differential, image), failure);
      }
    }
    System.out.println(shape + ": " + seeds + " scripts, no space " + full + " times");
  }

  /** Two of three scripts change names; none asks for what only this engine can. */
  private static Predicate<Kind> allowed(long seed) {
    return kind -> kind != Kind.SWAP && (seed % 3 != 0 || !kind.isOfNames());
  }

  private String report(
      ScriptShape shape,
      long seed,
      OperationScript script,
      Differential differential,
      BlockDevice image)
      throws IOException {
    String[] last = new String[1];
    OperationScript small =
        script.minimised(
            candidate -> {
              try {
                differential.run(image, shape.model(), candidate);
                return false;
              } catch (AssertionError | IOException failure) {
                last[0] = failure + " " + failure.getCause();
                return true;
              }
            });
    Path kept = Files.createTempFile("script-" + shape + "-" + seed + "-", ".txt");
    Files.writeString(kept, small.toString());
    return shape + " -Dscript.seed=" + seed + ", kept as " + kept + "\n" + small + last[0];
  }
}
