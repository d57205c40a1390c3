package org.ext4map.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.atomic.AtomicInteger;
import org.ext4map.device.FileBlockDevice.Access;
import org.ext4map.device.FileBlockDevice.DirectMode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What one part of a process does with an image takes no lock from another part; /proc/locks is the
 * judge.
 */
class ImageLocksTest {
  private static final Path LOCKS = Path.of("/proc/locks");

  @TempDir Path directory;
  private Path path;
  private FileBlockDevice writer;

  @BeforeEach
  void anImageIsWrittenTo() throws IOException {
    assumeTrue(Files.isReadable(LOCKS), LOCKS + " is not there: nobody tells who holds a lock");
    path = directory.resolve("image");
    Files.write(path, new byte[64 << 10]);
    writer = FileBlockDevice.open(path, Access.READ_WRITE, DirectMode.NEVER);
    assertThat(isLocked()).isTrue();
  }

  @AfterEach
  void theLockEndsWithTheWriter() throws IOException {
    writer.close();
    assertThat(isLocked()).isFalse();
  }

  @Test
  void whoOnlyLooks() throws IOException {
    FileBlockDevice.open(path).close();
    assertThat(isLocked()).isTrue();
  }

  @Test
  void whoTriesDirectIo() throws IOException {
    try (BlockDevice other = FileBlockDevice.open(path, Access.READ_ONLY, DirectMode.IF_POSSIBLE)) {
      assertThat(isLocked()).as("%s", other.describe()).isTrue();
    }
    assertThat(isLocked()).isTrue();
  }

  @Test
  void whoLooksByAnotherName() throws IOException {
    FileBlockDevice.open(Files.createLink(directory.resolve("link"), path)).close();
    assertThat(isLocked()).isTrue();
  }

  @Test
  void whoWantsToWriteToo() throws IOException {
    assertThatThrownBy(() -> FileBlockDevice.open(path, Access.READ_WRITE, DirectMode.NEVER))
        .isInstanceOf(FileSystemException.class)
        .hasMessageContaining("open for writing elsewhere in this process");
    assertThat(isLocked()).isTrue();
  }

  /** The JDK closes the channel in which a thread is interrupted. */
  @Test
  void whoIsInterruptedWhileHeLooks() throws Exception {
    AtomicInteger reads = new AtomicInteger();
    try (BlockDevice reader = FileBlockDevice.open(path)) {
      Thread looking =
          new Thread(
              () -> {
                while (reads.incrementAndGet() < 20_000) {
                  assertThatCode(() -> reader.read(0, ByteBuffer.allocate(32 << 10)))
                      .doesNotThrowAnyException();
                }
              });
      looking.start();
      while (looking.isAlive()) {
        looking.interrupt();
        Thread.onSpinWait();
      }
      assertThat(isLocked()).isTrue();
    }
    assertThat(reads).hasValue(20_000);
  }

  @Test
  void whoOpensTheFileWithoutUsMustSaySo() throws IOException {
    FileChannel.open(path, StandardOpenOption.READ).close();
    assertThat(isLocked()).as("POSIX").isFalse();

    writer.renewLock();

    assertThat(isLocked()).isTrue();
  }

  @Test
  void aLockThatSomebodyElseHasGotMeanwhileEndsTheWriting() throws Exception {
    FileChannel.open(path, StandardOpenOption.READ).close();
    Process other =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                LockHolder.class.getName(),
                path.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try {
      assertThat(other.getInputStream().read()).isEqualTo(LockHolder.HELD);

      FileBlockDevice.open(path).close();

      assertThatThrownBy(() -> writer.write(0, ByteBuffer.allocate(512)))
          .isInstanceOf(IOException.class)
          .hasMessage(path + " is written to no more: its lock was lost")
          .hasRootCauseMessage(path + ": opening for writing: locked by another process");
    } finally {
      other.destroyForcibly().waitFor();
    }
  }

  /** Holds the lock of the file that its argument names until it is killed. */
  static final class LockHolder {
    static final int HELD = 'h';

    public static void main(String[] arguments) throws Exception {
      try (BlockDevice held =
          FileBlockDevice.open(Path.of(arguments[0]), Access.READ_WRITE, DirectMode.NEVER)) {
        System.out.write(HELD);
        System.out.flush();
        Thread.sleep(Long.MAX_VALUE);
        throw new AssertionError(held);
      }
    }
  }

  private boolean isLocked() throws IOException {
    String inode = ":" + Files.getAttribute(path, "unix:ino") + " ";
    return Files.readAllLines(LOCKS).stream()
        .anyMatch(line -> line.contains("POSIX") && line.contains("WRITE") && line.contains(inode));
  }
}
