package org.ext4map.alloc;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.ext4map.buffer.BufferCache;
import org.ext4map.device.MemoryBlockDevice;
import org.ext4map.journal.Journal;
import org.ext4map.journal.JournalHandle;
import org.ext4map.journal.NoJournal;
import org.ext4map.model.BlockRange;
import org.ext4map.testkit.Together;
import org.junit.jupiter.api.Test;

class PendingFreesTest {
  private final MemoryBlockDevice device = new MemoryBlockDevice(1 << 20);
  private final Journal journal = new NoJournal(device, new BufferCache(device, 1024, 1024, 1024));
  private final List<BlockRange> free = new ArrayList<>();
  private final PendingFrees pending =
      new PendingFrees((pblk, count) -> free.add(new BlockRange(pblk, count)));

  @Test
  void withoutAJournalWhatAHandleFreesIsTakenUntilItEndsWhateverOthersDo() throws IOException {
    BlockRange mine = new BlockRange(100, 5);
    BlockRange theirs = new BlockRange(200, 7);
    BlockRange last = new BlockRange(300, 1);
    try (JournalHandle handle = journal.start(1)) {
      pending.add(handle, mine.start(), mine.length());
      Together.meanwhile(
          () -> {
            try (JournalHandle other = journal.start(1)) {
              pending.add(other, theirs.start(), theirs.length());
            }
          });
      assertThat(free).containsExactly(theirs);
      assertThat(pending.blocks()).isEqualTo(5);
      handle.restart(1);
      assertThat(free).containsExactly(theirs, mine);
      pending.add(handle, last.start(), last.length());
      assertThat(pending.blocks()).isEqualTo(1);
    }
    assertThat(free).containsExactly(theirs, mine, last);
  }
}
