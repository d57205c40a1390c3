package org.ext4map;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.ext4map.device.BlockDevice;
import org.ext4map.device.OverlayBlockDevice;
import org.ext4map.testkit.ForwardingDevice;
import org.ext4map.testkit.RecordingDevice;
import org.ext4map.testkit.WritableImages;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Directories of thousands of names, and files that do not go in one transaction. */
class NamesLargeTest {
  private static final long SEED = Long.getLong("names.seed", 20261123);
  private static final int BIG_BYTES = 40 << 20;

  @TempDir Path scratch;

  @ParameterizedTest
  @CsvSource({
    "1024, '-O metadata_csum', 4000, 400",
    "4096, '-O ^metadata_csum', 4000, 60",
    "1024, '-O ^dir_index', 600, 30"
  })
  void aDirectoryOfManyNamesIsWhatASetSays(
      int blockSize, String features, int steps, int leastBlocks) throws IOException {
    List<String> options = new ArrayList<>(List.of("-b", "" + blockSize, "-N", "8000"));
    options.addAll(List.of(features.split(" ")));
    BlockDevice device = WritableImages.make(scratch, 24, options);
    SplittableRandom random = new SplittableRandom(SEED);
    List<String> names = new ArrayList<>();
    long blocks;
    try (Ext4Image image = Ext4Image.open(device, WritableImages.forWriting())) {
      image.mkdir("/many", 0755);
      for (int i = 0; i < steps; i++) {
        step(image, names, random, i);
      }
      blocks = image.lookup("/many").size() / blockSize;
      assertSame(image, names);
    }
    assertThat(blocks).as("blocks of the directory").isGreaterThan(leastBlocks);
    WritableImages.assertClean(device, scratch, features + " seed=" + SEED);
    try (Ext4Image image = Ext4Image.open(device, WritableImages.forWriting())) {
      assertSame(image, names);
      for (String name : names) {
        image.unlink("/many/" + name);
      }
      image.rmdir("/many");
    }
    WritableImages.assertClean(device, scratch, features + " emptied, seed=" + SEED);
  }

  /** Mostly one name more; now and then one goes or gets another name. */
  private static void step(Ext4Image image, List<String> names, SplittableRandom random, int number)
      throws IOException {
    String fresh = number + "-" + "n".repeat(random.nextInt(180));
    int what = names.isEmpty() ? 0 : random.nextInt(10);
    if (what < 7) {
      image.create("/many/" + fresh, 0644);
      names.add(fresh);
      return;
    }
    int place = random.nextInt(names.size());
    String old = names.set(place, names.get(names.size() - 1));
    names.remove(names.size() - 1);
    if (what == 7) {
      image.unlink("/many/" + old);
    } else {
      image.rename("/many/" + old, "/many/" + fresh);
      names.add(fresh);
    }
  }

  private static void assertSame(Ext4Image image, List<String> names) throws IOException {
    Set<String> expected = new HashSet<>(names);
    expected.add(".");
    expected.add("..");
    assertThat(image.lookup("/many").list())
        .as("seed=" + SEED)
        .hasSize(expected.size())
        .allSatisfy(entry -> assertThat(expected).contains(entry.name().toString()));
    for (String name : names) {
      image.lookup("/many/" + name);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"-O ^extents,^64bit", "-O extents"})
  void aBigFileGoesWhereverTheDeletionIsInterrupted(String features) throws IOException {
    List<String> options = new ArrayList<>(List.of("-b", "1024", "-g", "256", "-J", "size=1"));
    options.addAll(List.of(features.split(" ")));
    BlockDevice device = WritableImages.make(scratch, 52, options, "big");
    try (Ext4Image image = Ext4Image.open(device, WritableImages.forWriting())) {
      scatter(image.lookup("/big"));
    }
    RecordingDevice recording = new RecordingDevice(device);
    try (Ext4Image image = Ext4Image.open(recording, WritableImages.forWriting())) {
      image.unlink("/big");
    }
    int interrupted = 0;
    int orphans = 0;
    OverlayBlockDevice durable = new OverlayBlockDevice(device);
    List<RecordingDevice.Write> open = new ArrayList<>();
    for (RecordingDevice.Event event : recording.log()) {
      if (event instanceof RecordingDevice.Write write) {
        open.add(write);
      } else if (event instanceof RecordingDevice.Flush) {
        for (RecordingDevice.Write write : open) {
          durable.write(write.offsetBytes(), ByteBuffer.wrap(write.bytes()));
        }
        open.clear();
        OverlayBlockDevice crashed = new OverlayBlockDevice(durable);
        orphans += recover(crashed, features + " flush " + interrupted) ? 1 : 0;
        interrupted++;
      }
    }
    System.out.println("deletions interrupted: " + interrupted + ", half done: " + orphans);
    assertThat(orphans).as("crashes between two transactions").isPositive();
  }

  /** True if the name was gone and the file was not. */
  private boolean recover(OverlayBlockDevice crashed, String context) throws IOException {
    BlockDevice kept =
        new ForwardingDevice(crashed) {
          @Override
          public void close() {}
        };
    boolean halfDone;
    try (Ext4Image before = Ext4Image.open(kept, OpenOptions.defaults())) {
      halfDone = before.superblock().lastOrphan() != 0;
    }
    boolean there;
    try (Ext4Image image = Ext4Image.open(kept, WritableImages.forWriting())) {
      there = image.lookup("/big").size() == BIG_BYTES;
      assertThat(there).as(context).isTrue();
    } catch (NoSuchFileException gone) {
      there = false;
    }
    assertThat(there && halfDone).as(context).isFalse();
    if (halfDone) {
      WritableImages.assertClean(kept, scratch, context);
    }
    return halfDone;
  }

  /** Writes the file back to front in two strides, so that its blocks lie in no order. */
  private static void scatter(Ext4File file) throws IOException {
    ByteBuffer piece = ByteBuffer.allocate(5 << 10);
    try (SeekableByteChannel channel = file.openForWriting()) {
      for (int stride = 0; stride < 2; stride++) {
        for (long at = (long) BIG_BYTES - piece.capacity(); at >= 0; at -= piece.capacity()) {
          if (at / piece.capacity() % 2 == stride) {
            channel.position(at).write(piece.clear());
          }
        }
      }
    }
    assertThat(file.size()).isEqualTo(BIG_BYTES);
  }
}
