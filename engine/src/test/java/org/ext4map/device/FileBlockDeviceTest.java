package org.ext4map.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.ext4map.device.FileBlockDevice.Access;
import org.ext4map.device.FileBlockDevice.DirectMode;
import org.ext4map.model.ReadOnlyException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FileBlockDeviceTest {
  @TempDir Path directory;
  private Path path;

  @BeforeEach
  void anImage() throws IOException {
    path = directory.resolve("image");
    byte[] image = new byte[64 << 10];
    for (int i = 0; i < image.length; i++) {
      image[i] = (byte) (i / 512);
    }
    Files.write(path, image);
  }

  @Test
  void readingLeavesTheFileAsItWas() throws IOException {
    FileTime before = FileTime.fromMillis(1_000_000_000_000L);
    Files.setLastModifiedTime(path, before);
    byte[] bytes = Files.readAllBytes(path);

    try (BlockDevice device = FileBlockDevice.open(path)) {
      device.read(700, ByteBuffer.allocate(5000));
      device.flush();
      assertThatThrownBy(() -> device.write(0, ByteBuffer.allocate(1)))
          .isInstanceOf(ReadOnlyException.class)
          .hasMessageContaining("open for reading only");
    }

    assertThat(Files.getLastModifiedTime(path)).isEqualTo(before);
    assertThat(Files.readAllBytes(path)).isEqualTo(bytes);
  }

  @Test
  void describeTellsTheModeAndItsReason() throws IOException {
    try (BlockDevice device = FileBlockDevice.open(path)) {
      assertThat(device.describe()).contains("65536 bytes", "read-only", "buffered (asked for)");
    }
    try (FileBlockDevice device =
        FileBlockDevice.open(path, Access.READ_WRITE, DirectMode.IF_POSSIBLE)) {
      assertThat(device.describe())
          .contains("read-write")
          .contains(device.isDirect() ? "direct (trial read on" : "buffered (");
    }
  }

  @Test
  void directModeIsRefusedWithTheReasonWhereItCannotWork() throws IOException {
    Files.write(path, new byte[1000]);
    try (FileBlockDevice device =
        FileBlockDevice.open(path, Access.READ_ONLY, DirectMode.IF_POSSIBLE)) {
      assertThat(device.isDirect()).isFalse();
      assertThat(device.describe()).contains("size 1000 is not a multiple of the alignment");
    }
    assertThatThrownBy(() -> FileBlockDevice.open(path, Access.READ_ONLY, DirectMode.REQUIRED))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("size 1000 is not a multiple of the alignment");
  }

  @Test
  void twoWritersAreRefused() throws IOException {
    try (BlockDevice first = FileBlockDevice.open(path, Access.READ_WRITE, DirectMode.NEVER)) {
      assertThat(first.isWritable()).isTrue();
      assertThatThrownBy(() -> FileBlockDevice.open(path, Access.READ_WRITE, DirectMode.NEVER))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("open for writing elsewhere");
    }
    FileBlockDevice.open(path, Access.READ_WRITE, DirectMode.NEVER).close();
  }

  @Test
  void aBlankFileHasNothingOfWhatWasThere() throws IOException {
    Files.write(path, new byte[] {1, 2, 3});
    try (FileBlockDevice device =
        FileBlockDevice.openBlank(
            path, 1 << 20, before -> assertThat(before.sizeBytes()).isEqualTo(3))) {
      assertThat(device.sizeBytes()).isEqualTo(1 << 20);
      assertThat(device.isWritable()).isTrue();
    }
    assertThat(Files.readAllBytes(path)).isEqualTo(new byte[1 << 20]);
  }

  @Test
  void whatTheLastLookWantsToKeepStays() throws IOException {
    Files.write(path, new byte[] {1, 2, 3});
    assertThatThrownBy(
            () ->
                FileBlockDevice.openBlank(
                    path,
                    1 << 20,
                    before -> {
                      throw new IOException("keep it");
                    }))
        .hasMessage("keep it");
    assertThat(Files.readAllBytes(path)).containsExactly(1, 2, 3);
    FileBlockDevice.open(path, Access.READ_WRITE, DirectMode.NEVER).close();
  }

  @Test
  void aMissingFileIsNamed() {
    Path missing = directory.resolve("missing");
    assertThatThrownBy(() -> FileBlockDevice.open(missing))
        .isInstanceOf(NoSuchFileException.class)
        .hasMessageContaining("missing");
    assertThatThrownBy(
            () -> FileBlockDevice.open(missing, Access.READ_ONLY, DirectMode.IF_POSSIBLE))
        .isInstanceOf(NoSuchFileException.class);
  }

  @Test
  void aClosedDeviceStaysClosed() throws IOException {
    BlockDevice device = FileBlockDevice.open(path);
    device.close();
    assertThatThrownBy(() -> device.read(0, ByteBuffer.allocate(512)))
        .isInstanceOf(ClosedChannelException.class);
  }

  @Test
  void aFileThatShrinksGivesAnErrorNotAHang() throws IOException {
    try (BlockDevice device = FileBlockDevice.open(path)) {
      Files.write(path, new byte[10]);
      assertThatThrownBy(() -> device.read(0, ByteBuffer.allocate(512)))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("only 10 of 512 bytes");
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = DirectMode.class,
      names = {"NEVER", "IF_POSSIBLE"})
  void anInterruptNeitherFailsARequestNorClosesTheImage(DirectMode mode) throws IOException {
    try (BlockDevice device = FileBlockDevice.open(path, Access.READ_WRITE, mode)) {
      Thread.currentThread().interrupt();
      ByteBuffer bytes = ByteBuffer.allocate(512);
      device.read(3 * 512, bytes);
      assertThat(bytes.get(0)).isEqualTo((byte) 3);
      device.write(0, ByteBuffer.allocate(512));
      device.flush();
      assertThat(Thread.interrupted()).as("the flag is kept").isTrue();
      device.read(0, bytes.clear());
      assertThat(bytes.get(0)).isZero();
    }
  }

  @Test
  void interruptsInTheMiddleOfRequestsHurtNobody() throws Exception {
    try (BlockDevice device = FileBlockDevice.open(path, Access.READ_WRITE, DirectMode.NEVER)) {
      AtomicBoolean stop = new AtomicBoolean();
      AtomicReference<Throwable> failure = new AtomicReference<>();
      Thread[] readers = new Thread[2];
      for (int i = 0; i < readers.length; i++) {
        readers[i] = new Thread(() -> readUntil(device, stop, failure), "reader-" + i);
        readers[i].start();
      }
      for (int i = 0; i < 2000; i++) {
        readers[i % 2].interrupt();
        device.read(0, ByteBuffer.allocate(512));
      }
      stop.set(true);
      for (Thread reader : readers) {
        reader.join();
      }
      assertThat(failure.get()).isNull();
    }
  }

  private static void readUntil(
      BlockDevice device, AtomicBoolean stop, AtomicReference<Throwable> failure) {
    ByteBuffer bytes = ByteBuffer.allocate(512);
    try {
      while (!stop.get()) {
        device.read(5 * 512, bytes.clear());
        if (bytes.get(0) != 5) {
          throw new IOException("read " + bytes.get(0));
        }
        Thread.interrupted();
      }
    } catch (IOException | RuntimeException e) {
      failure.set(e);
    }
  }

  @Test
  @Timeout(20)
  void aPipeIsRefusedAndNotWaitedFor() throws Exception {
    Path pipe = directory.resolve("pipe");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();

    for (Access access : Access.values()) {
      assertThatThrownBy(() -> FileBlockDevice.open(pipe, access, DirectMode.IF_POSSIBLE))
          .isInstanceOf(FileSystemException.class)
          .hasMessageContaining("is a pipe, allowed a file or a block device");
    }
  }
}
