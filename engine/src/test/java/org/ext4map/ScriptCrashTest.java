package org.ext4map;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.ext4map.images.CommandResult;
import org.ext4map.images.E2fsck;
import org.ext4map.testkit.CowImage;
import org.ext4map.testkit.CrashExplorer;
import org.ext4map.testkit.InMemory;
import org.ext4map.testkit.RecordingDevice;
import org.ext4map.testkit.script.CrashHistory;
import org.ext4map.testkit.script.CrashHistory.Window;
import org.ext4map.testkit.script.CrashJudge;
import org.ext4map.testkit.script.CrashScripts;
import org.ext4map.testkit.script.Listing;
import org.ext4map.testkit.script.Operation;
import org.ext4map.testkit.script.Operation.Kind;
import org.ext4map.testkit.script.OperationScript;
import org.ext4map.testkit.script.Outcome;
import org.ext4map.testkit.script.ScriptModel;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Power cuts at every write of scripts that hold every operation: {@link CrashHistory} says what
 * may be found, {@link CrashJudge} who looks. {@code -Dscript.seed=N} runs one generated script
 * alone.
 */
class ScriptCrashTest {
  private static final String PLAIN = "-b 1024 -J size=1";
  private static final List<String> IMAGES =
      List.of(
          PLAIN,
          "-b 1024 -J size=1 -O ^metadata_csum,^64bit",
          "-b 1024 -J size=1 -O orphan_file,metadata_csum_seed",
          "-b 1024 -J size=1 -O ^extents,^64bit",
          "-b 2048 -J size=2 -I 128");

  /** Without a journal e2fsck looks at one state in so many. */
  private static final int MENDED_EVERY = 20;

  @TempDir(factory = InMemory.class)
  Path scratch;

  private static ScriptModel model(String image) {
    int blockSize = image.contains("-b 2048") ? 2048 : 1024;
    return new ScriptModel(blockSize, !image.contains("^extents"));
  }

  private CrashJudge explore(OperationScript script, String image, long seed) throws IOException {
    RecordingDevice device = new RecordingDevice(CrashScripts.dirtyImage(scratch, image));
    CrashHistory history = new CrashHistory(model(image), script);
    history.run(device, () -> device.log().size(), () -> device.mark("durable"));
    return explore(device, history, seed);
  }

  private CrashJudge explore(RecordingDevice device, CrashHistory history, long seed)
      throws IOException {
    CrashJudge judge = new CrashJudge(history, device.base(), scratch, 25, 100);
    new CrashExplorer(device, 5, 8, true, seed)
        .explore(
            state -> {
              int begun = history.begunAt(state.point());
              Window window = new Window(state.marks().size(), 0, begun);
              judge.judge(state.image(), window, "seed " + seed + " " + state.how());
            });
    return judge;
  }

  @Test
  void theScriptHasEveryOperation() {
    Set<Kind> done = EnumSet.noneOf(Kind.class);
    ScriptModel model = model(PLAIN);
    for (Operation operation : CrashScripts.EVERYTHING.operations()) {
      assertThat(model.run(operation)).as(operation.toString()).isEqualTo(Outcome.OK);
      done.add(operation.kind());
    }
    assertThat(done).isEqualTo(EnumSet.allOf(Kind.class));
  }

  @Test
  void whatIsFoundAfterACrashIsWhatWasPromised() throws IOException {
    CrashJudge judge = explore(CrashScripts.EVERYTHING, PLAIN, 1);
    System.out.println("crash states of every operation: " + judge);
    assertThat(judge.count()).isGreaterThan(400);
  }

  @Test
  void soItIsWhateverTheScript() throws IOException {
    generated(1, 10);
  }

  @Tag("slow")
  @Test
  void soItIsWhateverTheScriptForLong() throws IOException {
    generated(100, 200);
  }

  private void generated(long firstSeed, int seeds) throws IOException {
    Long only = Long.getLong("script.seed");
    long end = only == null ? firstSeed + seeds : only + 1;
    int states = 0;
    for (long seed = only == null ? firstSeed : only; seed < end; seed++) {
      String image = IMAGES.get((int) seed % IMAGES.size());
      int blockSize = image.contains("-b 2048") ? 2048 : 1024;
      OperationScript script = CrashScripts.generated(seed, blockSize, !image.contains("^extents"));
      try {
        states += explore(script, image, seed).count();
      } catch (AssertionError failure) {
        throw new AssertionError(image + " -Dscript.seed=" + seed + "\n" + script, failure);
      }
    }
    System.out.println("crash states of " + (end - firstSeed) + " scripts: " + states);
    assertThat(states).isGreaterThan(100);
  }

  /** Nothing more is promised there, but nothing stale may show. */
  @Test
  void withoutAJournalE2fsckMendsWhatIsFound() throws IOException {
    String image = "-b 1024 -O ^has_journal";
    RecordingDevice device = new RecordingDevice(CrashScripts.dirtyImage(scratch, image));
    CrashHistory history = new CrashHistory(model(image), CrashScripts.EVERYTHING);
    history.run(device, () -> device.log().size(), () -> device.mark("durable"));
    CowImage copy = new CowImage(device.base(), scratch.resolve("mended.ext4"));
    int[] count = new int[1];
    new CrashExplorer(device, 2, 1, false, 1)
        .explore(
            state -> {
              if (count[0]++ % MENDED_EVERY == 0) {
                mend(copy, state);
              }
            });
    System.out.println("crash states without a journal: " + count[0] / MENDED_EVERY + " mended");
    assertThat(count[0]).isGreaterThan(300);
  }

  private static void mend(CowImage copy, CrashExplorer.State state) throws IOException {
    copy.show(state.image());
    CommandResult repair = E2fsck.repair(copy.file());
    copy.touched();
    assertThat(repair.exit()).as(state.how() + "\n" + repair.text()).isLessThan(2);
    assertThat(E2fsck.check(copy.file()).exit()).as(state.how()).isZero();
    try (Ext4Image mended = Ext4Image.open(copy.file(), OpenOptions.defaults())) {
      for (Map.Entry<String, Listing.Entry> entry : Listing.of(mended).entries().entrySet()) {
        if (entry.getValue().type().equals("file")) {
          assertThat(Listing.bytes(mended.lookup(entry.getKey())))
              .as(state.how() + " " + entry.getKey())
              .doesNotContain(CrashScripts.STALE);
        }
      }
    }
  }

  /** Canaries: whoever looks must be able to see. */
  @ParameterizedTest
  @ValueSource(strings = {"flush forgotten", "promise too early"})
  void aDefectIsSeen(String defect) throws IOException {
    RecordingDevice device =
        new RecordingDevice(CrashScripts.dirtyImage(scratch, PLAIN)) {
          @Override
          public synchronized void flush() {
            if (!defect.equals("flush forgotten")) {
              super.flush();
            }
          }
        };
    CrashHistory history = new CrashHistory(model(PLAIN), CrashScripts.EVERYTHING);
    int[] promises = new int[1];
    history.run(
        device,
        () -> {
          if (defect.equals("promise too early") && promises[0]++ % 4 == 3) {
            device.mark("not yet durable");
          }
          return device.log().size();
        },
        () -> {
          if (defect.equals("flush forgotten")) {
            device.mark("durable");
          }
        });
    assertThatThrownBy(() -> explore(device, history, 1)).isInstanceOf(AssertionError.class);
  }
}
