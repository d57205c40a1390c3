package org.ext4map.testkit;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.ext4map.device.BlockDevice;
import org.ext4map.device.OverlayBlockDevice;

/**
 * The images that a power cut can leave behind a recording.
 *
 * <p>Crash points are the moments before each flush, at each mark and at the end. What was flushed
 * is on the medium; of the writes since, any subset may be: all subsets of up to {@code exhaustive}
 * writes, beyond that all prefixes, only-one, all-but-one and {@code samples} random subsets; and
 * each write torn at a 512-byte boundary, head or tail only. The 1,024 bytes of the superblock at
 * byte 1024 are never torn.
 */
public final class CrashExplorer {
  private static final int SECTOR_BYTES = 512;
  private static final long SUPERBLOCK_START = 1024;
  private static final long SUPERBLOCK_END = 2048;

  private final BlockDevice base;
  private final List<RecordingDevice.Event> log;
  private final int exhaustive;
  private final int samples;
  private final boolean torn;
  private final SplittableRandom random;

  /** Explores what {@code recording} holds now. */
  public CrashExplorer(
      RecordingDevice recording, int exhaustive, int samples, boolean torn, long seed) {
    this.base = recording.base();
    this.log = recording.log();
    this.exhaustive = exhaustive;
    this.samples = samples;
    this.torn = torn;
    this.random = new SplittableRandom(seed);
  }

  /**
   * One image after a crash.
   *
   * @param image what is on the medium; changes to it stay in it
   * @param point events before this index of the log had happened
   * @param marks the promises that must be kept
   * @param how crash point and chosen writes, for the message of a failure
   */
  public record State(OverlayBlockDevice image, int point, List<String> marks, String how) {}

  /** What is done with a state. */
  @FunctionalInterface
  public interface Visitor {
    void visit(State state) throws IOException;
  }

  /** Visits all states; answers how many there were. */
  public int explore(Visitor visitor) throws IOException {
    int states = 0;
    List<RecordingDevice.Write> durable = new ArrayList<>();
    List<RecordingDevice.Write> open = new ArrayList<>();
    List<String> marks = new ArrayList<>();
    for (int point = 0; point <= log.size(); point++) {
      RecordingDevice.Event event = point < log.size() ? log.get(point) : null;
      boolean crashPoint = !(event instanceof RecordingDevice.Write);
      if (crashPoint) {
        states += exploreAt(point, durable, open, List.copyOf(marks), visitor);
      }
      if (event instanceof RecordingDevice.Write write) {
        open.add(write);
      } else if (event instanceof RecordingDevice.Flush) {
        durable.addAll(open);
        open.clear();
      } else if (event instanceof RecordingDevice.Mark mark) {
        marks.add(mark.what());
      }
    }
    return states;
  }

  private int exploreAt(
      int point,
      List<RecordingDevice.Write> durable,
      List<RecordingDevice.Write> open,
      List<String> marks,
      Visitor visitor)
      throws IOException {
    int states = 0;
    for (Set<Integer> kept : subsets(open.size())) {
      OverlayBlockDevice image = imageOf(durable);
      for (int i : kept.stream().sorted().toList()) {
        apply(image, open.get(i));
      }
      visitor.visit(new State(image, point, marks, "event " + point + ", kept " + kept));
      states++;
    }
    for (int i = 0; torn && i < open.size(); i++) {
      RecordingDevice.Write write = open.get(i);
      if (!mayTear(write)) {
        continue;
      }
      int cut = SECTOR_BYTES * (1 + random.nextInt(write.bytes().length / SECTOR_BYTES - 1));
      for (boolean head : new boolean[] {true, false}) {
        OverlayBlockDevice image = imageOf(durable);
        for (int other = 0; other < i; other++) {
          apply(image, open.get(other));
        }
        int from = head ? 0 : cut;
        int length = head ? cut : write.bytes().length - cut;
        image.write(write.offsetBytes() + from, ByteBuffer.wrap(write.bytes(), from, length));
        String part = head ? " head " : " tail ";
        visitor.visit(
            new State(image, point, marks, "event " + point + ", torn " + i + part + cut));
        states++;
      }
    }
    return states;
  }

  private static boolean mayTear(RecordingDevice.Write write) {
    long end = write.offsetBytes() + write.bytes().length;
    boolean superblock = write.offsetBytes() < SUPERBLOCK_END && end > SUPERBLOCK_START;
    return write.bytes().length >= 2 * SECTOR_BYTES && !superblock;
  }

  private Set<Set<Integer>> subsets(int count) {
    Set<Set<Integer>> subsets = new HashSet<>();
    if (count <= exhaustive) {
      for (int bits = 0; bits < 1 << count; bits++) {
        Set<Integer> subset = new HashSet<>();
        for (int i = 0; i < count; i++) {
          if ((bits >>> i & 1) == 1) {
            subset.add(i);
          }
        }
        subsets.add(subset);
      }
      return subsets;
    }
    for (int i = 0; i <= count; i++) {
      subsets.add(prefix(i));
    }
    for (int i = 0; i < count; i++) {
      subsets.add(Set.of(i));
      Set<Integer> allBut = prefix(count);
      allBut.remove(i);
      subsets.add(allBut);
    }
    for (int sample = 0; sample < samples; sample++) {
      Set<Integer> subset = prefix(count);
      subset.removeIf(i -> random.nextBoolean());
      subsets.add(subset);
    }
    return subsets;
  }

  private static Set<Integer> prefix(int length) {
    Set<Integer> prefix = new HashSet<>();
    for (int i = 0; i < length; i++) {
      prefix.add(i);
    }
    return prefix;
  }

  private OverlayBlockDevice imageOf(List<RecordingDevice.Write> writes) throws IOException {
    OverlayBlockDevice image = new OverlayBlockDevice(base);
    for (RecordingDevice.Write write : writes) {
      apply(image, write);
    }
    return image;
  }

  private static void apply(OverlayBlockDevice image, RecordingDevice.Write write)
      throws IOException {
    image.write(write.offsetBytes(), ByteBuffer.wrap(write.bytes()));
  }
}
