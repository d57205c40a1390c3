package org.ext4map;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.ext4map.FileOperation.Kind;
import org.ext4map.device.BlockDevice;
import org.ext4map.device.MemoryBlockDevice;
import org.ext4map.device.OverlayBlockDevice;
import org.ext4map.images.CommandResult;
import org.ext4map.images.E2fsck;
import org.ext4map.testkit.CowImage;
import org.ext4map.testkit.CrashExplorer;
import org.ext4map.testkit.FaultPlan;
import org.ext4map.testkit.FaultPlan.Fault;
import org.ext4map.testkit.FaultyDevice;
import org.ext4map.testkit.ForwardingDevice;
import org.ext4map.testkit.RecordingDevice;
import org.ext4map.testkit.WritableImages;
import org.ext4map.testkit.script.FileModel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Power cuts and failing devices while one file is changed: what was fsynced is there, nothing else
 * shows through, the image is sound. All free space holds {@link #STALE} first, which no test
 * writes.
 */
class FileCrashTest {
  private static final long SEED = Long.getLong("ext4map.seed", 20260118);
  private static final byte STALE = (byte) 0xEE;
  private static final int JUDGED_EVERY = 20;

  /** Every kind of operation; each is followed by fsync and a mark. */
  private static final List<FileOperation> SCRIPT =
      List.of(
          new FileOperation(Kind.WRITE, 0, 5000, (byte) 1),
          new FileOperation(Kind.WRITE, 9000, 3000, (byte) 10),
          new FileOperation(Kind.ALLOCATE, 14_000, 12_000, (byte) 0),
          new FileOperation(Kind.WRITE, 15_500, 2100, (byte) 20),
          new FileOperation(Kind.PUNCH, 1000, 3500, (byte) 0),
          new FileOperation(Kind.INSERT, 2048, 4096, (byte) 0),
          new FileOperation(Kind.WRITE, 3000, 700, (byte) 30),
          new FileOperation(Kind.ZERO, 12_500, 5000, (byte) 0),
          new FileOperation(Kind.COLLAPSE, 1024, 3072, (byte) 0),
          new FileOperation(Kind.KEEP_SIZE, 30_000, 9000, (byte) 0),
          new FileOperation(Kind.WRITE, 29_000, 4000, (byte) 40),
          new FileOperation(Kind.TRUNCATE, 6500, 1, (byte) 0),
          new FileOperation(Kind.TRUNCATE, 11_000, 1, (byte) 0));

  @TempDir Path scratch;

  private MemoryBlockDevice dirtyImage() throws IOException {
    MemoryBlockDevice device =
        WritableImages.make(
            scratch, 6, List.of("-b", "1024", "-J", "size=1", "-O", "metadata_csum"), "file");
    try (Ext4Image image = Ext4Image.open(device, WritableImages.forWriting())) {
      Ext4File file = image.lookup("/file");
      new FileOperation(Kind.KEEP_SIZE, 0, 3 << 20, (byte) 0).applyTo(file, new FileModel(1024));
      byte[] stale = new byte[1024];
      Arrays.fill(stale, STALE);
      for (var extent : file.extents()) {
        for (int i = 0; i < extent.length(); i++) {
          device.write((extent.pblk() + i) * 1024, ByteBuffer.wrap(stale));
        }
      }
      file.truncate(0);
    }
    return device;
  }

  /** What the file is after the first i operations. */
  private static List<byte[]> snapshots() {
    FileModel model = new FileModel(1024);
    List<byte[]> snapshots = new ArrayList<>(List.of(model.bytes()));
    for (FileOperation operation : SCRIPT) {
      operation.applyTo(model);
      snapshots.add(model.bytes().clone());
    }
    return snapshots;
  }

  /** Runs the script; {@code acknowledged[0]} counts what fsync has promised. */
  private static void run(BlockDevice device, int[] acknowledged, Runnable promise)
      throws IOException {
    try (Ext4Image image = Ext4Image.open(device, WritableImages.forWriting())) {
      Ext4File file = image.lookup("/file");
      FileModel model = new FileModel(1024);
      for (FileOperation operation : SCRIPT) {
        operation.applyTo(file, model);
        operation.applyTo(model);
        file.fsync();
        acknowledged[0]++;
        promise.run();
      }
    }
  }

  /**
   * The file is between what was promised and what was begun: each byte is what it was in one of
   * the two, or zero.
   */
  private static void assertBetween(
      byte[] found, List<byte[]> snapshots, int promised, String context) {
    byte[] before = snapshots.get(promised);
    byte[] after = snapshots.get(Math.min(promised + 1, snapshots.size() - 1));
    int shortest = Math.min(before.length, after.length);
    int longest = Math.max(before.length, after.length);
    assertThat(found.length).as(context + " size").isBetween(shortest, longest);
    for (int i = 0; i < found.length; i++) {
      boolean old = i < before.length && found[i] == before[i];
      boolean fresh = i < after.length && found[i] == after[i];
      assertThat(old || fresh || found[i] == 0)
          .as(context + " byte " + i + "=" + found[i])
          .isTrue();
    }
  }

  @Test
  void everyCrashLeavesASoundImageWithWhatWasPromised() throws IOException {
    RecordingDevice device = new RecordingDevice(dirtyImage());
    run(device, new int[1], () -> device.mark("synced"));
    List<byte[]> snapshots = snapshots();
    CowImage judged = new CowImage(device.base(), scratch.resolve("crash.ext4"));
    int[] count = new int[1];
    int states =
        new CrashExplorer(device, 3, 4, true, SEED)
            .explore(
                state -> {
                  String context = "seed=" + SEED + " " + state.how();
                  boolean judge = count[0]++ % JUDGED_EVERY == 0;
                  if (judge) {
                    repairedByOthers(state.image(), judged, context);
                  }
                  BlockDevice crashed = staysOpen(state.image());
                  try (Ext4Image image = Ext4Image.open(crashed, WritableImages.forWriting())) {
                    byte[] found = FileWriteModelTest.bytes(image.lookup("/file"));
                    assertBetween(found, snapshots, state.marks().size(), context);
                  }
                  if (judge) {
                    judged.show(state.image());
                    assertCleanFile(judged.file(), context);
                  }
                });
    System.out.println("crash states while a file is changed: " + states);
    assertThat(states).isGreaterThan(200);
  }

  /** e2fsck replays our journal by itself. */
  private static void repairedByOthers(OverlayBlockDevice image, CowImage judged, String context)
      throws IOException {
    judged.show(image);
    CommandResult repair = E2fsck.repair(judged.file());
    assertThat(repair.exit()).as(context + "\n" + repair.text()).isLessThan(2);
    assertCleanFile(judged.file(), context);
    judged.touched();
  }

  private static void assertCleanFile(Path file, String context) throws IOException {
    CommandResult check = E2fsck.check(file);
    assertThat(check.exit()).as(context + "\n" + check.text()).isZero();
  }

  /** An overlay forgets when it is closed; what is on it is to be looked at. */
  private static BlockDevice staysOpen(BlockDevice device) {
    return new ForwardingDevice(device) {
      @Override
      public void close() {}
    };
  }

  @Test
  void everyFailingRequestLeavesASoundImageWithWhatWasPromised() throws IOException {
    BlockDevice base = dirtyImage();
    FaultyDevice counting = new FaultyDevice(new OverlayBlockDevice(base), FaultPlan.none());
    run(counting, new int[1], () -> {});
    long requests = counting.requests();
    List<byte[]> snapshots = snapshots();
    CowImage judged = new CowImage(base, scratch.resolve("fault.ext4"));
    SplittableRandom random = new SplittableRandom(SEED);
    Fault[] faults = {Fault.EIO, Fault.SHORT, Fault.TORN};
    for (long failing = 0; failing < requests; failing++) {
      Fault fault = faults[random.nextInt(faults.length)];
      String context = "seed=" + SEED + " " + fault + " at request " + failing;
      OverlayBlockDevice image = new OverlayBlockDevice(base);
      int[] promised = new int[1];
      boolean failed = false;
      try {
        run(staysOpen(new FaultyDevice(image, FaultPlan.only(failing, fault))), promised, () -> {});
      } catch (IOException expected) {
        failed = true;
      }
      assertThat(failed || promised[0] == SCRIPT.size()).as(context).isTrue();
      OpenOptions recovered = OpenOptions.defaults();
      try (Ext4Image again = Ext4Image.open(staysOpen(image), recovered)) {
        byte[] found = FileWriteModelTest.bytes(again.lookup("/file"));
        assertBetween(found, snapshots, promised[0], context);
      }
      if (failing % JUDGED_EVERY == 0) {
        repairedByOthers(image, judged, context);
      }
    }
    System.out.println("requests that failed while a file was changed: " + requests);
    assertThat(requests).isGreaterThan(100);
  }
}
