package org.ext4map.check;

import java.util.Optional;
import org.ext4map.device.BlockDevice;

/**
 * What to judge and how. Immutable.
 *
 * @param view which state of an image with a dirty journal is judged
 * @param superblock a backup superblock to start from instead of looking for a good one
 * @param externalJournal the device that holds the journal, if the file system has an external one
 * @param memoryLimitBytes the most that the check may keep in memory; images that need more are
 *     refused before the first pass
 */
public record CheckOptions(
    View view,
    Optional<BackupSuperblock> superblock,
    Optional<BlockDevice> externalJournal,
    long memoryLimitBytes) {

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

  private static final long DEFAULT_MEMORY = 512L << 20;

  /** The recovered view, superblock found automatically, 512 MiB. */
  public static CheckOptions defaults() {
    return new CheckOptions(View.RECOVERED, Optional.empty(), Optional.empty(), DEFAULT_MEMORY);
  }

  /** These options with another view. */
  public CheckOptions withView(View other) {
    return new CheckOptions(other, superblock, externalJournal, memoryLimitBytes);
  }

  /** These options with a backup superblock to start from. */
  public CheckOptions withSuperblock(BackupSuperblock other) {
    return new CheckOptions(view, Optional.of(other), externalJournal, memoryLimitBytes);
  }

  /** These options with the device of an external journal. */
  public CheckOptions withExternalJournal(BlockDevice other) {
    return new CheckOptions(view, superblock, Optional.of(other), memoryLimitBytes);
  }

  /** These options with another bound on memory. */
  public CheckOptions withMemoryLimit(long bytes) {
    return new CheckOptions(view, superblock, externalJournal, bytes);
  }
}
