package org.ext4map;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.ext4map.images.Judge;
import org.ext4map.testkit.Programs;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** All of it in 64 MiB of heap, on an image of 16 GiB: D9. */
class SmallHeapTest {
  private static final long SEED = Long.getLong("ext4map.seed", 20261123);

  @TempDir Path scratch;

  @Test
  void aLargeImageIsMadeFilledChangedAndJudged() throws Exception {
    Programs.require(Judge.E2FSPROGS);
    Path image = scratch.resolve("large.ext4");
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    String said =
        Programs.succeed(
            java,
            "-Xmx64m",
            "-ea",
            "-XX:+ExitOnOutOfMemoryError",
            "-cp",
            System.getProperty("java.class.path"),
            SmallHeapWork.class.getName(),
            image.toString(),
            Long.toString(SEED));
    System.out.println(said);
    assertThat(said).contains("verdict CLEAN").contains("read again").doesNotContain("finding:");
    Programs.assertClean(image);
  }
}
