package org.ext4map.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.ext4map.model.BlockRange;
import org.junit.jupiter.api.Test;

class OverlayBlockDeviceTest {
  private static byte at(BlockDevice device, long offset) throws IOException {
    ByteBuffer one = ByteBuffer.allocate(1);
    device.read(offset, one);
    return one.get(0);
  }

  @Test
  void writesStayInTheOverlay() throws IOException {
    MemoryBlockDevice below = MemoryBlockDevice.of(new byte[20_000]);
    OverlayBlockDevice overlay = new OverlayBlockDevice(below);

    overlay.write(4000, ByteBuffer.wrap(new byte[] {7}));
    overlay.write(19_999, ByteBuffer.wrap(new byte[] {9}));

    assertThat(at(overlay, 4000)).isEqualTo((byte) 7);
    assertThat(at(overlay, 19_999)).isEqualTo((byte) 9);
    assertThat(at(below, 4000)).isZero();
    assertThat(at(below, 19_999)).isZero();
    assertThat(overlay.changedRanges())
        .containsExactly(new BlockRange(0, 4096), new BlockRange(16_384, 20_000 - 16_384));
  }

  @Test
  void theOverlayIsBoundedAndSaysSo() throws IOException {
    OverlayBlockDevice overlay = new OverlayBlockDevice(new MemoryBlockDevice(1 << 20), 8192);
    overlay.write(0, ByteBuffer.allocate(8192));
    overlay.write(100, ByteBuffer.allocate(4096));
    assertThatThrownBy(() -> overlay.write(8192, ByteBuffer.allocate(1)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("limit of 8192 changed bytes");
  }

  @Test
  void aSliceMustLieInsideItsDevice() {
    MemoryBlockDevice whole = new MemoryBlockDevice(1000);
    for (long[] part : new long[][] {{-1, 10}, {0, 1001}, {999, 2}, {Long.MAX_VALUE, 1}, {1, -1}}) {
      assertThatThrownBy(() -> new SliceBlockDevice(whole, part[0], part[1]))
          .isInstanceOf(EOFException.class);
    }
  }
}
