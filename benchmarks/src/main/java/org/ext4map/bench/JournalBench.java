package org.ext4map.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.ext4map.Ext4Image;
import org.ext4map.OpenOptions;
import org.ext4map.buffer.BufferCache;
import org.ext4map.buffer.MetaBlock;
import org.ext4map.device.BlockDevice;
import org.ext4map.device.MemoryBlockDevice;
import org.ext4map.format.Mkfs;
import org.ext4map.format.MkfsOptions;
import org.ext4map.journal.CommitTimer;
import org.ext4map.journal.Jbd2Journal;
import org.ext4map.journal.JournalHandle;
import org.ext4map.journal.JournalOptions;
import org.ext4map.model.Extent;
import org.ext4map.ondisk.Geometry;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The journal alone, on a device in memory: a handle that changes one block which is in the
 * transaction already, and commits of 1k blocks.
 *
 * <p>Goal: a handle at most 250 ns; a committed block at most four times as long as it takes to
 * write it to the device in memory, which copies it once: it is frozen, summed, and copied into the
 * log's batch. Not the goal: a device that makes us wait.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(2)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class JournalBench {
  private static final int BLOCK = BenchImage.BLOCK;
  private static final int BLOCKS = 1 << 10;
  private static final long BYTES = 256L << 20;
  private static final int JOURNAL_BLOCKS = 1 << 14;
  private static final long JOURNAL_INO = 8;
  private static final long TRANSACTION_BYTES = 16L << 20;

  private final MetaBlock[] blocks = new MetaBlock[BLOCKS];
  private Jbd2Journal journal;
  private BlockDevice device;

  /** Makes an image and opens its journal, and nothing else of it, for writing. */
  @Setup
  public void open() throws IOException {
    UUID uuid = new UUID(1, 1);
    device = new MemoryBlockDevice(BYTES);
    MkfsOptions.Builder options = MkfsOptions.ext4(uuid, uuid, Instant.EPOCH);
    Mkfs.format(device, options.blockSize(BLOCK).journalBlocks(JOURNAL_BLOCKS).build());
    Ext4Image image = Ext4Image.open(device, OpenOptions.defaults());
    Geometry geometry = image.geometry();
    List<Extent> map = image.inode(JOURNAL_INO).extents();
    BufferCache cache = new BufferCache(device, BLOCK, geometry.blocksCount(), BYTES);
    JournalOptions journalOptions =
        new JournalOptions(
            Runnable::run,
            () -> Instant.EPOCH,
            TRANSACTION_BYTES,
            TRANSACTION_BYTES,
            Duration.ofSeconds(1),
            CommitTimer.NEVER);
    journal = Jbd2Journal.open(device, geometry, cache, map, journalOptions);
    long first = geometry.blocksCount() - BLOCKS;
    for (int i = 0; i < BLOCKS; i++) {
      blocks[i] = cache.read(first + i);
    }
  }

  private void change(MetaBlock block, JournalHandle handle) throws IOException {
    handle.getWriteAccess(block);
    block.bytes().put(0, (byte) (block.bytes().get(0) + 1));
    handle.markDirty(block);
  }

  /** Start, one change, end. */
  @Benchmark
  public void handle() throws IOException {
    try (JournalHandle handle = journal.start(1)) {
      change(blocks[0], handle);
    }
  }

  /** A transaction of 1k blocks, made and committed; now and then they go home. */
  @Benchmark
  @OperationsPerInvocation(BLOCKS)
  public void commit(Cost cost) throws IOException {
    cost.begin();
    try (JournalHandle handle = journal.start(BLOCKS)) {
      for (MetaBlock block : blocks) {
        change(block, handle);
      }
    }
    journal.forceCommit();
    cost.end(BLOCKS);
  }

  /** The baseline: the same blocks written where they belong. */
  @Benchmark
  @OperationsPerInvocation(BLOCKS)
  public void plainWrite(Cost cost) throws IOException {
    cost.begin();
    for (MetaBlock block : blocks) {
      ByteBuffer bytes = block.bytes();
      device.write(block.pblk() * BLOCK, bytes.duplicate());
    }
    cost.end(BLOCKS);
  }
}
