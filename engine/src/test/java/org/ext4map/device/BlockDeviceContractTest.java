package org.ext4map.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.ext4map.device.FileBlockDevice.Access;
import org.ext4map.device.FileBlockDevice.DirectMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What every device promises, asked of every device. */
class BlockDeviceContractTest {
  /** Larger than a chunk, a bounce buffer and a piece of a transfer. */
  private static final int SIZE = 3 << 20;

  private static final long SEED = Long.getLong("ext4map.seed", 20260101);

  @TempDir Path directory;

  enum Kind {
    MEMORY,
    FILE,
    DIRECT_FILE,
    OVERLAY,
    SLICE
  }

  private BlockDevice open(Kind kind, byte[] image) throws IOException {
    return switch (kind) {
      case MEMORY -> MemoryBlockDevice.of(image);
      case FILE -> file(image, DirectMode.NEVER);
      case DIRECT_FILE -> file(image, DirectMode.IF_POSSIBLE);
      case OVERLAY -> new OverlayBlockDevice(MemoryBlockDevice.of(image));
      case SLICE -> {
        byte[] disk = new byte[image.length + 5000];
        System.arraycopy(image, 0, disk, 1234, image.length);
        yield new SliceBlockDevice(MemoryBlockDevice.of(disk), 1234, image.length);
      }
    };
  }

  private BlockDevice file(byte[] image, DirectMode mode) throws IOException {
    Path path = directory.resolve("image");
    Files.write(path, image);
    return FileBlockDevice.open(path, Access.READ_WRITE, mode);
  }

  @ParameterizedTest
  @EnumSource
  void readsAndWritesAgreeWithAnArray(Kind kind) throws IOException {
    SplittableRandom random = new SplittableRandom(SEED);
    byte[] model = new byte[SIZE];
    random.nextBytes(model);
    try (BlockDevice device = open(kind, model)) {
      for (int step = 0; step < 300; step++) {
        int longest = step % 10 == 0 ? SIZE : 9000;
        int length = random.nextInt(1 + Math.min(longest, SIZE));
        int offset = random.nextInt(SIZE - length + 1);
        if (random.nextBoolean()) {
          offset -= offset % 4096;
          length -= length % 4096;
        }
        if (random.nextBoolean()) {
          byte[] bytes = new byte[length];
          random.nextBytes(bytes);
          ByteBuffer source = buffer(random, length).put(bytes).flip();
          device.write(offset, source);
          assertThat(source.hasRemaining()).isFalse();
          System.arraycopy(bytes, 0, model, offset, length);
        } else {
          ByteBuffer target = buffer(random, length);
          device.read(offset, target);
          assertThat(target.position()).isEqualTo(target.limit());
          assertThat(target.flip().mismatch(ByteBuffer.wrap(model, offset, length)))
              .as("seed %d step %d: %d+%d", SEED, step, offset, length)
              .isNegative();
        }
      }
      device.flush();
    }
  }

  private static ByteBuffer buffer(SplittableRandom random, int length) {
    int before = random.nextInt(3);
    ByteBuffer buffer =
        random.nextBoolean()
            ? ByteBuffer.allocate(before + length)
            : ByteBuffer.allocateDirect(before + length);
    return buffer.position(before).slice();
  }

  @ParameterizedTest
  @EnumSource
  void transfersOutsideTheDeviceAreRefused(Kind kind) throws IOException {
    try (BlockDevice device = open(kind, new byte[8192])) {
      assertThat(device.sizeBytes()).isEqualTo(8192);
      for (long offset : new long[] {-1, 8100, 8193, Long.MAX_VALUE - 5, Long.MIN_VALUE}) {
        assertThatThrownBy(() -> device.read(offset, ByteBuffer.allocate(100)))
            .isInstanceOf(EOFException.class)
            .hasMessageContaining(offset + "+100");
        assertThatThrownBy(() -> device.write(offset, ByteBuffer.allocate(100)))
            .isInstanceOf(EOFException.class);
      }
      device.read(8192, ByteBuffer.allocate(0));
    }
  }
}
