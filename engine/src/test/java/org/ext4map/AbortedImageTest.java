package org.ext4map;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.ext4map.device.BlockDevice;
import org.ext4map.device.MemoryBlockDevice;
import org.ext4map.images.E2fsck;
import org.ext4map.model.CorruptionException;
import org.ext4map.ondisk.Superblock;
import org.ext4map.testkit.FaultPlan;
import org.ext4map.testkit.FaultyDevice;
import org.ext4map.testkit.WritableImages;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an image tells its next user after the journal has aborted: ext4_clear_journal_err. */
class AbortedImageTest {
  @TempDir Path scratch;

  /** An image whose device failed while a commit was made. */
  private MemoryBlockDevice aborted() throws IOException {
    MemoryBlockDevice image =
        WritableImages.make(scratch, 8, List.of("-b", "1024", "-J", "size=1"), "file");
    AtomicBoolean broken = new AtomicBoolean();
    BlockDevice failing =
        new FaultyDevice(
            image,
            (op, number, offset, length) ->
                broken.get() && op == FaultPlan.Op.FLUSH
                    ? FaultPlan.Fault.EIO
                    : FaultPlan.Fault.NONE);
    try (Ext4Image open = Ext4Image.open(failing, WritableImages.forWriting())) {
      open.create("/new", 0644);
      broken.set(true);
      assertThatThrownBy(open::sync).hasMessageContaining("aborted");
    }
    return image;
  }

  private static boolean hasErrors(BlockDevice image) throws IOException {
    try (Ext4Image open = Ext4Image.open(image, OpenOptions.defaults())) {
      assertThat(open.recovery().orElseThrow().replay().errno()).as("s_errno").isZero();
      return (open.superblock().state() & Superblock.STATE_ERRORS) != 0;
    }
  }

  @Test
  void writingIsRefusedUntilACheckAndTheErrorStandsInTheSuperblock() throws IOException {
    MemoryBlockDevice image = aborted();
    for (int again = 0; again < 2; again++) {
      assertThatThrownBy(() -> Ext4Image.open(image, WritableImages.forWriting()))
          .isInstanceOf(CorruptionException.class)
          .hasMessageContaining("s_state")
          .hasMessageContaining("e2fsck");
      assertThat(hasErrors(image)).isTrue();
    }
    Path saved = WritableImages.save(image, scratch.resolve("aborted.ext4"));
    assertThat(E2fsck.repair(saved).exit()).isLessThan(2);
    MemoryBlockDevice checked = MemoryBlockDevice.of(Files.readAllBytes(saved));
    try (Ext4Image open = Ext4Image.open(checked, WritableImages.forWriting())) {
      open.create("/after", 0644);
    }
    WritableImages.assertClean(checked, scratch, "after a check");
  }

  @Test
  void replayAloneRecordsTheErrorToo() throws IOException {
    MemoryBlockDevice image = aborted();
    OpenOptions replay = OpenOptions.defaults().view(View.REPLAY);
    try (Ext4Image open = Ext4Image.open(image, replay)) {
      assertThat(open.recovery().orElseThrow().replay().errno()).isEqualTo(-5);
    }
    assertThat(hasErrors(image)).isTrue();
  }
}
