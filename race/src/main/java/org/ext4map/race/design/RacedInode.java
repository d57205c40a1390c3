package org.ext4map.race.design;

import java.io.IOException;
import org.ext4map.Ext4File;
import org.ext4map.dio.DirectInode;
import org.ext4map.model.ExtentState;
import org.ext4map.model.FallocateMode;
import org.ext4map.model.Mapping;
import org.ext4map.race.schedule.Stage;
import org.ext4map.race.schedule.StageLock;
import org.jspecify.annotations.Nullable;

/**
 * A file of the engine, and beside it what an inode of 2016 had: i_mutex, i_data_sem, P and a flag.
 *
 * <p>i_mutex is the stage's lock with the engine's inode lock inside, i_data_sem the same with the
 * engine's dataSem; the stage's comes first, so nobody ever waits for the engine's.
 */
public final class RacedInode {
  private final Ext4File file;
  private final DirectInode direct;
  private final StageLock mutex;
  private final StageLock dataSem;

  /** P: inode-&gt;i_private. No lock protects it. */
  private volatile @Nullable IoTicket slot;

  /** EXT4_STATE_DIO_UNWRITTEN: a synchronous write has to convert what it wrote. */
  private volatile boolean syncMustConvert;

  /** A file that nobody writes to yet. */
  public RacedInode(Stage stage, Ext4File file, DirectInode direct) {
    this.file = file;
    this.direct = direct;
    this.mutex = stage.lock("i_mutex");
    this.dataSem = stage.lock("i_data_sem");
  }

  DirectInode direct() {
    return direct;
  }

  /** P as it is shown: {@code NULL}, {@code E1}. */
  public String shownSlot() {
    return String.valueOf(slot).replace("null", "NULL");
  }

  @Nullable IoTicket slot() {
    return slot;
  }

  void setSlot(@Nullable IoTicket ticket) {
    slot = ticket;
  }

  boolean takeSyncMustConvert() {
    boolean was = syncMustConvert;
    syncMustConvert = false;
    return was;
  }

  void syncMustConvert() {
    syncMustConvert = true;
  }

  // ---- locks -----------------------------------------------------------------------------------

  void lockMutex(String... touched) {
    mutex.lockExclusively(touched);
    direct.lockExclusively();
  }

  void unlockMutex() {
    direct.unlockExclusively();
    mutex.unlockExclusively();
  }

  StageLock dataSem() {
    return dataSem;
  }

  /** Does {@code action} while the engine's own dataSem is held shared. The file has an extent. */
  void underEnginesDataSem(Runnable action) throws IOException {
    file.forEachExtent(
        extent -> {
          action.run();
          return false;
        });
  }

  // ---- the engine's ----------------------------------------------------------------------------

  /** What is mapped, with no lock held: 1 … len blocks in one state. */
  void lookUp(long lblk, int len, Mapping out) throws IOException {
    file.map(lblk, len, out);
  }

  /** True if all of {@code [from, to)} is written: ext4_overwrite_io. */
  boolean isWritten(long from, long to) throws IOException {
    Mapping found = new Mapping();
    for (long lblk = from; lblk < to; lblk += found.length()) {
      file.map(lblk, (int) (to - lblk), found);
      if (found.state() != ExtentState.WRITTEN) {
        return false;
      }
    }
    return true;
  }

  /**
   * Written blocks become unwritten: convert_initialized_extent. The engine's call for it wants the
   * inode lock, which a page fault would not take.
   */
  void unwrite(long from, long to, int blockSize) throws IOException {
    mutex.lockExclusively("tree");
    try {
      file.fallocate(FallocateMode.ZERO_RANGE, from * blockSize, (to - from) * blockSize);
    } finally {
      mutex.unlockExclusively();
    }
  }
}
