package org.ext4map.testkit.script;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.ext4map.Ext4Image;
import org.ext4map.OpenOptions;
import org.ext4map.check.CheckOptions;
import org.ext4map.check.CheckReport;
import org.ext4map.check.Checker;
import org.ext4map.device.BlockDevice;
import org.ext4map.device.OverlayBlockDevice;
import org.ext4map.images.CommandResult;
import org.ext4map.images.E2fsck;
import org.ext4map.images.Judge;
import org.ext4map.images.KernelMount;
import org.ext4map.model.CorruptionException;
import org.ext4map.testkit.CowImage;
import org.ext4map.testkit.CrashExplorer;
import org.ext4map.testkit.RecordingDevice;
import org.ext4map.testkit.WritableImages;
import org.ext4map.testkit.script.CrashHistory.Window;

/**
 * Judges what a crash or a fault has left. Every image is recovered by this engine, and checked by
 * the checker of this project; some by e2fsck, and some by the kernel, each on its own copy. What
 * they then find must be what {@link CrashHistory} allows, and the image clean. Not thread-safe.
 */
public final class CrashJudge {
  /** e2fsck repairs one of so many images whose journal has aborted. */
  private static final int ABORTED_EVERY = 4;

  /** The recovery of one in so many is cut short itself. */
  private static final int EVERY_RECOVERY = 100;

  private final CrashHistory history;
  private final CowImage copy;
  private final int everyRepair;
  private final int everyMount;
  private int count;
  private int repairs;
  private int mounts;
  private int aborted;
  private int again;

  /**
   * A judge of images over {@code base}.
   *
   * @param everyRepair e2fsck repairs one of so many images
   * @param everyMount the kernel mounts one of so many
   */
  public CrashJudge(
      CrashHistory history, BlockDevice base, Path scratch, int everyRepair, int everyMount)
      throws IOException {
    this.history = history;
    this.copy = new CowImage(base, scratch.resolve("judged.ext4"));
    this.everyRepair = everyRepair;
    this.everyMount = everyMount;
  }

  /** How many were judged by whom. */
  @Override
  public String toString() {
    return count
        + " images and "
        + again
        + " of cut recoveries, "
        + repairs
        + " repaired by e2fsck, "
        + mounts
        + " mounted, "
        + aborted
        + " aborted";
  }

  /** So many images were judged. */
  public int count() {
    return count + again;
  }

  /**
   * Judges one image, which is recovered meanwhile.
   *
   * @param window what may be found
   * @param how where it comes from
   */
  public void judge(OverlayBlockDevice image, Window window, String how) throws IOException {
    boolean outsiders = count % everyRepair == 0;
    boolean kernel = count % everyMount == everyMount / 2;
    count++;
    String context = how + ", " + window;
    if (outsiders) {
      repair(image, window, context + ", repaired by e2fsck");
    }
    if (kernel && Judge.KERNEL.missing().isEmpty()) {
      mount(image, window, context + ", mounted");
    }
    if (count % EVERY_RECOVERY == EVERY_RECOVERY / 3) {
      interruptRecovery(image, window, context);
    }
    recover(ImageTarget.staysOpen(image), window, context);
    if (outsiders) {
      copy.show(image);
      requireClean(context);
    }
  }

  /**
   * Judges what a failing device has left. A journal that has aborted says so, and then this engine
   * writes to the image no more before e2fsck has seen it.
   */
  public void judgeFault(OverlayBlockDevice image, Window window, String how) throws IOException {
    BlockDevice stays = ImageTarget.staysOpen(image);
    int errno;
    try (Ext4Image seen = Ext4Image.open(stays, OpenOptions.defaults())) {
      errno = seen.recovery().map(outcome -> outcome.replay().errno()).orElse(0);
      require(FoundFiles.in(seen), window, how + ", as it will be");
    }
    if (errno == 0) {
      judge(image, window, how);
      return;
    }
    count++;
    aborted++;
    assertThatThrownBy(() -> Ext4Image.open(stays, WritableImages.forWriting()))
        .isInstanceOf(CorruptionException.class)
        .hasMessageContaining("no errors recorded");
    if (aborted % ABORTED_EVERY != 0) {
      return;
    }
    repair(image, window, how + ", aborted");
    try (Ext4Image repaired = Ext4Image.open(copy.file(), WritableImages.forWriting())) {
      require(FoundFiles.in(repaired), window, how + ", aborted, open again");
    }
    requireClean(how);
  }

  /** Power cuts at every write of the recovery. */
  private void interruptRecovery(OverlayBlockDevice image, Window window, String context)
      throws IOException {
    RecordingDevice recording = new RecordingDevice(image);
    new ImageTarget(recording).close();
    again +=
        new CrashExplorer(recording, 3, 2, false, count)
            .explore(
                state -> {
                  String how = context + ", and again in recovery: " + state.how();
                  recover(ImageTarget.staysOpen(state.image()), window, how);
                });
  }

  /** Recovery by this engine, and what there is then. */
  private void recover(BlockDevice image, Window window, String context) throws IOException {
    try (Ext4Image recovered = Ext4Image.open(image, WritableImages.forWriting())) {
      require(FoundFiles.in(recovered), window, context);
    } catch (IOException | RuntimeException e) {
      throw new AssertionError(context, e);
    }
    requireSound(image, context);
  }

  private void require(FoundFiles found, Window window, String context) {
    assertThat(history.problemOf(found, window)).as(context).isNull();
  }

  private static void requireSound(BlockDevice image, String context) {
    List<String> findings = new ArrayList<>();
    CheckReport report =
        Checker.check(image, CheckOptions.defaults(), finding -> findings.add(finding.toString()));
    assertThat(report.isClean()).as(context + " " + findings).isTrue();
  }

  private void requireClean(String context) throws IOException {
    CommandResult check = E2fsck.check(copy.file());
    assertThat(check.exit()).as(context + "\n" + check.text()).isZero();
  }

  private void repair(OverlayBlockDevice image, Window window, String context) throws IOException {
    repairs++;
    copy.show(image);
    CommandResult repair = E2fsck.repair(copy.file());
    copy.touched();
    assertThat(repair.exit()).as(context + "\n" + repair.text()).isLessThan(2);
    assertThat(repairsIn(repair.text())).as(context).isEmpty();
    try (Ext4Image repaired = Ext4Image.open(copy.file(), OpenOptions.defaults())) {
      require(FoundFiles.in(repaired), window, context);
    }
    requireClean(context);
  }

  /** Replaying and finishing orphans is not repairing, nor are the sums in the superblock. */
  private static List<String> repairsIn(String said) {
    List<String> repairs = new ArrayList<>();
    String problem = "";
    for (String line : said.lines().toList()) {
      if (line.contains("? yes") && !(problem + line).contains("count wrong")) {
        repairs.add(problem + " " + line);
      }
      problem = line.isBlank() ? problem : line;
    }
    return repairs;
  }

  private void mount(OverlayBlockDevice image, Window window, String context) throws IOException {
    mounts++;
    copy.show(image);
    copy.touched();
    try (KernelMount mount = KernelMount.mount(copy.file(), KernelMount.Mode.READ_WRITE)) {
      require(FoundFiles.below(mount.root()), window, context);
    }
    requireClean(context);
  }
}
