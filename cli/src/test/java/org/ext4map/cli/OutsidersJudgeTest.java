package org.ext4map.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.ext4map.cli.Ran.ext4map;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.ext4map.images.CommandResult;
import org.ext4map.images.E2fsck;
import org.ext4map.images.GoldenImages;
import org.ext4map.images.Judge;
import org.ext4map.images.KernelMount;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the commands make of an image, e2fsck and the kernel find good. */
class OutsidersJudgeTest {
  @TempDir Path scratch;

  private static void need(Judge judge) {
    judge.missing().ifPresent(Assumptions::abort);
  }

  private static void done(Object... words) {
    Ran ran = ext4map(words);
    assertThat(ran.exitCode()).as(ran.err()).isZero();
  }

  private static void assertCleanForE2fsck(Path image) throws IOException {
    CommandResult judged = E2fsck.check(image);
    assertThat(judged.exit()).as(judged.text()).isZero();
    assertThat(judged.text()).doesNotContain("Fix?");
  }

  @ParameterizedTest
  @ValueSource(strings = {"1k", "2k", "4k"})
  void e2fsckFindsNothingInWhatTheCommandsMake(String blockSize) throws IOException {
    need(Judge.E2FSPROGS);
    Path image = scratch.resolve("made.img");
    done("mkfs", "-b", blockSize, "-O", "orphan_file", image, "16m");
    assertCleanForE2fsck(image);

    done("mkdir", "-p", image, "/a/b/c");
    done("put", image, Files.write(scratch.resolve("host"), new byte[] {1, 2, 3}), "/a");
    done("io", "-f", image, "/a/f", "-c", "falloc 0 1m", "-c", "pwrite 40k 9k", "-c", "fzero 0 8k");
    done("ln", image, "/a/f", "/a/b/g");
    done("ln", "-s", image, "x".repeat(100), "/a/s");
    done("mv", image, "/a/b", "/moved");
    assertCleanForE2fsck(image);

    done("rm", "-r", image, "/a");
    assertCleanForE2fsck(image);
  }

  @ParameterizedTest
  @ValueSource(strings = {"journal-v3-64", "orphan-list", "orphan-truncate", "orphan-file"})
  void e2fsckFindsNothingAfterRecover(String name) throws IOException {
    need(Judge.E2FSPROGS);
    Path image = GoldenImages.byName(name).unpack(scratch);

    assertThat(ext4map("recover", image).exitCode()).isEqualTo(1);

    assertCleanForE2fsck(image);
  }

  @Test
  void whatTheKernelUsesIsRefusedByAnyName() throws IOException {
    need(Judge.KERNEL);
    Path image = scratch.resolve("used.img");
    done("mkfs", image, "8m");
    Path alias = Files.createLink(scratch.resolve("alias.img"), image);

    try (KernelMount mount = KernelMount.mount(image, KernelMount.Mode.READ_WRITE)) {
      assertThat(mount).isNotNull();
      for (Path name : new Path[] {image, alias}) {
        assertInUse(ext4map("mkfs", "--force", name, "8m"));
        assertInUse(ext4map("io", "-f", name, "/f", "-c", "pwrite 0 1"));
        assertInUse(ext4map("rm", name, "/f"));
        assertInUse(ext4map("recover", name));
      }
    }
    done("io", "-f", alias, "/f", "-c", "pwrite 0 1");
  }

  private static void assertInUse(Ran ran) {
    assertThat(ran.exitCode()).isEqualTo(8);
    assertThat(ran.errLines())
        .singleElement()
        .asString()
        .contains(".img: opening for writing: attached to /dev/loop");
  }
}
