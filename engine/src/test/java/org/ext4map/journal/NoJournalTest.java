package org.ext4map.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.ext4map.buffer.BufferCache;
import org.ext4map.buffer.MetaBlock;
import org.ext4map.device.MemoryBlockDevice;
import org.ext4map.journal.SyntheticLog.Kind;
import org.ext4map.model.BlockRange;
import org.ext4map.model.ReadOnlyException;
import org.ext4map.testkit.CountingDevice;
import org.ext4map.testkit.FaultPlan;
import org.ext4map.testkit.FaultyDevice;
import org.ext4map.testkit.Together;
import org.junit.jupiter.api.Test;

class NoJournalTest {
  private static final int BLOCK_SIZE = 1024;

  private final CountingDevice device = new CountingDevice(new MemoryBlockDevice(1 << 20));
  private final BufferCache cache = new BufferCache(device, BLOCK_SIZE, 1024, 1 << 20);
  private final Journal journal = new NoJournal(device, cache);

  private static BlockRange bytesOf(long pblk) {
    return new BlockRange(pblk * BLOCK_SIZE, BLOCK_SIZE);
  }

  @Test
  void aHandleWritesItsNewBlocksBeforeThoseThatReferToThem() throws IOException {
    try (JournalHandle handle = journal.start(3)) {
      MetaBlock parent = cache.read(5);
      handle.getWriteAccess(parent);
      MetaBlock child = handle.create(900);
      child.bytes().putInt(0, 1);
      handle.markDirty(child);
      parent.bytes().putInt(0, 900);
      handle.markDirty(parent);
      assertThat(device.writes()).isEmpty();
    }
    assertThat(device.writes()).containsExactly(bytesOf(900), bytesOf(5));
    assertThat(device.flushes()).isZero();
    journal.sync(0);
    assertThat(device.flushes()).isEqualTo(1);
  }

  @Test
  void freedBlocksAreNotWrittenAndAreFreeAfterTheWriteThatLetsThemGo() throws IOException {
    List<Integer> writesWhenFreed = new ArrayList<>();
    try (JournalHandle outer = journal.start(3);
        JournalHandle inner = journal.start(1)) {
      assertThat(inner).isSameAs(outer);
      MetaBlock gone = cache.read(9);
      inner.getWriteAccess(gone);
      inner.markDirty(gone);
      inner.forget(gone);
      MetaBlock parent = cache.read(5);
      inner.getWriteAccess(parent);
      inner.markDirty(parent);
      inner.onCommit(() -> writesWhenFreed.add(device.writes().size()));
    }
    assertThat(writesWhenFreed).containsExactly(1);
    assertThat(device.writes()).containsExactly(bytesOf(5));
  }

  @Test
  void creditsBindHereToo() throws IOException {
    try (JournalHandle handle = journal.start(1)) {
      handle.getWriteAccess(cache.read(5));
      handle.getWriteAccess(cache.read(5));
      assertThatThrownBy(() -> handle.getWriteAccess(cache.read(6)))
          .isInstanceOf(IllegalStateException.class);
      handle.restart(1);
      handle.getWriteAccess(cache.read(6));
    }
  }

  /** What another thread does under a handle of its own, from start to end. */
  private void meanwhile(Change change) {
    Together.meanwhile(
        () -> {
          try (JournalHandle handle = journal.start(4)) {
            change.under(handle);
          }
        });
  }

  private interface Change {
    void under(JournalHandle handle) throws IOException;
  }

  @Test
  void eachHandleIsATransactionOfItsOwn() throws IOException {
    try (JournalHandle handle = journal.start(1)) {
      long tid = handle.tid();
      meanwhile(other -> assertThat(other.tid()).isNotEqualTo(tid));
      handle.restart(1);
      assertThat(handle.tid()).isGreaterThan(tid);
    }
  }

  @Test
  void aBlockThatOthersFreedIsNotWrittenOverItsNextOwner() throws IOException {
    try (JournalHandle handle = journal.start(1)) {
      MetaBlock block = cache.read(9);
      handle.getWriteAccess(block);
      block.bytes().putInt(0, 1);
      handle.markDirty(block);
      meanwhile(other -> other.forget(cache.read(9)));
      meanwhile(
          other -> {
            MetaBlock again = other.create(9);
            again.bytes().putInt(0, 2);
            other.markDirty(again);
          });
    }
    ByteBuffer home = ByteBuffer.allocate(4);
    device.read(9 * BLOCK_SIZE, home);
    assertThat(home.getInt(0)).isEqualTo(2);
  }

  @Test
  void aFailedWriteEndsAllChanges() throws IOException {
    FaultyDevice failing = new FaultyDevice(device, FaultPlan.only(1, FaultPlan.Fault.EIO));
    BufferCache blocks = new BufferCache(failing, BLOCK_SIZE, 1024, 1 << 20);
    Journal broken = new NoJournal(failing, blocks);
    JournalHandle handle = broken.start(1);
    handle.getWriteAccess(blocks.read(5));
    assertThatThrownBy(handle::close).hasMessageContaining("injected fault");
    assertThatThrownBy(() -> broken.start(1)).isInstanceOf(ReadOnlyException.class);
    assertThatThrownBy(() -> broken.sync(0)).hasMessageContaining("injected fault");
  }

  @Test
  void withoutACrashTheSameWorkloadGivesTheSameImage() throws IOException {
    MemoryBlockDevice image = SyntheticLog.cleanImage(Kind.NONE, false, 1);
    Workload workload = new Workload(image, false, 5, Runnable::run, done -> {});
    workload.run(100);
    workload.journal.close();
    assertThat(workload.judge(image, workload.operations())).isNull();
    ByteBuffer log = ByteBuffer.allocate(BLOCK_SIZE);
    image.read(SyntheticLog.pblkOf(1) * BLOCK_SIZE, log);
    assertThat(log.flip().mismatch(ByteBuffer.allocate(BLOCK_SIZE))).isNegative();
  }
}
