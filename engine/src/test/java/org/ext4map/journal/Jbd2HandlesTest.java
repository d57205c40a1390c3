package org.ext4map.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class Jbd2HandlesTest extends JournalRig {
  Jbd2HandlesTest() throws IOException {}

  @Test
  void aSecondStartJoinsTheOpenHandle() throws IOException {
    try (JournalHandle outer = journal.start(2)) {
      change(outer, A, 1);
      try (JournalHandle inner = journal.start(99)) {
        assertThat(inner).isSameAs(outer);
        change(inner, B, 1);
      }
      assertThat(outer.credits()).isZero();
      change(outer, A, 2);
    }
    journal.forceCommit();
    assertThat(recovered(A)).isEqualTo(2);
    assertThat(recovered(B)).isEqualTo(1);
  }

  @Test
  void creditsAreABound() throws IOException {
    int most = journal.maxCredits();
    assertThat(most).isEqualTo(RING / 4);
    assertThatThrownBy(() -> journal.start(most + 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("allowed 0 … " + most);
    try (JournalHandle handle = journal.start(1)) {
      change(handle, A, 1);
      change(handle, A, 2);
      assertThatThrownBy(() -> change(handle, B, 1))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("credits");
      assertThat(handle.extend(1)).isTrue();
      change(handle, B, 1);
      assertThat(handle.extend(most)).as("no room for so many").isFalse();
    }
  }

  @Test
  void aBlockMustBeAnnouncedBeforeItChanges() throws IOException {
    change(A, 1);
    journal.forceCommit();
    try (JournalHandle handle = journal.start(1)) {
      assertThatThrownBy(() -> handle.markDirty(cache.read(A)))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("without write access");
    }
  }

  @Test
  void aRestartMayFallIntoTheNextTransaction() throws IOException {
    int most = journal.maxCredits();
    try (JournalHandle handle = journal.start(most)) {
      for (int i = 0; i < 24; i++) {
        change(handle, A + i, 5);
      }
      long first = handle.tid();
      handle.restart(most);
      assertThat(handle.tid()).isGreaterThan(first);
      assertThat(handle.credits()).isEqualTo(most);
      change(handle, A, 6);
      assertThat(recovered(A)).as("the first part is committed").isEqualTo(5);
    }
    journal.forceCommit();
    assertThat(recovered(A)).isEqualTo(6);
  }

  @Test
  void aHandleThatHasEndedIsOfNoUseEvenWhileItsThreadHasAnother() throws IOException {
    JournalHandle ended = journal.start(1);
    ended.close();
    assertThatThrownBy(() -> ended.getWriteAccess(cache.read(A)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the handle has ended");
    try (JournalHandle another = journal.start(1)) {
      assertThatThrownBy(() -> change(ended, A, 1)).isInstanceOf(IllegalStateException.class);
      ended.close();
      change(another, A, 2);
    }
    journal.forceCommit();
    assertThat(recovered(A)).isEqualTo(2);
  }

  @Test
  void waitingForACommitUnderAHandleIsRefused() throws IOException {
    try (JournalHandle handle = journal.start(1)) {
      assertThat(handle.credits()).isEqualTo(1);
      assertThatThrownBy(() -> journal.forceCommit()).isInstanceOf(IllegalStateException.class);
    }
  }
}
