package org.ext4map;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Path;
import java.util.List;
import org.ext4map.device.MemoryBlockDevice;
import org.ext4map.model.Extent;
import org.ext4map.model.FallocateMode;
import org.ext4map.testkit.CrashExplorer;
import org.ext4map.testkit.RecordingDevice;
import org.ext4map.testkit.WritableImages;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Ranges collapse and holes come in one transaction, all or nothing after a crash, however much of
 * the running transaction is taken when they begin.
 */
class ShiftCrashTest {
  private static final int BLOCK = 1024;
  private static final int RUNS = 7000;
  private static final int EXTENTS_IN_LEAF = 84;
  private static final long SEED = 7;
  private static final int JUDGED_EVERY = 20;

  @TempDir Path scratch;

  @ParameterizedTest
  @EnumSource(names = {"COLLAPSE_RANGE", "INSERT_RANGE"})
  void aShiftOfManyNodesHasHappenedOrNot(FallocateMode mode) throws IOException {
    MemoryBlockDevice base = image();
    List<Extent> before = map(base);
    List<Extent> after = List.of();
    int states = 0;
    for (int others = 110; others <= 160; others += 25) {
      RecordingDevice device = new RecordingDevice(base);
      try (Ext4Image image = Ext4Image.open(device, WritableImages.forWriting())) {
        changeNodes(image.lookup("/other"), others); // fills the transaction
        image.lookup("/file").fallocate(mode, 4 * BLOCK, 6 * BLOCK);
        after = image.lookup("/file").extents();
      }
      states += explore(device, before, after, mode + " after " + others);
    }
    assertThat(after).isNotEqualTo(before);
    System.out.println("crash states of " + mode + ": " + states);
    assertThat(states).isGreaterThan(1000);
  }

  private static int explore(
      RecordingDevice device, List<Extent> before, List<Extent> after, String context)
      throws IOException {
    int[] met = new int[2];
    return new CrashExplorer(device, 0, 0, false, SEED)
        .explore(
            state -> {
              boolean isFirstAtPoint = met[1] != state.point();
              met[1] = state.point();
              if (met[0]++ % JUDGED_EVERY != 0 && !isFirstAtPoint) {
                return;
              }
              try (Ext4Image image = Ext4Image.open(state.image(), OpenOptions.defaults())) {
                List<Extent> found = image.lookup("/file").extents();
                assertThat(found.equals(before) || found.equals(after))
                    .as(context + ", " + state.how())
                    .isTrue();
              }
            });
  }

  private MemoryBlockDevice image() throws IOException {
    List<String> options = List.of("-b", "1024", "-J", "size=1");
    MemoryBlockDevice device = WritableImages.make(scratch, 48, options, "file", "other");
    try (Ext4Image image = Ext4Image.open(device, WritableImages.forWriting())) {
      scatter(image.lookup("/file"), RUNS);
      scatter(image.lookup("/other"), 2 * RUNS);
    }
    return device;
  }

  /** Extents with a hole behind each, so that none can join another. */
  private static void scatter(Ext4File file, int runs) throws IOException {
    file.fallocate(FallocateMode.ALLOCATE, 0, 2L * runs * BLOCK);
    for (int i = 0; i < runs; i++) {
      file.fallocate(FallocateMode.PUNCH_HOLE, (2L * i + 1) * BLOCK, BLOCK);
    }
  }

  /** Writes into one extent of each leaf. */
  private static void changeNodes(Ext4File file, int count) throws IOException {
    try (SeekableByteChannel channel = file.openForWriting()) {
      for (int i = 0; i < count; i++) {
        channel.position(2L * i * EXTENTS_IN_LEAF * BLOCK).write(ByteBuffer.allocate(1));
      }
    }
  }

  private static List<Extent> map(MemoryBlockDevice device) throws IOException {
    try (Ext4Image image = Ext4Image.open(device, OpenOptions.defaults())) {
      return image.lookup("/file").extents();
    }
  }
}
