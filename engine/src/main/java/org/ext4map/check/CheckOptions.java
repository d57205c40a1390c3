package org.ext4map.check;

import java.util.Optional;
import java.util.concurrent.Executor;
import org.ext4map.device.BlockDevice;

/**
 * What to judge and how. Immutable.
 *
 * @param view which state of an image with a dirty journal is judged
 * @param superblock a backup superblock to start from instead of looking for a good one
 * @param externalJournal the device that holds the journal, if the file system has an external one
 * @param memoryLimitBytes the most that the check may keep in memory; images that need more are
 *     refused before the first pass
 * @param workers who helps the calling thread
 */
public record CheckOptions(
    View view,
    Optional<BackupSuperblock> superblock,
    Optional<BlockDevice> externalJournal,
    long memoryLimitBytes,
    Workers workers) {

  /** Which state of the image is judged. Neither writes. */
  public enum View {
    /** As the image will be after journal recovery and orphan processing. */
    RECOVERED,
    /** As the bytes stand, the log not looked at. */
    AS_IS
  }

  /**
   * Where a backup superblock stands.
   *
   * @param block its block number
   * @param blockSize the size of a block in bytes
   */
  public record BackupSuperblock(long block, int blockSize) {}

  /**
   * Who helps the thread that checks. The findings and their order do not depend on it.
   *
   * @param executor runs tasks that never wait; the calling thread does what it does not begin
   * @param pieces how many pieces of work, each with buffers of some 200 KiB, there are at the same
   *     time: one, or two for each thread
   * @param glances inodes and directories at which nothing is unusual are not judged rule by rule;
   *     without, the check takes several times as long and finds the same
   */
  public record Workers(Executor executor, int pieces, boolean glances) {
    /** Nobody. */
    public static final Workers NONE = new Workers(new Caller(), 1, true);

    /** The thread that hands out the work does it itself. */
    private static final class Caller implements Executor {
      @Override
      public void execute(Runnable work) {
        work.run();
      }
    }

    /** Refuses what cannot be. */
    public Workers {
      if (pieces < 1) {
        throw new IllegalArgumentException("pieces=" + pieces + ", allowed >= 1");
      }
    }
  }

  private static final long DEFAULT_MEMORY = 512L << 20;

  /** The recovered view, superblock found automatically, 512 MiB. */
  public static CheckOptions defaults() {
    return new CheckOptions(
        View.RECOVERED, Optional.empty(), Optional.empty(), DEFAULT_MEMORY, Workers.NONE);
  }

  /** These options with another view. */
  public CheckOptions withView(View other) {
    return new CheckOptions(other, superblock, externalJournal, memoryLimitBytes, workers);
  }

  /** These options with a backup superblock to start from. */
  public CheckOptions withSuperblock(BackupSuperblock other) {
    return new CheckOptions(view, Optional.of(other), externalJournal, memoryLimitBytes, workers);
  }

  /** These options with the device of an external journal. */
  public CheckOptions withExternalJournal(BlockDevice other) {
    return new CheckOptions(view, superblock, Optional.of(other), memoryLimitBytes, workers);
  }

  /** These options with another bound on memory. */
  public CheckOptions withMemoryLimit(long bytes) {
    return new CheckOptions(view, superblock, externalJournal, bytes, workers);
  }

  /** These options with others who help. */
  public CheckOptions withWorkers(Workers others) {
    return new CheckOptions(view, superblock, externalJournal, memoryLimitBytes, others);
  }
}
