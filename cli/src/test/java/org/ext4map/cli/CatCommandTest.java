package org.ext4map.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.ext4map.cli.Ran.ext4map;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import org.ext4map.images.FileTruth;
import org.ext4map.images.GoldenImage;
import org.ext4map.images.GoldenImages;
import org.ext4map.images.View;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CatCommandTest {
  @TempDir Path scratch;

  @Test
  void aFileMuchLongerThanItsImageMustBeAskedForTwice() throws IOException {
    GoldenImage golden = GoldenImages.byName("k4-last-block");
    Path image = golden.unpack(scratch);
    FileTruth longest = longestFileOf(golden);
    assertThat(longest.size()).isGreaterThan(8L << 30);

    Ran refused = ext4map("cat", image, longest.path());

    assertThat(refused.exitCode()).isEqualTo(8);
    assertThat(refused.bytes()).isEmpty();
    assertThat(refused.errLines())
        .singleElement()
        .asString()
        .contains("i_size=" + longest.size(), "allowed <= 8589934592", "--sparse-ok", "--limit");
    assertThat(ext4map("cat", "--limit=5k", image, longest.path()).bytes()).hasSize(5 << 10);
  }

  @Test
  void aReaderThatGoesAwayEndsIt() throws IOException {
    GoldenImage golden = GoldenImages.byName("k4-last-block");
    Path image = golden.unpack(scratch);
    Console console = new Console(new ClosingPipe(), OutputStream.nullOutputStream(), false);

    int exitCode =
        Main.run(console, "cat", "--sparse-ok", image.toString(), longestFileOf(golden).path());

    assertThat(exitCode).isEqualTo(32);
  }

  @Test
  void aLimitBeyondTheEndIsTheEnd() {
    Path demo = DemoImage.in(scratch);

    assertThat(ext4map("cat", "--limit=1T", demo, "/shop/readme.txt").out())
        .isEqualTo("Nothing here was mounted to be shown to you.\n");
    assertThat(ext4map("cat", "--limit=0", demo, "/shop/readme.txt").bytes()).isEmpty();
  }

  private static FileTruth longestFileOf(GoldenImage golden) {
    return golden.manifest().files(View.RECOVERED).orElseThrow().stream()
        .filter(FileTruth::isFile)
        .max((one, other) -> Long.compare(one.size(), other.size()))
        .orElseThrow();
  }

  /** Takes a little, then is gone. */
  private static final class ClosingPipe extends OutputStream {
    private int left = 1 << 20;

    @Override
    public void write(int one) throws IOException {
      if (--left < 0) {
        throw new IOException("Broken pipe");
      }
    }
  }
}
