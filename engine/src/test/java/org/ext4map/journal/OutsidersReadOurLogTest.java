package org.ext4map.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import org.ext4map.buffer.BufferCache;
import org.ext4map.buffer.MetaBlock;
import org.ext4map.device.BlockDevice;
import org.ext4map.device.FileBlockDevice;
import org.ext4map.device.FileBlockDevice.Access;
import org.ext4map.device.FileBlockDevice.DirectMode;
import org.ext4map.images.CommandResult;
import org.ext4map.images.Debugfs;
import org.ext4map.images.E2fsck;
import org.ext4map.images.Judge;
import org.ext4map.images.KernelMount;
import org.ext4map.ondisk.Geometry;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A file's blocks are changed through our journal and the power goes: e2fsck and the kernel must
 * find in our log what we promised.
 */
class OutsidersReadOurLogTest {
  private static final int MAGIC = 0xC03B3998;
  private static final int FILE_BLOCKS = 12;
  private static final int FREED = 7;

  @TempDir Path directory;

  @ParameterizedTest
  @CsvSource({
    "1024, 'metadata_csum,64bit', 1",
    "4096, 'metadata_csum,64bit', 250",
    "4096, '^metadata_csum,64bit', 1",
    "1024, '^metadata_csum,^64bit', 250",
    "4096, 'metadata_csum,^64bit', 1"
  })
  void theyReplayWhatWeWrote(int blockSize, String features, int rounds) throws Exception {
    Judge.E2FSPROGS.missing().ifPresent(Assumptions::abort);
    Path image = makeImage(blockSize, features);
    List<Long> blocks = Debugfs.on(image).blocks("/file");
    assertThat(blocks).hasSize(FILE_BLOCKS);

    byte[] expected = crashAfter(rounds, image, blocks, blockSize);

    assertThat(Debugfs.on(image).bytes("/file"))
        .as("only the log holds the newest bytes")
        .isNotEqualTo(expected);
    Path repaired = copyOf(image);
    CommandResult repair = E2fsck.repair(repaired);
    assertThat(repair.exit()).as(repair.text() + repair.errors()).isLessThan(2);
    assertThat(Debugfs.on(repaired).bytes("/file")).isEqualTo(expected);
    assertClean(repaired);
    replay(image, blockSize);
    assertThat(Debugfs.on(image).bytes("/file")).isEqualTo(expected);
    assertClean(image);
  }

  @ParameterizedTest
  @CsvSource({"4096, 'metadata_csum,64bit', 150", "1024, '^metadata_csum,^64bit', 1"})
  void weAndTheKernelTakeTurns(int blockSize, String features, int rounds) throws Exception {
    Judge.KERNEL.missing().ifPresent(Assumptions::abort);
    Path image = makeImage(blockSize, features);
    List<Long> blocks = Debugfs.on(image).blocks("/file");
    for (int turn = 1; turn <= 2; turn++) {
      byte[] expected = crashAfter(rounds + turn, image, blocks, blockSize);
      try (KernelMount kernel = KernelMount.mount(image, KernelMount.Mode.READ_WRITE)) {
        assertThat(Files.readAllBytes(kernel.host("/file"))).as("turn " + turn).isEqualTo(expected);
        Files.write(kernel.host("/kernel" + turn), expected);
        Files.createDirectories(kernel.host("/dir" + turn));
      }
      assertClean(image);
    }
  }

  private Path makeImage(int blockSize, String features) throws Exception {
    Path image = directory.resolve("image");
    Path content = directory.resolve("content");
    byte[] old = new byte[FILE_BLOCKS * blockSize];
    Arrays.fill(old, (byte) 'o');
    Files.write(content, old);
    run(
        "mke2fs",
        "-q",
        "-F",
        "-t",
        "ext4",
        "-b",
        "" + blockSize,
        "-O",
        features,
        "-N",
        "128",
        image.toString(),
        "24M");
    Debugfs.on(image).change("write " + content + " /file");
    return image;
  }

  private Path copyOf(Path image) throws IOException {
    return Files.copy(image, directory.resolve("copy"));
  }

  /** Answers what the file must hold; the journal is not closed. */
  private static byte[] crashAfter(int rounds, Path image, List<Long> blocks, int blockSize)
      throws IOException {
    byte[] expected = new byte[blocks.size() * blockSize];
    try (BlockDevice device = FileBlockDevice.open(image, Access.READ_WRITE, DirectMode.NEVER)) {
      Geometry geometry = new Geometry(JournalOf.superblock(device));
      BufferCache cache = new BufferCache(device, blockSize, geometry.blocksCount(), 1 << 20);
      Jbd2Journal journal =
          Jbd2Journal.open(
              device,
              geometry,
              cache,
              JournalOf.map(device, blockSize),
              JournalOptions.of(Runnable::run, InstantSource.system(), CommitTimer.NEVER));
      for (int round = 1; round <= rounds; round++) {
        change(journal, cache, blocks, round, expected);
      }
      try (JournalHandle handle = journal.start(1)) {
        handle.forget(cache.read(blocks.get(FREED)));
      }
      journal.forceCommit();
      byte[] data = new byte[blockSize];
      Arrays.fill(data, (byte) 'd');
      device.write(blocks.get(FREED) * blockSize, ByteBuffer.wrap(data));
      List<Long> others = new java.util.ArrayList<>(blocks);
      others.set(FREED, -1L);
      change(journal, cache, others, rounds + 1, expected);
      System.arraycopy(data, 0, expected, FREED * blockSize, blockSize);
    }
    return expected;
  }

  private static void change(
      Journal journal, BufferCache cache, List<Long> blocks, int round, byte[] expected)
      throws IOException {
    long tid;
    try (JournalHandle handle = journal.start(blocks.size())) {
      for (int i = 0; i < blocks.size(); i++) {
        if (blocks.get(i) < 0) {
          continue;
        }
        MetaBlock block = cache.read(blocks.get(i));
        handle.getWriteAccess(block);
        for (int at = 0; at < cache.blockSize(); at += 4) {
          block.bytes().putInt(at, round * 1000 + i);
        }
        if (i % 2 == 0) {
          block.bytes().putInt(0, MAGIC);
        }
        handle.markDirty(block);
        block.bytes().get(0, expected, i * cache.blockSize(), cache.blockSize());
      }
      tid = handle.tid();
    }
    journal.sync(tid);
  }

  private static void replay(Path image, int blockSize) throws IOException {
    try (BlockDevice device = FileBlockDevice.open(image, Access.READ_WRITE, DirectMode.NEVER)) {
      Geometry geometry = new Geometry(JournalOf.superblock(device));
      JournalRecovery recovery =
          JournalRecovery.open(device, geometry, JournalOf.map(device, blockSize));
      recovery.markClean(device, recovery.replayOnto(device));
    }
  }

  private static void assertClean(Path image) throws IOException {
    CommandResult check = E2fsck.check(image);
    assertThat(check.exit()).as(check.text() + check.errors()).isZero();
  }

  private static void run(String... command) throws Exception {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
  }
}
