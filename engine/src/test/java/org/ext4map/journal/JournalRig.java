package org.ext4map.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import org.ext4map.buffer.BufferCache;
import org.ext4map.buffer.MetaBlock;
import org.ext4map.device.BlockDevice;
import org.ext4map.device.MemoryBlockDevice;
import org.ext4map.device.OverlayBlockDevice;
import org.ext4map.journal.SyntheticLog.Kind;
import org.ext4map.ondisk.Geometry;
import org.ext4map.testkit.CountingDevice;
import org.junit.jupiter.api.BeforeEach;

/**
 * A journal of a small image in memory that commits in the caller's thread, and what became of its
 * blocks.
 */
abstract class JournalRig {
  static final int BLOCK_SIZE = 1024;
  static final long A = SyntheticLog.FIRST_HOME;
  static final long B = A + 1;
  static final int RING = 200;

  final AtomicReference<Instant> now = new AtomicReference<>(Instant.ofEpochSecond(1_700_000_000));
  final List<Runnable> alarms = new ArrayList<>();
  private final CommitTimer timer = (delay, action) -> alarms.add(action);
  CountingDevice device;
  BufferCache cache;
  Jbd2Journal journal;

  JournalRig() throws IOException {
    device = new CountingDevice(image());
    cache = cacheOf(device);
    journal = open(device, cache, Runnable::run);
  }

  static MemoryBlockDevice image() throws IOException {
    return SyntheticLog.cleanImage(Kind.V3, true, SyntheticLog.JOURNAL_BLOCKS - RING);
  }

  static BufferCache cacheOf(BlockDevice device) {
    return new BufferCache(device, BLOCK_SIZE, SyntheticLog.FILE_SYSTEM_BLOCKS, 1 << 20);
  }

  Jbd2Journal open(BlockDevice device, BufferCache cache, Executor executor) throws IOException {
    return open(device, cache, executor, timer);
  }

  Jbd2Journal open(BlockDevice device, BufferCache cache, Executor executor, CommitTimer timer)
      throws IOException {
    JournalOptions options =
        new JournalOptions(executor, now::get, 1 << 20, 1 << 20, Duration.ofSeconds(5), timer);
    Geometry geometry = new Geometry(JournalOf.superblock(device));
    return Jbd2Journal.open(device, geometry, cache, SyntheticLog.journalMap(), options);
  }

  @BeforeEach
  void forgetTheOpening() {
    device.reset();
  }

  void change(JournalHandle handle, long pblk, int value) throws IOException {
    MetaBlock block = cache.read(pblk);
    handle.getWriteAccess(block);
    block.bytes().putInt(0, value);
    handle.markDirty(block);
  }

  long change(long pblk, int value) throws IOException {
    try (JournalHandle handle = journal.start(1)) {
      change(handle, pblk, value);
      return handle.tid();
    }
  }

  static int home(BlockDevice device, long pblk) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(4);
    device.read(pblk * BLOCK_SIZE, bytes);
    return bytes.getInt(0);
  }

  int recovered(long pblk) throws IOException {
    OverlayBlockDevice overlay = new OverlayBlockDevice(device);
    JournalRecovery.open(
            overlay, new Geometry(JournalOf.superblock(overlay)), SyntheticLog.journalMap())
        .replayInto(overlay);
    return home(overlay, pblk);
  }
}
