package org.ext4map.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import org.ext4map.device.FileBlockDevice;
import org.ext4map.images.Judge;
import org.ext4map.testkit.Programs;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file system of 1 TiB is checked in 256 MiB of heap, and what would not fit is told first. */
class LargeImageCheckTest {
  private static final long TEBIBYTE = 1L << 40;
  private static final int FILES = 300;

  @TempDir Path scratch;
  private Path image;

  @BeforeEach
  void aSparseTebibyte() throws IOException {
    Programs.require(Judge.E2FSPROGS);
    Path tree = Files.createDirectory(scratch.resolve("tree"));
    for (int i = 0; i < FILES; i++) {
      Path directory = Files.createDirectories(tree.resolve("d" + i / 10));
      Files.writeString(directory.resolve("file-" + i), "contents of " + i);
    }
    image = scratch.resolve("tebibyte.ext4");
    try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
      file.setLength(TEBIBYTE);
    }
    Programs.succeed("mke2fs", "-q", "-F", "-t", "ext4", "-d", tree.toString(), image.toString());
  }

  @Test
  void itFitsInto256MiBOfHeap() {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();

    String said =
        Programs.succeed(
            java,
            "-Xmx256m",
            "-ea",
            "-XX:+UseSerialGC",
            "-XX:+ExitOnOutOfMemoryError",
            "-cp",
            System.getProperty("java.class.path"),
            InSmallHeap.class.getName(),
            image.toString());

    assertThat(said).contains("CLEAN").contains("files=" + FILES);
  }

  @Test
  void whatWouldNotFitIsToldBeforeTheFirstPass() throws IOException {
    try (FileBlockDevice device = FileBlockDevice.open(image)) {
      Judgement judgement =
          Judgement.of(device, CheckOptions.defaults().withMemoryLimit(64L << 20));

      assertThat(judgement.report().verdict()).isEqualTo(CheckReport.Verdict.REFUSED);
      assertThat(judgement.labels()).containsExactly("sb.memory-limit");
    }
  }

  /** A check in a process of its own, which may use seven eighths of its heap. */
  static final class InSmallHeap {
    private InSmallHeap() {}

    /** Checks the image whose path is the first word. */
    public static void main(String[] words) throws IOException {
      long limit = Runtime.getRuntime().maxMemory() / 8 * 7;
      try (FileBlockDevice device = FileBlockDevice.open(Path.of(words[0]))) {
        CheckReport report =
            Checker.check(
                device,
                CheckOptions.defaults().withMemoryLimit(limit),
                finding -> System.out.println(finding.message()));
        System.out.println(report.verdict() + " " + report.totals());
      }
    }
  }
}
