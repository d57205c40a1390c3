package org.ext4map.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.apache.commons.io.IOUtils;
import org.ext4map.Ext4Image;
import org.ext4map.OpenOptions;
import org.ext4map.aio.Completions;
import org.ext4map.check.CheckOptions;
import org.ext4map.check.CheckReport;
import org.ext4map.check.Checker;
import org.ext4map.check.Finding;
import org.ext4map.device.BlockDevice;
import org.ext4map.device.FileBlockDevice;
import org.ext4map.images.CommandResult;
import org.ext4map.images.E2fsck;
import org.ext4map.images.Judge;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code kill -9} in the middle of asynchronous and synchronous writes, again and again on the same
 * image: what was acknowledged as durable is there, whoever replays the journal, and the image is
 * clean.
 */
class KilledProcessTest {
  private static final StandardCopyOption REPLACE = StandardCopyOption.REPLACE_EXISTING;
  private static final int IMAGE_BYTES = 24 << 20;
  private static final int MOST_ACKS = 600;
  private static final long PATIENCE_SECONDS = 60;

  /** More than can be in flight. */
  private static final long STAMPS_UNSEEN = 1000;

  @TempDir Path scratch;

  /** For each block the last stamp that was acknowledged. */
  private final long[] durable = new long[DurableWriter.BLOCKS];

  private final long[] synced = new long[DurableWriter.BLOCKS];

  /** Blocks of the synced file that may have been punched since. */
  private final BitSet punched = new BitSet();

  private long lastStamp;
  private long acks;

  @Test
  void whatWasAcknowledgedIsThere() throws Exception {
    killAgainAndAgain(5);
  }

  @Test
  @Tag("slow")
  void whatWasAcknowledgedIsThereFiftyTimes() throws Exception {
    killAgainAndAgain(50);
  }

  private void killAgainAndAgain(int kills) throws Exception {
    Judge.E2FSPROGS.missing().ifPresent(reason -> Assumptions.abort(reason));
    long seed = Long.getLong("ext4map.kill.seed", ThreadLocalRandom.current().nextInt());
    System.out.println("kill -9, seed " + seed);
    SplittableRandom random = new SplittableRandom(seed);
    Path image = scratch.resolve("killed.img");
    Bench.makeImage(image, IMAGE_BYTES, Instant.ofEpochSecond(1_700_000_000));
    for (int kill = 0; kill < kills; kill++) {
      Completions by = kill % 2 == 0 ? Completions.IO_THREAD : Completions.POLLED;
      runAndKill(image, by, random.nextInt(Integer.MAX_VALUE), 1 + random.nextInt(MOST_ACKS));
      Path other = Files.copy(image, scratch.resolve("e2fsck.img"), REPLACE);
      Ext4Image.recover(image, OpenOptions.defaults());
      requireSound(image, "recovered by us, kill " + kill);
      CommandResult replayed = E2fsck.replay(other);
      assertThat(replayed.exit()).as(replayed.toString()).isLessThanOrEqualTo(1);
      Ext4Image.recover(other, OpenOptions.defaults()); // e2fsck leaves the orphans for later
      requireSound(other, "recovered by e2fsck, kill " + kill);
    }
    assertThat(acks).isGreaterThan(kills);
    System.out.println(kills + " kills, " + acks + " acknowledged blocks");
  }

  private void runAndKill(Path image, Completions by, int seed, int wanted) throws Exception {
    Process writer =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-ea",
                    "-XX:TieredStopAtLevel=1",
                    "-cp",
                    System.getProperty("java.class.path"),
                    DurableWriter.class.getName(),
                    image.toString(),
                    Integer.toString(seed),
                    Long.toString(lastStamp),
                    by.name()))
            .redirectError(scratch.resolve("err").toFile())
            .start();
    int seen = 0;
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(writer.getInputStream(), StandardCharsets.US_ASCII))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        take(line);
        if (++seen == wanted) {
          writer.destroyForcibly();
        }
      }
    } catch (IOException closed) {
      assertThat(seen).as(closed.toString()).isGreaterThanOrEqualTo(wanted);
    }
    assertThat(writer.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
    assertThat(seen).as(Files.readString(scratch.resolve("err"))).isGreaterThanOrEqualTo(wanted);
  }

  /** A line that the kill cut short is no promise; whole ones have three words. */
  private void take(String line) {
    String[] words = line.split(" ", -1);
    assertThat(words[0]).as(line).isIn("D", "S", "P");
    if (words.length < 3 || words[2].isEmpty()) {
      return;
    }
    int block = Integer.parseInt(words[1]);
    long number = Long.parseLong(words[2]);
    if (words[0].equals("P")) {
      punched.set(block, block + (int) number);
      return;
    }
    long[] file = words[0].equals("D") ? durable : synced;
    file[block] = Math.max(file[block], number);
    if (file == synced) {
      punched.clear(block);
    }
    lastStamp = Math.max(lastStamp, number + STAMPS_UNSEEN);
    acks++;
  }

  private void requireSound(Path image, String when) throws IOException {
    try (BlockDevice device = FileBlockDevice.open(image)) {
      List<Finding> findings = new ArrayList<>(); // stale totals of the superblock are no error
      CheckReport report = Checker.check(device, CheckOptions.defaults(), findings::add);
      assertThat(report.isClean()).as(when + ": " + findings).isTrue();
    }
    CommandResult verdict = E2fsck.check(image);
    assertThat(verdict.exit()).as(when + ": " + verdict).isZero();
    try (Ext4Image opened = Ext4Image.open(image)) {
      requireContents(opened, DurableWriter.DURABLE, durable, new BitSet(), when);
      requireContents(opened, DurableWriter.SYNCED, synced, punched, when);
    }
  }

  /** Each block holds its last acknowledged stamp, or that of a later write. */
  private static void requireContents(
      Ext4Image image, String path, long[] acknowledged, BitSet punched, String when)
      throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(DurableWriter.BLOCKS * Stress.BLOCK_BYTES);
    try (SeekableByteChannel channel = image.lookup(path).open()) {
      IOUtils.read(channel, bytes);
    }
    assertThat(bytes.hasRemaining()).as(when + ": " + path + " is too short").isFalse();
    for (int block = 0; block < DurableWriter.BLOCKS; block++) {
      long least = acknowledged[block];
      boolean isPunched = punched.get(block);
      int at = block * Stress.BLOCK_BYTES;
      long found =
          Stamp.check(
              bytes,
              at,
              Stress.BLOCK_BYTES,
              at,
              stamp -> stamp >= least || (isPunched && stamp == Stamp.ZEROS));
      assertThat(found)
          .as(when + ": " + path + " block " + block + ", acknowledged " + least)
          .isEqualTo(Stamp.FITTING);
    }
  }
}
