package org.ext4map;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.ext4map.device.BlockDevice;
import org.ext4map.device.MemoryBlockDevice;
import org.ext4map.images.FileTruth;
import org.ext4map.images.Judge;
import org.ext4map.images.KernelMount;
import org.ext4map.model.Extent;
import org.ext4map.model.FallocateMode;
import org.ext4map.model.NoSpaceException;
import org.ext4map.model.ReadOnlyException;
import org.ext4map.model.UnsupportedFeatureException;
import org.ext4map.testkit.WritableImages;
import org.ext4map.testkit.script.FileModel;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an embedder can do to an image that is open for writing, and what is refused. */
class WritingTest {
  @TempDir Path scratch;

  private MemoryBlockDevice image(String... options) throws IOException {
    return WritableImages.make(scratch, 8, List.of(options), "a", "b");
  }

  private static Ext4Image open(BlockDevice device) throws IOException {
    return Ext4Image.open(device, WritableImages.forWriting());
  }

  private static void write(Ext4File file, long position, String text) throws IOException {
    try (SeekableByteChannel channel = file.openForWriting()) {
      channel.position(position).write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
    }
  }

  @Test
  void writingInsideAnUnwrittenExtentSplitsItInThree() throws IOException {
    MemoryBlockDevice device = image("-b", "4096");
    try (Ext4Image image = open(device)) {
      Ext4File file = image.lookup("/a");
      file.fallocate(FallocateMode.ALLOCATE, 0, 8 * 4096);
      write(file, 2 * 4096 + 5, "in the middle");
      assertThat(FileWriteModelTest.map(file)).isEqualTo("0-1:U 2-2:W 3-7:U");
      long first = file.extents().get(0).pblk();
      assertThat(file.extents())
          .extracting(Extent::pblk)
          .containsExactly(first, first + 2, first + 3);
      assertThat(file.size()).isEqualTo(8 * 4096);
    }
    WritableImages.assertClean(device, scratch, "split in three");
  }

  @Test
  void aFileOpenForReadingAloneCannotBeChanged() throws IOException {
    MemoryBlockDevice device = image();
    byte[] before = bytes(device);
    try (Ext4Image image = Ext4Image.open(device, OpenOptions.defaults())) {
      Ext4File file = image.lookup("/a");
      assertThatThrownBy(file::openForWriting).isInstanceOf(ReadOnlyException.class);
      assertThatThrownBy(() -> file.truncate(1)).isInstanceOf(ReadOnlyException.class);
    }
    assertThat(bytes(device)).isEqualTo(before);
  }

  @Test
  void whatCannotBeWrittenIsRefusedByNameBeforeTheFirstWrite() throws IOException {
    MemoryBlockDevice device = image("-O", "quota");
    byte[] before = bytes(device);
    assertThatThrownBy(() -> open(device))
        .isInstanceOf(UnsupportedFeatureException.class)
        .hasMessageContaining("quota");
    assertThat(bytes(device)).isEqualTo(before);
  }

  private static byte[] bytes(BlockDevice device) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate((int) device.sizeBytes());
    device.read(0, bytes);
    return bytes.array();
  }

  @Test
  void aDirectoryAndTheJournalAreNoFilesToWriteTo() throws IOException {
    try (Ext4Image image = open(image())) {
      assertThatThrownBy(() -> image.root().truncate(0)).hasMessageContaining("no regular file");
      assertThatThrownBy(() -> image.inode(8).truncate(0)).hasMessageContaining("file system");
    }
  }

  @Test
  void fallocateInAFileOfBlockPointersIsRefused() throws IOException {
    try (Ext4Image image = open(image("-O", "^extents,^64bit"))) {
      Ext4File file = image.lookup("/a");
      assertThatThrownBy(() -> file.fallocate(FallocateMode.ALLOCATE, 0, 4096))
          .isInstanceOf(UnsupportedFeatureException.class)
          .hasMessageContaining("extent");
    }
  }

  @Test
  void anImageIsFilledToTheLastBlockEmptiedAndFilledAgain() throws IOException {
    MemoryBlockDevice device = image("-b", "1024", "-J", "size=1");
    long most = 0;
    try (Ext4Image image = open(device)) {
      for (int round = 0; round < 3; round++) {
        Ext4File file = image.lookup(round % 2 == 0 ? "/a" : "/b");
        assertThatThrownBy(() -> file.fallocate(FallocateMode.ALLOCATE, 0, 64 << 20))
            .isInstanceOf(NoSpaceException.class);
        if (round > 0) {
          assertThat(file.size()).as("round " + round).isEqualTo(most);
        }
        most = file.size();
        write(file, 12_345, "still writable");
        file.truncate(0);
      }
    }
    assertThat(most).isGreaterThan(4 << 20);
    WritableImages.assertClean(device, scratch, "filled and emptied");
  }

  @Test
  void aWriteThatFindsNoSpaceLeavesNothingBehindTheEnd() throws IOException {
    MemoryBlockDevice device = image("-b", "1024", "-J", "size=1");
    try (Ext4Image image = open(device)) {
      Ext4File full = image.lookup("/a");
      assertThatThrownBy(() -> full.fallocate(FallocateMode.ALLOCATE, 0, 64 << 20))
          .isInstanceOf(NoSpaceException.class);
      Ext4File file = image.lookup("/b");
      assertThatThrownBy(() -> write(file, 0, "no room")).isInstanceOf(NoSpaceException.class);
      assertThat(file.size()).isZero();
      assertThat(file.extents()).isEmpty();
    }
    WritableImages.assertClean(device, scratch, "no room");
  }

  @Test
  void theKernelSeesTheSameBytesAndTheSameMap() throws Exception {
    Judge.KERNEL.missing().ifPresent(Assumptions::abort);
    for (String blockSize : List.of("1024", "4096")) {
      MemoryBlockDevice device = image("-b", blockSize);
      byte[] bytes;
      String map;
      try (Ext4Image image = open(device)) {
        Ext4File file = image.lookup("/a");
        FileModel model = new FileModel(Integer.parseInt(blockSize));
        SplittableRandom random = new SplittableRandom(7);
        for (int i = 0; i < 80; i++) {
          int bs = Integer.parseInt(blockSize);
          FileOperation operation = FileOperation.random(random, 40 * bs, bs, true);
          operation.applyTo(file, model);
          operation.applyTo(model);
        }
        bytes = FileWriteModelTest.bytes(file);
        map = file.mergedExtents().stream().map(Extent::toString).collect(Collectors.joining(" "));
      }
      Path saved = WritableImages.save(device, scratch.resolve("kernel.ext4"));
      try (KernelMount kernel = KernelMount.mountCopy(saved, KernelMount.Mode.AS_IS)) {
        FileTruth truth = kernel.scan("/a");
        byte[] hash = MessageDigest.getInstance("SHA-256").digest(bytes);
        assertThat(truth.sha256()).isEqualTo(HexFormat.of().formatHex(hash));
        assertThat(truth.extents().stream().map(Object::toString).collect(Collectors.joining(" ")))
            .isEqualTo(map);
      }
      Files.delete(saved);
    }
  }
}
