package org.ext4map.check;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.ext4map.device.BlockDevice;
import org.ext4map.device.MemoryBlockDevice;
import org.ext4map.testkit.ForwardingDevice;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Reading ahead must change nothing but the number of requests. */
class BlockWindowTest {
  private static final int BLOCK_SIZE = 1024;
  private static final int BLOCKS = 200;
  private static final long UNREADABLE = 150;

  private int requests;
  private BlockWindow window;

  @BeforeEach
  void eachBlockHoldsItsNumber() throws IOException {
    BlockDevice memory = new MemoryBlockDevice(BLOCKS * BLOCK_SIZE);
    for (int pblk = 0; pblk < BLOCKS; pblk++) {
      memory.write((long) pblk * BLOCK_SIZE, ByteBuffer.allocate(BLOCK_SIZE).putInt(0, pblk));
    }
    window = new BlockWindow(new ImageBlocks(new FailingDevice(memory), BLOCK_SIZE));
  }

  @Test
  void followersCostNoRequestOfTheirOwn() throws IOException {
    for (int i = 0; i < 20; i++) {
      assertThat(numberIn(10 + i, 19 - i)).isEqualTo(10 + i);
    }
    assertThat(requests).isOne();
  }

  @Test
  void blocksInAnyOrderAreThemselves() throws IOException {
    int[] order = {5, 4, 100, 7, 6, 6, 0};
    for (int pblk : order) {
      assertThat(numberIn(pblk, 3)).isEqualTo(pblk);
    }
  }

  @Test
  void whatFollowsBehindTheEndOfTheDeviceIsNotMissed() throws IOException {
    assertThat(numberIn(BLOCKS - 2, 30)).isEqualTo(BLOCKS - 2);
    assertThat(window.read(BLOCKS, 0)).isNull();
  }

  @Test
  void anUnreadableFollowerDoesNotHideTheBlockBeforeIt() throws IOException {
    assertThat(numberIn((int) UNREADABLE - 1, 5)).isEqualTo((int) UNREADABLE - 1);
    assertThatThrownBy(() -> window.read(UNREADABLE, 4)).isInstanceOf(IOException.class);
    assertThat(numberIn((int) UNREADABLE + 1, 3)).isEqualTo((int) UNREADABLE + 1);
  }

  private int numberIn(int pblk, int following) throws IOException {
    ByteBuffer block = requireNonNull(window.read(pblk, following));
    assertThat(block.remaining()).isEqualTo(BLOCK_SIZE);
    return block.getInt(0);
  }

  /** One block of it cannot be read. */
  private final class FailingDevice extends ForwardingDevice {
    FailingDevice(BlockDevice inner) {
      super(inner);
    }

    @Override
    public void read(long offsetBytes, ByteBuffer target) throws IOException {
      requests++;
      long bad = UNREADABLE * BLOCK_SIZE;
      if (offsetBytes < bad + BLOCK_SIZE && bad < offsetBytes + target.remaining()) {
        throw new IOException("unreadable");
      }
      super.read(offsetBytes, target);
    }
  }
}
