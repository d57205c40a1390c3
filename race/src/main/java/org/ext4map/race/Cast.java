package org.ext4map.race;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.util.Arrays;
import java.util.Map;
import org.ext4map.Ext4File;
import org.ext4map.locks.ThreadClass;
import org.ext4map.model.Extent;
import org.ext4map.race.design.Outcome;
import org.ext4map.race.schedule.Stage;

/**
 * Those who play a story, and what must be true in the end: what was acknowledged can be read, what
 * nobody wrote is as before, and nothing shows that was never the file's.
 */
abstract class Cast {
  private static final byte FIRST_VALUE = 'A';

  private final Ext4File file;
  private final Story story;
  private final Boolean[] reported;
  private final byte[][] read;

  Cast(Ext4File file, Story story) {
    this.file = file;
    this.story = story;
    this.reported = new Boolean[story.asks().size()];
    this.read = new byte[story.asks().size()][];
    Arrays.fill(reported, null);
  }

  final Story story() {
    return story;
  }

  /** Lets all enter who ask for something. */
  abstract void enter(Stage stage);

  /** Says why request {@code number} lost its data; empty if nobody knows. */
  abstract String mishap(int number);

  /** How things stand: for the record. */
  void measure(Map<String, String> after) {
    ThreadClass before = ThreadClass.SUBMITTER.become(); // to look may need a lock
    try {
      after.put("blocks", states());
    } finally {
      before.become();
    }
  }

  private String states() {
    try {
      char[] states = new char[Ground.BLOCKS];
      Arrays.fill(states, 'H');
      for (Extent extent : file.extents()) {
        for (long lblk = extent.lblk(); lblk < extent.end() && lblk < states.length; lblk++) {
          states[(int) lblk] = extent.state().letter();
        }
      }
      return new String(states);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What request {@code number} writes. */
  static byte value(int number) {
    return (byte) (FIRST_VALUE + number - 1);
  }

  static byte[] data(Story.Ask ask, int number) {
    byte[] bytes = new byte[(ask.to() - ask.from()) * Ground.BLOCK];
    if (ask.what() != Story.What.READ) {
      Arrays.fill(bytes, value(number));
    }
    return bytes;
  }

  /** Request {@code number} is over. */
  final void report(int number, boolean succeeded, byte[] bytesRead) {
    if (reported[number - 1] != null) {
      throw new AssertionError("request " + number + " is reported twice");
    }
    reported[number - 1] = succeeded;
    read[number - 1] = bytesRead;
  }

  // ---- judgement -------------------------------------------------------------------------------

  /** What has become of the file, and a sentence about it. */
  final Map.Entry<Outcome, String> judge(Ext4File judged) throws IOException {
    byte[] bytes = contents(judged);
    for (int number = 1; number <= reported.length; number++) {
      Story.Ask ask = story.asks().get(number - 1);
      if (reported[number - 1] == null && ask.what() != Story.What.FAULT) {
        return Map.entry(Outcome.DEADLOCK, "request " + number + " is never reported");
      }
      for (byte each : read[number - 1] == null ? new byte[0] : read[number - 1]) {
        if (each == Ground.STALE) {
          return Map.entry(Outcome.STALE, ask.actor() + " reads what a former owner wrote");
        }
      }
    }
    for (int block = 0; block < Ground.BLOCKS; block++) {
      Map.Entry<Outcome, String> verdict = judge(block, bytes);
      if (verdict.getKey() != Outcome.SURVIVED) {
        return verdict;
      }
    }
    return Map.entry(Outcome.SURVIVED, "every acknowledged byte can be read");
  }

  private Map.Entry<Outcome, String> judge(int block, byte[] bytes) {
    byte found = bytes[block * Ground.BLOCK];
    for (int i = 0; i < Ground.BLOCK; i++) {
      if (bytes[block * Ground.BLOCK + i] != found) {
        throw new AssertionError("block " + block + " is torn at " + i);
      }
    }
    int writer = writer(block);
    byte before = block < Ground.BLOCKS / 2 ? Ground.OLD : 0;
    boolean isAcknowledged = writer > 0 && Boolean.TRUE.equals(reported[writer - 1]);
    byte wanted = isAcknowledged ? value(writer) : before;
    if (found == wanted || (writer > 0 && !isAcknowledged && found == value(writer))) {
      return Map.entry(Outcome.SURVIVED, "");
    }
    if (found == Ground.STALE) {
      return Map.entry(
          Outcome.STALE, "block " + block + " reads as what a former owner of it wrote");
    }
    if (found == 0) {
      return Map.entry(Outcome.LOSS_C, loss(block, writer));
    }
    throw new AssertionError("block " + block + " holds " + found + ", wanted " + wanted);
  }

  private String loss(int block, int writer) {
    String why = mishap(Math.max(writer, 1));
    String what =
        writer > 0
            ? "request " + writer + " was acknowledged, and block " + block + " reads as zeros"
            : "block " + block + " was acknowledged long ago, and reads as zeros";
    return why.isEmpty() ? what : what + ": " + why;
  }

  /** The number of the request that writes this block; 0 if none does. */
  private int writer(int block) {
    for (int i = 0; i < story.asks().size(); i++) {
      Story.Ask ask = story.asks().get(i);
      boolean writes = ask.what() == Story.What.WRITE || ask.what() == Story.What.WRITE_THAT_FAILS;
      if (writes && block >= ask.from() && block < ask.to()) {
        return i + 1;
      }
    }
    return 0;
  }

  private static byte[] contents(Ext4File file) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate((int) file.size());
    try (SeekableByteChannel channel = file.open()) {
      for (int more = 0; more >= 0 && bytes.hasRemaining(); ) {
        more = channel.read(bytes);
      }
    }
    return bytes.array();
  }
}
