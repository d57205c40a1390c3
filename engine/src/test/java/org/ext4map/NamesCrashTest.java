package org.ext4map;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.ext4map.NameOperation.Kind;
import org.ext4map.device.BlockDevice;
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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Power cuts and failing devices while names change: each operation has happened or it has not, and
 * what was synced has. The directory {@code /d} is about to become hashed, {@code /h} about to
 * split a leaf.
 */
class NamesCrashTest {
  private static final long SEED = Long.getLong("ext4map.seed", 20261123);
  private static final int JUDGED_EVERY = 25;

  /** So that leaves split where the script says. */
  private static final String HASH_SEED = "11112233-4455-6677-8899-aabbccddeeff";

  private static final String LONG = "-".repeat(60);

  private static final String SPLITTING = "/h/splits" + "-".repeat(200);

  private static final List<NameOperation> SCRIPT =
      List.of(
          new NameOperation(Kind.CREATE, "/new", ""),
          new NameOperation(Kind.WRITE, "/new", "w".repeat(3000)),
          new NameOperation(Kind.CREATE, "/d/makes-it-hashed" + LONG, ""),
          new NameOperation(Kind.LINK, "/new", SPLITTING),
          new NameOperation(Kind.MKDIR, "/x", ""),
          new NameOperation(Kind.MKDIR, "/x/y", ""),
          new NameOperation(Kind.SYMLINK, "/x/fast", "short"),
          new NameOperation(Kind.SYMLINK, "/x/slow", "t".repeat(200)),
          new NameOperation(Kind.RENAME, "/x/y", "/h/y"),
          new NameOperation(Kind.RENAME, "/x/slow", "/new"),
          new NameOperation(Kind.UNLINK, "/new", ""),
          new NameOperation(Kind.UNLINK, SPLITTING, ""),
          new NameOperation(Kind.MKDIR, "/empty", ""),
          new NameOperation(Kind.RENAME, "/h/y", "/empty"),
          new NameOperation(Kind.RMDIR, "/empty", ""));

  @TempDir Path scratch;

  private BlockDevice base(NameModel model) throws IOException {
    BlockDevice device =
        WritableImages.make(
            scratch, 6, List.of("-b", "1024", "-J", "size=1", "-E", "hash_seed=" + HASH_SEED));
    try (Ext4Image image = Ext4Image.open(device, WritableImages.forWriting())) {
      List<NameOperation> before = new ArrayList<>();
      before.add(new NameOperation(Kind.MKDIR, "/d", ""));
      before.add(new NameOperation(Kind.MKDIR, "/h", ""));
      for (int i = 0; i < 13; i++) {
        before.add(new NameOperation(Kind.CREATE, "/d/" + i + LONG, ""));
      }
      for (int i = 0; i < 24; i++) {
        before.add(new NameOperation(Kind.CREATE, "/h/" + i + LONG, ""));
      }
      for (NameOperation operation : before) {
        operation.applyTo(image);
        operation.applyTo(model);
      }
    }
    return device;
  }

  /** What there is after the first i operations. */
  private static List<List<String>> snapshots(NameModel model) throws IOException {
    List<List<String>> snapshots = new ArrayList<>(List.of(model.lines()));
    for (NameOperation operation : SCRIPT) {
      operation.applyTo(model);
      snapshots.add(model.lines());
    }
    return snapshots;
  }

  /** Runs the script; {@code acknowledged[0]} counts what sync has promised. */
  private static void run(BlockDevice device, int[] acknowledged, Runnable promise)
      throws IOException {
    try (Ext4Image image = Ext4Image.open(device, WritableImages.forWriting())) {
      for (NameOperation operation : SCRIPT) {
        operation.applyTo(image);
        image.sync();
        acknowledged[0]++;
        promise.run();
      }
    }
  }

  /** What was promised is there, and perhaps what was begun then; of contents a part is enough. */
  private static void assertWhole(
      List<String> found, List<List<String>> snapshots, int promised, String context) {
    List<String> before = snapshots.get(promised);
    boolean writing = promised < SCRIPT.size() && SCRIPT.get(promised).kind() == Kind.WRITE;
    if (writing) {
      assertThat(found).as(context).hasSameSizeAs(before);
    } else if (!found.equals(before)) {
      assertThat(promised).as(context).isLessThan(SCRIPT.size());
      assertThat(found).as(context).isEqualTo(snapshots.get(promised + 1));
    }
  }

  @Test
  void theScriptGoesThroughTheShapesOfDirectories() throws IOException {
    NameModel model = new NameModel();
    BlockDevice device = base(model);
    List<List<String>> snapshots = snapshots(model);
    try (Ext4Image image = Ext4Image.open(device, OpenOptions.defaults())) {
      assertThat(image.lookup("/d").size()).isEqualTo(1024);
      assertThat(image.lookup("/h").size()).isEqualTo(3 * 1024);
    }
    RecordingDevice recording = new RecordingDevice(device);
    run(recording, new int[1], () -> {});
    BlockDevice after = new OverlayBlockDevice(device);
    for (RecordingDevice.Event event : recording.log()) {
      if (event instanceof RecordingDevice.Write write) {
        after.write(write.offsetBytes(), ByteBuffer.wrap(write.bytes()));
      }
    }
    try (Ext4Image image = Ext4Image.open(after, OpenOptions.defaults())) {
      assertThat(NamedTree.of(image)).isEqualTo(snapshots.get(SCRIPT.size()));
      assertThat(image.lookup("/d").size()).isEqualTo(3 * 1024);
      assertThat(image.lookup("/h").size()).isEqualTo(4 * 1024);
    }
  }

  @Test
  void everyCrashLeavesWholeOperations() throws IOException {
    NameModel model = new NameModel();
    RecordingDevice device = new RecordingDevice(base(model));
    List<List<String>> snapshots = snapshots(model);
    run(device, new int[1], () -> device.mark("synced"));
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
                    assertWhole(NamedTree.of(image), snapshots, state.marks().size(), context);
                  }
                  if (judge) {
                    judged.show(state.image());
                    assertCleanFile(judged.file(), context);
                  }
                });
    System.out.println("crash states while names change: " + states);
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

  /** The superblock is never torn: devices write its two sectors as one. */
  private static FaultPlan only(long failing, Fault fault) {
    return (op, number, offsetBytes, length) -> {
      boolean superblock = offsetBytes < 2048 && offsetBytes + length > 1024;
      return number != failing ? Fault.NONE : superblock ? Fault.EIO : fault;
    };
  }

  @Test
  void everyFailingRequestLeavesWholeOperations() throws IOException {
    NameModel model = new NameModel();
    BlockDevice base = base(model);
    List<List<String>> snapshots = snapshots(model);
    FaultyDevice counting = new FaultyDevice(new OverlayBlockDevice(base), FaultPlan.none());
    run(counting, new int[1], () -> {});
    long requests = counting.requests();
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
        run(staysOpen(new FaultyDevice(image, only(failing, fault))), promised, () -> {});
      } catch (IOException expected) {
        failed = true;
      }
      assertThat(failed || promised[0] == SCRIPT.size()).as(context).isTrue();
      try (Ext4Image again = Ext4Image.open(staysOpen(image), OpenOptions.defaults())) {
        assertWhole(NamedTree.of(again), snapshots, promised[0], context);
      }
      if (failing % JUDGED_EVERY == 0) {
        repairedByOthers(image, judged, context);
      }
    }
    System.out.println("requests that failed while names change: " + requests);
    assertThat(requests).isGreaterThan(100);
  }

  /** Fails one read of those that come after it was armed. */
  private static final class Armed implements FaultPlan {
    private final int failing;
    private boolean armed;
    private int reads;

    Armed(int failing) {
      this.failing = failing;
    }

    @Override
    public Fault fate(Op op, long number, long offsetBytes, int length) {
      boolean counts = armed && op == Op.READ;
      reads += counts ? 1 : 0;
      return counts && reads == failing ? Fault.EIO : Fault.NONE;
    }
  }

  @Test
  void aBlockThatCannotBeReadOnceStopsOneOperationAlone() throws IOException {
    NameModel model = new NameModel();
    BlockDevice before = base(model);
    List<List<String>> snapshots = snapshots(model);
    int failures = 0;
    int aborted = 0;
    for (int i = 0; i < SCRIPT.size(); i++) {
      boolean more = true;
      for (int failing = 1; more; failing++) {
        OverlayBlockDevice image = new OverlayBlockDevice(before);
        Armed plan = new Armed(failing);
        String context = SCRIPT.get(i) + ", failing read " + failing;
        BlockDevice faulty = staysOpen(new FaultyDevice(image, plan));
        boolean goesOn = runOnceMore(faulty, plan, i, snapshots, context);
        aborted += goesOn ? 0 : 1;
        try (Ext4Image again = Ext4Image.open(staysOpen(image), OpenOptions.defaults())) {
          assertWhole(NamedTree.of(again), snapshots, goesOn ? i + 1 : i, context);
        }
        more = plan.reads >= failing;
        failures += more ? 1 : 0;
        if (goesOn && failures % JUDGED_EVERY == 1) {
          WritableImages.assertClean(image, scratch, context);
        }
      }
      OverlayBlockDevice after = new OverlayBlockDevice(before);
      try (Ext4Image image = Ext4Image.open(staysOpen(after), WritableImages.forWriting())) {
        SCRIPT.get(i).applyTo(image);
      }
      before = after;
    }
    System.out.println(
        "reads that failed while names change: " + failures + ", journal aborted " + aborted);
    assertThat(failures).isGreaterThan(60);
    assertThat(aborted).isLessThan(failures / 4);
  }

  /**
   * Applies operation {@code i}; if it fails it has happened or not, and then it is done again.
   *
   * @return false if the journal has aborted
   */
  private static boolean runOnceMore(
      BlockDevice device, Armed plan, int i, List<List<String>> snapshots, String context)
      throws IOException {
    try (Ext4Image image = Ext4Image.open(device, WritableImages.forWriting())) {
      plan.armed = true;
      try {
        SCRIPT.get(i).applyTo(image);
        plan.armed = false;
      } catch (IOException e) {
        plan.armed = false;
        List<String> found = NamedTree.of(image);
        assertWhole(found, snapshots, i, context + ": " + e);
        if (hasAborted(image)) {
          return false;
        }
        if (!found.equals(snapshots.get(i + 1))) {
          SCRIPT.get(i).applyTo(image);
        }
      }
      return true;
    }
  }

  private static boolean hasAborted(Ext4Image image) {
    try {
      image.sync();
      return false;
    } catch (IOException aborted) {
      return true;
    }
  }
}
