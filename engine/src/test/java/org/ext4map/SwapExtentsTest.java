package org.ext4map;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import org.ext4map.device.BlockDevice;
import org.ext4map.device.MemoryBlockDevice;
import org.ext4map.images.E2fsck;
import org.ext4map.images.Judge;
import org.ext4map.images.KernelMount;
import org.ext4map.model.Extent;
import org.ext4map.model.FallocateMode;
import org.ext4map.model.ReadOnlyException;
import org.ext4map.model.UnsupportedFeatureException;
import org.ext4map.testkit.CountingDevice;
import org.ext4map.testkit.CowImage;
import org.ext4map.testkit.CrashExplorer;
import org.ext4map.testkit.Programs;
import org.ext4map.testkit.RecordingDevice;
import org.ext4map.testkit.WritableImages;
import org.ext4map.testkit.script.FileModel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Two files exchange blocks: EXT4_IOC_MOVE_EXT. */
class SwapExtentsTest {
  private static final int BLOCK = 1024;
  private static final long SEED = Long.getLong("ext4map.seed", 20261123);

  @TempDir Path scratch;

  private MemoryBlockDevice image(String... options) throws IOException {
    List<String> all = new ArrayList<>(List.of("-b", "" + BLOCK));
    all.addAll(List.of(options));
    return WritableImages.make(scratch, 8, all, "a", "b");
  }

  private static Ext4Image open(BlockDevice device) throws IOException {
    return Ext4Image.open(device, WritableImages.forWriting());
  }

  private static void fill(Ext4File file, int firstBlock, int blocks, int value)
      throws IOException {
    byte[] bytes = new byte[blocks * BLOCK];
    Arrays.fill(bytes, (byte) value);
    write(file, firstBlock * BLOCK, bytes);
  }

  private static void write(Ext4File file, int at, byte[] bytes) throws IOException {
    try (SeekableByteChannel channel = file.openForWriting()) {
      channel.position(at).write(ByteBuffer.wrap(bytes));
    }
  }

  /** What each block holds: its first byte, as long as all are the same. */
  private static String blocks(Ext4File file) throws IOException {
    byte[] bytes = FileWriteModelTest.bytes(file);
    StringBuilder text = new StringBuilder();
    for (int at = 0; at < bytes.length; at += BLOCK) {
      byte[] block = Arrays.copyOfRange(bytes, at, Math.min(bytes.length, at + BLOCK));
      for (byte each : block) {
        assertThat(each).as("block " + at / BLOCK).isEqualTo(block[0]);
      }
      text.append(block[0]);
    }
    return text.toString();
  }

  private static long sectors(Ext4File file) {
    return file.record().sectors();
  }

  @Test
  void blocksAndTheirStatesChangePlaces() throws IOException {
    MemoryBlockDevice device = image();
    try (Ext4Image image = open(device)) {
      Ext4File a = image.lookup("/a");
      Ext4File b = image.lookup("/b");
      fill(a, 0, 6, 1);
      b.fallocate(FallocateMode.ALLOCATE, 0, 9 * BLOCK);
      fill(b, 3, 2, 2);
      long mine = a.extents().get(0).pblk();
      long theirs = b.extents().get(0).pblk();
      a.swapExtents(b, 1, 2, 4);
      assertThat(blocks(a)).isEqualTo("102201");
      assertThat(blocks(b)).isEqualTo("001111000");
      assertThat(a.extents())
          .containsExactly(
              Extent.parse("0-0:W@" + mine),
              Extent.parse("1-1:U@" + (theirs + 2)),
              Extent.parse("2-3:W@" + (theirs + 3)),
              Extent.parse("4-4:U@" + (theirs + 5)),
              Extent.parse("5-5:W@" + (mine + 5)));
      assertThat(b.extents())
          .containsExactly(
              Extent.parse("0-1:U@" + theirs),
              Extent.parse("2-5:W@" + (mine + 1)),
              Extent.parse("6-8:U@" + (theirs + 6)));
      assertThat(sectors(a)).isEqualTo((6 + 1) * 2);
      assertThat(sectors(b)).isEqualTo(9 * 2);
    }
    WritableImages.assertClean(device, scratch, "swapped");
  }

  @Test
  void swappingTwiceIsAsBeforeAndTheTreesShrinkAgain() throws IOException {
    MemoryBlockDevice device = image();
    try (Ext4Image image = open(device)) {
      Ext4File a = image.lookup("/a");
      Ext4File b = image.lookup("/b");
      fill(a, 0, 40, 1);
      fill(b, 0, 40, 2);
      List<Extent> before = a.extents();
      for (int round = 0; round < 2; round++) {
        for (int lblk = 0; lblk < 40; lblk += 2) {
          a.swapExtents(b, lblk, lblk, 1);
        }
        assertThat(blocks(a)).isEqualTo((round == 0 ? "21" : "11").repeat(20));
      }
      assertThat(a.extents()).isEqualTo(before);
      assertThat(a.treeDepth()).isZero();
      assertThat(sectors(a)).isEqualTo(80);
    }
    WritableImages.assertClean(device, scratch, "swapped twice");
  }

  @Test
  void holesStayOppositeToHoles() throws IOException {
    MemoryBlockDevice device = image();
    try (Ext4Image image = open(device)) {
      Ext4File a = image.lookup("/a");
      Ext4File b = image.lookup("/b");
      fill(a, 2, 2, 1);
      fill(b, 4, 2, 2);
      a.swapExtents(b, 0, 2, 4);
      assertThat(blocks(a)).isEqualTo("0022");
      assertThat(blocks(b)).isEqualTo("000011");
      List<Extent> before = a.extents();
      assertThatThrownBy(() -> a.swapExtents(b, 0, 3, 3))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("allowed holes opposite to holes");
      assertThat(a.extents()).isEqualTo(before);
    }
    WritableImages.assertClean(device, scratch, "holes");
  }

  @Test
  void theLastBlockKeepsItsZerosBehindTheEnd() throws IOException {
    try (Ext4Image image = open(image())) {
      Ext4File a = image.lookup("/a");
      Ext4File b = image.lookup("/b");
      write(a, 0, filled(2500, 1));
      write(b, 0, filled(6 * BLOCK, 2));
      assertThatThrownBy(() -> a.swapExtents(b, 2, 2, 1))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("last block used for 452 and 0 bytes");
      b.truncate(3 * BLOCK + 452);
      a.swapExtents(b, 1, 2, 2);
      a.truncate(3 * BLOCK);
      byte[] wanted = Arrays.copyOf(filled(2500, 1), 3 * BLOCK);
      Arrays.fill(wanted, BLOCK, 2500, (byte) 2);
      assertThat(FileWriteModelTest.bytes(a)).isEqualTo(wanted);
    }
  }

  private static byte[] filled(int length, int value) {
    byte[] bytes = new byte[length];
    Arrays.fill(bytes, (byte) value);
    return bytes;
  }

  @ParameterizedTest
  @CsvSource({"-1, 0, 1", "0, -1, 1", "0, 0, 0", "0, 0, 5", "3, 0, 2", "0, 3, 2", "9, 9, 1"})
  void aRangeOutsideIsRefused(long lblk, long donorLblk, long blocks) throws IOException {
    try (Ext4Image image = open(image())) {
      Ext4File a = image.lookup("/a");
      Ext4File b = image.lookup("/b");
      fill(a, 0, 4, 1);
      fill(b, 0, 4, 2);
      assertThatThrownBy(() -> a.swapExtents(b, lblk, donorLblk, blocks))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("allowed >= 1 before 4");
      assertThat(blocks(a)).isEqualTo("1111");
    }
  }

  @Test
  void filesThatMayNotTakePartAreRefusedByName() throws IOException {
    MemoryBlockDevice device = image("-O", "metadata_csum");
    try (Ext4Image image = open(device);
        Ext4Image another = open(image())) {
      Ext4File a = image.lookup("/a");
      fill(a, 0, 4, 1);
      fill(another.lookup("/a"), 0, 4, 1);
      assertThatThrownBy(() -> a.swapExtents(a, 0, 2, 1))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("allowed two files");
      assertThatThrownBy(() -> a.swapExtents(image.inode(a.ino()), 0, 2, 1))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> a.swapExtents(another.lookup("/a"), 0, 0, 1))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("same image");
      assertThatThrownBy(() -> a.swapExtents(image.root(), 0, 0, 1))
          .isInstanceOf(FileSystemException.class)
          .hasMessageContaining("no regular file");
      Ext4File directory = image.mkdir("/d", 0755); // of a higher number than the file
      assertThatThrownBy(() -> a.swapExtents(directory, 0, 0, 1))
          .isInstanceOf(FileSystemException.class)
          .hasMessageContaining("no regular file");
      assertThatThrownBy(() -> directory.swapExtents(a, 0, 0, 1))
          .isInstanceOf(FileSystemException.class)
          .hasMessageContaining("no regular file");
      assertThatThrownBy(() -> a.swapExtents(image.inode(8), 0, 0, 1))
          .isInstanceOf(AccessDeniedException.class)
          .hasMessageContaining("belongs to the file system");
    }
    try (Ext4Image image = Ext4Image.open(device, OpenOptions.defaults())) {
      assertThatThrownBy(() -> image.lookup("/a").swapExtents(image.lookup("/b"), 0, 0, 1))
          .isInstanceOf(ReadOnlyException.class);
    }
  }

  @Test
  void blockPointersAreRefusedByName() throws IOException {
    try (Ext4Image image = open(image("-O", "^extents,^64bit"))) {
      Ext4File a = image.lookup("/a");
      fill(a, 0, 4, 1);
      assertThatThrownBy(() -> a.swapExtents(image.lookup("/b"), 0, 0, 1))
          .isInstanceOf(UnsupportedFeatureException.class)
          .hasMessageContaining("extent");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"chattr +i", "chattr +a", "chmod u+s", "chmod g+s"})
  void whatTheKernelHasMarkedIsRefused(String mark) throws IOException {
    Programs.require(Judge.KERNEL);
    MemoryBlockDevice device = image();
    Path saved = WritableImages.save(device, scratch.resolve("marked.ext4"));
    try (KernelMount kernel = KernelMount.mount(saved, KernelMount.Mode.READ_WRITE)) {
      Files.write(kernel.host("/a"), new byte[4 * BLOCK]);
      Files.write(kernel.host("/b"), new byte[4 * BLOCK]);
      List<String> command = new ArrayList<>(List.of(mark.split(" ")));
      command.add(kernel.host("/b").toString());
      Programs.succeed(command.toArray(String[]::new));
    }
    MemoryBlockDevice marked = MemoryBlockDevice.of(Files.readAllBytes(saved));
    try (Ext4Image image = open(marked)) {
      assertThatThrownBy(() -> image.lookup("/a").swapExtents(image.lookup("/b"), 0, 0, 1))
          .isInstanceOf(AccessDeniedException.class);
    }
  }

  /** {@code -Dext4map.seed=N} for another sequence. */
  @ParameterizedTest
  @ValueSource(
      strings = {"-O metadata_csum,64bit", "-O ^has_journal", "-O ^metadata_csum -J size=1"})
  void randomSwapsAgreeWithAModel(String options) throws IOException {
    MemoryBlockDevice device = image(options.split(" "));
    String context = options + " seed=" + SEED;
    SplittableRandom random = new SplittableRandom(SEED);
    FileModel[] models = {new FileModel(BLOCK), new FileModel(BLOCK)};
    int swaps = 0;
    try (Ext4Image image = open(device)) {
      Ext4File[] files = {image.lookup("/a"), image.lookup("/b")};
      for (int step = 0; step < 900; step++) {
        int one = random.nextInt(2);
        if (step % 3 == 0) {
          FileOperation operation = FileOperation.random(random, 40 * BLOCK, BLOCK, true);
          operation.applyTo(files[one], models[one]);
          operation.applyTo(models[one]);
        } else {
          swaps += swap(files, models, one, random) ? 1 : 0;
        }
        for (int i = 0; i < 2; i++) {
          FileWriteModelTest.assertEqual(files[i], models[i], context + " step " + step);
        }
      }
    }
    assertThat(swaps).as(context).isGreaterThan(60);
    WritableImages.assertClean(device, scratch, context);
  }

  private static boolean swap(
      Ext4File[] files, FileModel[] models, int one, SplittableRandom random) throws IOException {
    int at = random.nextInt(20);
    int otherAt = random.nextBoolean() ? at : random.nextInt(20);
    int blocks = 1 + random.nextInt(8);
    if (models[one].maySwap(models[1 - one], at, otherAt, blocks)) {
      files[one].swapExtents(files[1 - one], at, otherAt, blocks);
      models[one].swap(models[1 - one], at, otherAt, blocks);
      return true;
    }
    assertThatThrownBy(() -> files[one].swapExtents(files[1 - one], at, otherAt, blocks))
        .isInstanceOf(IllegalArgumentException.class);
    return false;
  }

  @Test
  void aSwapOfManyExtentsTakesSeveralTransactions() throws IOException {
    MemoryBlockDevice device =
        WritableImages.make(scratch, 64, List.of("-b", "1024", "-J", "size=1"), "a", "b");
    CountingDevice counting = new CountingDevice(device);
    int count = 24_000;
    try (Ext4Image image = open(counting)) {
      Ext4File a = image.lookup("/a");
      Ext4File b = image.lookup("/b");
      a.fallocate(FallocateMode.ALLOCATE, 0, (long) count * BLOCK);
      b.fallocate(FallocateMode.ALLOCATE, 0, (long) count * BLOCK);
      for (int lblk = 0; lblk < count; lblk += 2) {
        a.swapExtents(b, lblk, lblk, 1);
      }
      List<Extent> mine = a.extents();
      List<Extent> theirs = b.extents();
      assertThat(mine).hasSizeGreaterThan(count - 10);
      long flushes = counting.flushes();
      a.swapExtents(b, 0, 0, count);
      assertThat(counting.flushes() - flushes).as("two for each commit").isGreaterThan(4);
      assertThat(a.extents()).isEqualTo(theirs);
      assertThat(b.extents()).isEqualTo(mine);
    }
    WritableImages.assertClean(device, scratch, "many extents");
  }

  @Test
  void theKernelSeesWhatWasSwapped() throws Exception {
    Programs.require(Judge.KERNEL);
    MemoryBlockDevice device = image();
    byte[] bytes;
    String map;
    try (Ext4Image image = open(device)) {
      Ext4File a = image.lookup("/a");
      Ext4File b = image.lookup("/b");
      scatter(a, b, 60);
      a.swapExtents(b, 3, 3, 50);
      bytes = FileWriteModelTest.bytes(a);
      map = a.mergedExtents().toString();
    }
    Path saved = WritableImages.save(device, scratch.resolve("kernel.ext4"));
    try (KernelMount kernel = KernelMount.mountCopy(saved, KernelMount.Mode.AS_IS)) {
      var truth = kernel.scan("/a");
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(bytes);
      assertThat(truth.sha256()).isEqualTo(HexFormat.of().formatHex(hash));
      assertThat(truth.extents().toString()).isEqualTo(map);
    }
  }

  /** Two files of many extents, block by block in turns; each has its own bytes. */
  private static void scatter(Ext4File a, Ext4File b, int blocks) throws IOException {
    for (int i = 0; i < blocks; i++) {
      fill(a, i, 1, 1 + i % 4);
      fill(b, i, 1, 5 + i % 4);
      if (i % 3 == 0) {
        fill(a, i + 1, 1, 9);
      }
    }
    for (int i = 0; i < blocks; i += 5) {
      a.fallocate(FallocateMode.ZERO_RANGE, (long) i * BLOCK, BLOCK);
    }
  }

  @Test
  void aCrashLeavesEachBlockInOneOfTheTwoFiles() throws IOException {
    MemoryBlockDevice prepared = image("-J", "size=1", "-O", "metadata_csum");
    String before;
    String other;
    try (Ext4Image image = open(prepared)) {
      scatter(image.lookup("/a"), image.lookup("/b"), 30);
      before = blocks(image.lookup("/a"));
      other = blocks(image.lookup("/b"));
    }
    int count = other.length();
    RecordingDevice device = new RecordingDevice(prepared);
    try (Ext4Image image = open(device)) {
      image.lookup("/a").swapExtents(image.lookup("/b"), 0, 0, count);
      device.mark("swapped");
    }
    CowImage judged = new CowImage(device.base(), scratch.resolve("crash.ext4"));
    int[] visited = new int[1];
    int states =
        new CrashExplorer(device, 3, 4, true, SEED)
            .explore(
                state -> {
                  String context = "seed=" + SEED + " " + state.how();
                  boolean promised = !state.marks().isEmpty();
                  try (Ext4Image image = Ext4Image.open(state.image(), OpenOptions.defaults())) {
                    String a = blocks(image.lookup("/a"));
                    String b = blocks(image.lookup("/b"));
                    int swapped = common(a, other);
                    assertThat(promised ? count : swapped).as(context).isEqualTo(swapped);
                    assertThat(swapped).as(context).isIn(0, count);
                    assertThat(a)
                        .as(context)
                        .isEqualTo(other.substring(0, swapped) + before.substring(swapped));
                    assertThat(b)
                        .as(context)
                        .isEqualTo(before.substring(0, swapped) + other.substring(swapped));
                  }
                  if (visited[0]++ % 20 == 0) {
                    judged.show(state.image());
                    assertThat(E2fsck.repair(judged.file()).exit()).as(context).isLessThan(2);
                    assertThat(E2fsck.check(judged.file()).exit()).as(context).isZero();
                    judged.touched();
                  }
                });
    System.out.println("crash states of a swap: " + states);
    assertThat(states).isGreaterThan(50);
  }

  /** Blocks from the first on that are the other's; a and other differ in all. */
  private static int common(String a, String other) {
    int i = 0;
    while (i < other.length() && a.charAt(i) == other.charAt(i)) {
      i++;
    }
    return i;
  }
}
