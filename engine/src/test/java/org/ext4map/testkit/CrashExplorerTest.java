package org.ext4map.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import org.ext4map.device.BlockDevice;
import org.ext4map.device.MemoryBlockDevice;
import org.ext4map.device.OverlayBlockDevice;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The instruments themselves must be right, or no test that uses them is. */
class CrashExplorerTest {
  private static final int SECTOR = 512;

  private static void put(BlockDevice device, int sector, int value) throws IOException {
    byte[] bytes = new byte[SECTOR];
    bytes[0] = (byte) value;
    device.write((long) sector * SECTOR, ByteBuffer.wrap(bytes));
  }

  private static String firstBytes(BlockDevice device, int sectors) throws IOException {
    StringBuilder text = new StringBuilder();
    ByteBuffer one = ByteBuffer.allocate(1);
    for (int sector = 0; sector < sectors; sector++) {
      device.read((long) sector * SECTOR, one.clear());
      text.append(one.get(0));
    }
    return text.toString();
  }

  @Test
  void unflushedWritesMayBeLostOrKeptInAnyCombinationAndFlushedOnesStay() throws IOException {
    RecordingDevice recording = new RecordingDevice(new MemoryBlockDevice(1 << 16));
    put(recording, 8, 1);
    recording.flush();
    put(recording, 9, 2);
    recording.mark("promise");
    put(recording, 10, 3);

    Set<String> seen = new TreeSet<>();
    new CrashExplorer(recording, 9, 0, true, 1)
        .explore(
            state -> {
              OverlayBlockDevice view = state.image();
              ByteBuffer three = ByteBuffer.allocate(3);
              for (int sector = 8; sector <= 10; sector++) {
                ByteBuffer one = ByteBuffer.allocate(1);
                view.read((long) sector * SECTOR, one);
                three.put(one.get(0));
              }
              seen.add(three.get(0) + "" + three.get(1) + three.get(2) + state.marks());
            });

    assertThat(seen)
        .containsExactlyInAnyOrder(
            "000[]",
            "100[]",
            "120[]",
            "100[promise]",
            "120[promise]",
            "103[promise]",
            "123[promise]");
  }

  @Test
  void aWriteOfSeveralSectorsMayBeTorn() throws IOException {
    RecordingDevice recording = new RecordingDevice(new MemoryBlockDevice(1 << 16));
    ByteBuffer two = ByteBuffer.allocate(2 * SECTOR);
    two.put(0, (byte) 1).put(SECTOR, (byte) 1);
    recording.write(0, two);

    Set<String> seen = new TreeSet<>();
    int states =
        new CrashExplorer(recording, 9, 0, true, 1)
            .explore(state -> seen.add(firstBytes(state.image(), 2)));

    assertThat(seen).containsExactlyInAnyOrder("00", "10", "01", "11");
    assertThat(states).isEqualTo(4);
  }

  @Test
  void faultsHitTheRequestOfThePlanAndNoOther() throws IOException {
    MemoryBlockDevice below = new MemoryBlockDevice(1 << 16);
    FaultyDevice device = new FaultyDevice(below, FaultPlan.only(1, FaultPlan.Fault.SHORT));
    put(device, 0, 1);
    ByteBuffer two = ByteBuffer.allocate(2 * SECTOR);
    two.put(0, (byte) 2).put(SECTOR, (byte) 2);
    assertThatThrownBy(() -> device.write(0, two)).hasMessageContaining("SHORT on WRITE number 1");
    assertThat(firstBytes(device, 2)).isEqualTo("20");
    assertThat(device.injected()).isEqualTo(1);
    assertThat(device.requests()).isEqualTo(4);
  }

  @Test
  void aCowImageShowsOneVariantAfterTheOther(@TempDir Path directory) throws IOException {
    byte[] bytes = new byte[3 << 20];
    bytes[2_000_000] = 5;
    BlockDevice base = MemoryBlockDevice.of(bytes);
    CowImage image = new CowImage(base, directory.resolve("image"));
    for (int variant = 1; variant < 4; variant++) {
      OverlayBlockDevice overlay = new OverlayBlockDevice(base);
      overlay.write(variant * 700_000L, ByteBuffer.wrap(new byte[] {(byte) variant}));
      image.show(overlay);
      byte[] expected = bytes.clone();
      expected[variant * 700_000] = (byte) variant;
      assertThat(Files.readAllBytes(image.file())).isEqualTo(expected);
    }
  }
}
