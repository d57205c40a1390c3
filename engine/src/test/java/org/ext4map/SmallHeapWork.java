package org.ext4map;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.UUID;
import org.ext4map.check.CheckOptions;
import org.ext4map.check.CheckReport;
import org.ext4map.check.Checker;
import org.ext4map.check.Finding;
import org.ext4map.check.Severity;
import org.ext4map.device.BlockDevice;
import org.ext4map.device.FileBlockDevice;
import org.ext4map.format.Mkfs;
import org.ext4map.format.MkfsOptions;
import org.ext4map.model.FallocateMode;

/**
 * What {@link SmallHeapTest} runs in a JVM of its own: a large image, made, filled, changed and
 * judged. Prints what it did, and ends with 1 if anything is not as it was written.
 */
final class SmallHeapWork {
  private static final UUID ID = UUID.fromString("16161616-4455-6677-8899-aabbccddeeff");
  private static final long IMAGE_BYTES = 16L << 30;
  private static final long BIG_BYTES = 8L << 30;
  private static final int BLOCK = 4096;
  private static final int FILES = 6_000;
  private static final int DIRECTORIES = 30;
  private static final int WRITES = 12_000;

  private final Path path;
  private final SplittableRandom random;

  /** The last stamp of each block that was written in the big file. */
  private final Map<Integer, Integer> stamps = new HashMap<>();

  private SmallHeapWork(Path path, long seed) {
    this.path = path;
    this.random = new SplittableRandom(seed);
  }

  public static void main(String[] arguments) throws IOException {
    SmallHeapWork work = new SmallHeapWork(Path.of(arguments[0]), Long.parseLong(arguments[1]));
    work.format();
    try (Ext4Image image =
        Ext4Image.open(work.path, OpenOptions.defaults().view(View.READ_WRITE))) {
      work.makeFiles(image);
      work.changeBigFile(image);
      work.removeFiles(image);
    }
    work.readAgain();
    work.judge();
  }

  private void say(String what) {
    long used = Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    System.out.println(what + " [" + (used >> 20) + " MiB]");
  }

  private void format() throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
      file.setLength(IMAGE_BYTES);
    }
    try (BlockDevice device =
        FileBlockDevice.open(
            path, FileBlockDevice.Access.READ_WRITE, FileBlockDevice.DirectMode.NEVER)) {
      Mkfs.format(device, MkfsOptions.ext4(ID, ID, Instant.ofEpochSecond(1_700_000_000)).build());
    }
    say("made");
  }

  private void makeFiles(Ext4Image image) throws IOException {
    for (int i = 0; i < DIRECTORIES; i++) {
      image.mkdir("/d" + i, 0755);
    }
    for (int i = 0; i < FILES; i++) {
      Ext4File file = image.create(name(i), 0644);
      try (SeekableByteChannel channel = file.openForWriting()) {
        channel.write(ByteBuffer.allocate(1 + i % (3 * BLOCK)));
      }
    }
    say(FILES + " files");
  }

  private static String name(int i) {
    return "/d" + i % DIRECTORIES + "/file-with-a-name-of-some-length-" + i;
  }

  private void changeBigFile(Ext4Image image) throws IOException {
    Ext4File big = image.create("/big", 0644);
    big.fallocate(FallocateMode.ALLOCATE, 0, BIG_BYTES);
    say("8 GiB allocated");
    ByteBuffer block = ByteBuffer.allocate(BLOCK);
    try (SeekableByteChannel channel = big.openForWriting()) {
      for (int i = 1; i <= WRITES; i++) {
        int lblk = random.nextInt((int) (BIG_BYTES / BLOCK));
        stamps.put(lblk, i);
        channel.position((long) lblk * BLOCK);
        channel.write(block.clear().putInt(0, i).putInt(BLOCK - 4, lblk));
      }
    }
    big.fsync();
    say(big.extents().size() + " extents, depth " + big.treeDepth());
    long half = BIG_BYTES / 2;
    big.fallocate(FallocateMode.PUNCH_HOLE, BIG_BYTES / 4, BIG_BYTES / 8);
    big.truncate(half);
    stamps
        .keySet()
        .removeIf(
            lblk -> {
              long at = (long) lblk * BLOCK;
              return at >= half || (at >= BIG_BYTES / 4 && at < BIG_BYTES / 4 + BIG_BYTES / 8);
            });
    say("punched and truncated, " + stamps.size() + " stamps left");
  }

  private void removeFiles(Ext4Image image) throws IOException {
    for (int i = 0; i < FILES; i += 3) {
      image.unlink(name(i));
    }
    say("every third file removed");
  }

  private void readAgain() throws IOException {
    try (Ext4Image image = Ext4Image.open(path)) {
      ByteBuffer block = ByteBuffer.allocate(BLOCK);
      try (SeekableByteChannel channel = image.lookup("/big").open()) {
        for (Map.Entry<Integer, Integer> each : stamps.entrySet()) {
          channel.position((long) each.getKey() * BLOCK);
          block.clear();
          while (block.hasRemaining() && channel.read(block) >= 0) {
            // until the block is full
          }
          if (block.getInt(0) != each.getValue() || block.getInt(BLOCK - 4) != each.getKey()) {
            throw new AssertionError("block " + each + " holds " + block.getInt(0));
          }
        }
      }
      for (int i = 1; i < FILES; i += 3) {
        long size = image.lookup(name(i)).size();
        if (size != 1 + i % (3 * BLOCK)) {
          throw new AssertionError(name(i) + " has " + size + " bytes");
        }
      }
    }
    say("read again");
  }

  private void judge() throws IOException {
    try (BlockDevice device =
        FileBlockDevice.open(
            path, FileBlockDevice.Access.READ_ONLY, FileBlockDevice.DirectMode.NEVER)) {
      CheckReport report = Checker.check(device, CheckOptions.defaults(), this::tell);
      say("verdict " + report.verdict());
    }
  }

  /** A tree that could be narrower is worth knowing, no more. */
  private void tell(Finding finding) {
    if (finding.problem().severity() != Severity.INFO) {
      say("finding: " + finding);
    }
  }
}
