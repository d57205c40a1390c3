package org.ext4map.bench;

import java.io.IOException;
import java.time.Instant;
import java.util.SplittableRandom;
import java.util.UUID;
import org.ext4map.Ext4File;
import org.ext4map.Ext4Image;
import org.ext4map.OpenOptions;
import org.ext4map.View;
import org.ext4map.device.MemoryBlockDevice;
import org.ext4map.dio.DirectChange;
import org.ext4map.dio.DirectInode;
import org.ext4map.dio.DirectVolume;
import org.ext4map.format.Mkfs;
import org.ext4map.format.MkfsOptions;
import org.ext4map.journal.CommitTimer;
import org.ext4map.model.FallocateMode;
import org.ext4map.ondisk.Feature;

/**
 * A file system in memory with one file, which changes. Who asks for a commit makes it, so that the
 * time of a bench holds all the work.
 */
final class BenchImage {
  /** Bytes in a block. */
  static final int BLOCK = 4096;

  /** Blocks of the file where a bench does not say otherwise. */
  static final int BLOCKS = 1 << 16;

  private static final long SEED = 20160203;
  private static final long BYTES = 4L << 30;
  private static final int JOURNAL_BLOCKS = 8192;

  private final Ext4Image image;
  private final Ext4File file;
  private final DirectInode direct;

  private BenchImage(Ext4Image image) throws IOException {
    this.image = image;
    this.file = image.create("/file", 0600);
    this.direct = file.openDirect();
  }

  /** An empty file in a file system of 4 GiB, of which only metadata takes memory. */
  static BenchImage make(boolean journal) throws IOException {
    return make(journal, BYTES);
  }

  static BenchImage make(boolean journal, long bytes) throws IOException {
    return new BenchImage(open(formatted(journal, bytes)));
  }

  /** An empty file system in memory. */
  static MemoryBlockDevice formatted(boolean journal, long bytes) throws IOException {
    UUID uuid = new UUID(SEED, SEED);
    MkfsOptions.Builder options =
        MkfsOptions.ext4(uuid, uuid, Instant.ofEpochSecond(SEED)).reservedPercent(0);
    MemoryBlockDevice device = new MemoryBlockDevice(bytes);
    Mkfs.format(
        device,
        journal
            ? options.blockSize(BLOCK).journalBlocks(JOURNAL_BLOCKS).build()
            : options.blockSize(BLOCK).without(Feature.HAS_JOURNAL).build());
    return device;
  }

  /** Opens it; who asks for a commit makes it. */
  static Ext4Image open(MemoryBlockDevice device) throws IOException {
    return Ext4Image.open(
        device,
        OpenOptions.defaults()
            .view(View.READ_WRITE)
            .executor(Runnable::run)
            .timer(CommitTimer.NEVER));
  }

  Ext4File file() {
    return file;
  }

  /** Another file, empty. */
  Ext4File create(String path) throws IOException {
    return image.create(path, 0600);
  }

  /** Blocks that nobody has. */
  long freeBlocks() throws IOException {
    long free = 0;
    for (long group = 0; group < image.geometry().groupCount(); group++) {
      free += image.group(group).freeClusters();
    }
    return free;
  }

  /** The file, for conversions. */
  DirectInode direct() {
    return direct;
  }

  /** The image, for a front end. */
  DirectVolume volume() {
    return image.direct();
  }

  /** Makes the changes of the file durable. */
  void commit() throws IOException {
    image.direct().sync(direct.syncTid());
  }

  /** Makes the file unwritten space of {@code blocks} blocks, as few extents as it can be. */
  void makeUnwritten(int blocks) throws IOException {
    file.truncate(0);
    file.fallocate(FallocateMode.ALLOCATE, 0, (long) blocks * BLOCK);
    commit();
  }

  /** Makes the file {@code blocks} written blocks. */
  void makeWritten(int blocks) throws IOException {
    makeUnwritten(blocks);
    try (DirectChange change = direct.startChange()) {
      change.convert(0, blocks);
    }
    commit();
  }

  /** Makes the file a hole of {@code blocks} blocks. */
  void makeHole(int blocks) throws IOException {
    file.truncate(0);
    file.truncate((long) blocks * BLOCK);
    commit();
  }

  /** Gives one block of the file space, or takes it. */
  void change(FallocateMode mode, int lblk) throws IOException {
    file.fallocate(mode, (long) lblk * BLOCK, BLOCK);
  }

  /** Every {@code step}th block before {@code blocks}, from {@code first} on, in random order. */
  static int[] shuffled(int first, int step, int blocks) {
    int[] order = inOrder(first, step, blocks);
    SplittableRandom random = new SplittableRandom(SEED);
    for (int i = order.length - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int other = order[j];
      order[j] = order[i];
      order[i] = other;
    }
    return order;
  }

  /** The same, ascending. */
  static int[] inOrder(int first, int step, int blocks) {
    int[] order = new int[(blocks - first + step - 1) / step];
    for (int i = 0; i < order.length; i++) {
      order[i] = first + i * step;
    }
    return order;
  }
}
