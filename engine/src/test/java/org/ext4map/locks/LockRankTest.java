package org.ext4map.locks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LockRankTest {
  private final RankedLock inode12 = inode(12, false);
  private final RankedLock inode14 = inode(14, false);
  private final RankedLock directory20 = inode(20, true);
  private final RankedLock dataSem = new RankedLock(LockRank.DATA_SEM, 12, false);

  private static RankedLock inode(long ino, boolean isDirectory) {
    return new RankedLock(LockRank.INODE, LockRank.inodeOrder(ino, isDirectory), true);
  }

  @AfterEach
  void nothingIsLeft() {
    assertThat(LockRank.noneHeld()).isTrue();
    assertThat(ThreadClass.current()).isEqualTo(ThreadClass.SUBMITTER);
  }

  @Test
  void locksAreTakenFromTheOutsideIn() {
    inode12.writeLock().lock();
    dataSem.readLock().lock();
    assertThat(inode12.isWriteLockedByCurrentThread()).isTrue();
    assertThat(dataSem.isHeldByCurrentThread()).isTrue();
    dataSem.readLock().unlock();
    inode12.writeLock().unlock();
    assertThat(inode12.isHeldByCurrentThread()).isFalse();
  }

  @Test
  void anOuterLockUnderAnInnerOneIsRefused() {
    dataSem.readLock().lock();
    assertThatThrownBy(() -> inode12.readLock().lock())
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("INODE")
        .hasMessageContaining("DATA_SEM 12");
    dataSem.readLock().unlock();
  }

  @Test
  void twoInodesAreTakenByNumber() {
    inode12.writeLock().lock();
    inode14.writeLock().lock();
    inode12.writeLock().unlock();
    assertThatThrownBy(() -> inode12.writeLock().lock()).isInstanceOf(AssertionError.class);
    inode14.writeLock().unlock();
  }

  @Test
  void directoriesComeBeforeOtherInodes() {
    directory20.writeLock().lock();
    inode12.writeLock().lock();
    inode12.writeLock().unlock();
    directory20.writeLock().unlock();
    inode12.readLock().lock();
    assertThatThrownBy(() -> directory20.readLock().lock()).isInstanceOf(AssertionError.class);
    inode12.readLock().unlock();
  }

  @Test
  void whatIsHeldMayBeTakenAgain() {
    inode12.writeLock().lock();
    dataSem.writeLock().lock();
    inode12.writeLock().lock();
    inode12.writeLock().unlock();
    dataSem.writeLock().unlock();
    inode12.writeLock().unlock();
  }

  @Test
  void aReaderDoesNotWaitForItself() {
    inode12.readLock().lock();
    assertThatThrownBy(() -> inode12.writeLock().lock())
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("held shared");
    inode12.readLock().unlock();
  }

  @Test
  void tryingNeverWaitsSoTheOrderDoesNotMatter() {
    dataSem.readLock().lock();
    assertThat(inode12.writeLock().tryLock()).isTrue();
    inode12.writeLock().unlock();
    dataSem.readLock().unlock();
  }

  @Test
  void nobodyWaitsForAHandleUnderDataSem() {
    inode12.readLock().lock();
    assertThat(LockRank.HANDLE.mayWait("starting")).isTrue();
    dataSem.readLock().lock();
    assertThatThrownBy(() -> LockRank.HANDLE.mayWait("starting"))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("starting under INODE");
    dataSem.readLock().unlock();
    inode12.readLock().unlock();
  }

  @Test
  void aWorkerWaitsForDataSemButNotForInodes() {
    ThreadClass before = ThreadClass.WORKER.become();
    try {
      dataSem.writeLock().lock();
      dataSem.writeLock().unlock();
      assertThatThrownBy(() -> inode12.readLock().lock())
          .isInstanceOf(AssertionError.class)
          .hasMessageContaining("WORKER");
      assertThat(inode12.readLock().tryLock()).isTrue();
      inode12.readLock().unlock();
    } finally {
      before.become();
    }
  }

  @Test
  void aCompletionWaitsForNothing() {
    ThreadClass before = ThreadClass.COMPLETION.become();
    try {
      for (RankedLock lock : new RankedLock[] {dataSem, inode12}) {
        assertThatThrownBy(() -> lock.readLock().lock())
            .isInstanceOf(AssertionError.class)
            .hasMessageContaining("COMPLETION");
      }
      assertThatThrownBy(() -> ThreadClass.assertMaySleep("fsync"))
          .isInstanceOf(AssertionError.class)
          .hasMessageStartingWith("fsync may sleep");
    } finally {
      before.become();
    }
  }
}
