package org.ext4map.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.ext4map.Ext4File;
import org.ext4map.Ext4Image;
import org.ext4map.OpenOptions;
import org.ext4map.View;
import org.ext4map.images.GoldenImages;
import org.ext4map.inspect.Difference.Change;
import org.ext4map.inspect.Difference.Range;
import org.ext4map.model.Extent;
import org.ext4map.model.ExtentState;
import org.ext4map.model.FallocateMode;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two images, one changed by this engine: what was done is what is told, and no more. */
class ImageDiffTest {
  private static final String FILE = "/shapes/unwritten-all";
  private static final int BLOCK = 4096;

  @TempDir Path scratch;

  private Path before = Path.of("");
  private Path after = Path.of("");

  @BeforeEach
  void twoImages() throws IOException {
    before = GoldenImages.byName("k4-shapes").unpack(scratch);
    after = Files.copy(before, scratch.resolve("after.img"));
  }

  private interface Work {
    void on(Ext4File file) throws IOException;
  }

  private long change(Work work) throws IOException {
    try (Ext4Image image = Ext4Image.open(after, OpenOptions.defaults().view(View.READ_WRITE))) {
      Ext4File file = image.lookup(FILE);
      work.on(file);
      return file.ino();
    }
  }

  private List<Difference> differences() throws IOException {
    List<Difference> found = new ArrayList<>();
    try (Ext4Image one = Ext4Image.open(before);
        Ext4Image other = Ext4Image.open(after)) {
      Unread unread = ImageDiff.compare(one, other, found::add, Progress.NONE);
      assertThat(unread.count()).as(unread.first()).isZero();
    }
    return found;
  }

  private static List<Range> ranges(List<Difference> differences) {
    return differences.stream().filter(Range.class::isInstance).map(Range.class::cast).toList();
  }

  @Test
  void twoCopiesAreTheSame() throws IOException {
    assertThat(differences()).isEmpty();
  }

  @Test
  void aWriteIntoUnwrittenSpaceConverts() throws IOException {
    long ino =
        change(
            file -> {
              try (SeekableByteChannel channel = file.openForWriting()) {
                channel.position(BLOCK).write(ByteBuffer.allocate(2 * BLOCK));
              }
            });

    List<Difference> found = differences();

    assertThat(ranges(found)).hasSize(1);
    Range range = ranges(found).get(0);
    assertThat(range.ino()).isEqualTo(ino);
    assertThat(range.change()).isEqualTo(Change.CONVERTED);
    assertThat(range.lblk()).isEqualTo(1);
    assertThat(range.length()).isEqualTo(2);
    assertThat(range.stateBefore()).isEqualTo(ExtentState.UNWRITTEN);
    assertThat(range.stateAfter()).isEqualTo(ExtentState.WRITTEN);
    assertThat(fieldsOf(found, ino)).contains("mtime").doesNotContain("sectors", "size");
  }

  private static List<String> fieldsOf(List<Difference> found, long ino) {
    return found.stream()
        .filter(Difference.Field.class::isInstance)
        .map(Difference.Field.class::cast)
        .filter(field -> field.subject() == Difference.Subject.INODE && field.number() == ino)
        .map(Difference.Field::field)
        .toList();
  }

  @Test
  void aPunchFreesAndAnAllocationAllocates() throws IOException {
    List<Extent> map = new ArrayList<>();
    long ino =
        change(
            file -> {
              map.addAll(file.mergedExtents());
              file.fallocate(FallocateMode.PUNCH_HOLE, 0, BLOCK);
              file.fallocate(FallocateMode.KEEP_SIZE, 1000L * BLOCK, 3L * BLOCK);
            });

    List<Range> ranges = ranges(differences());

    assertThat(ranges).extracting(Range::change).containsExactly(Change.FREED, Change.ALLOCATED);
    assertThat(ranges.get(0).pblkBefore()).isEqualTo(map.get(0).pblk());
    assertThat(ranges.get(1).lblk()).isEqualTo(1000);
    assertThat(ranges.get(1).length()).isEqualTo(3);
    assertThat(ranges).allMatch(range -> range.ino() == ino);
  }

  @Test
  void namesAndInodesThatComeAreTold() throws IOException {
    List<Difference> found = new ArrayList<>();
    Path shapes = before;
    Path names = GoldenImages.byName("journal-v3-64").unpack(scratch);
    try (Ext4Image one = Ext4Image.open(names, OpenOptions.defaults().view(View.AS_IS));
        Ext4Image other = Ext4Image.open(names)) {
      ImageDiff.compare(one, other, found::add, Progress.NONE);
      assertThat(shapes).exists();
      assertThat(found).anyMatch(Difference.Name.class::isInstance);
      for (Difference difference : found) {
        if (difference instanceof Difference.Name name && name.after() != 0) {
          assertThat(other.inode(name.directory()).find(name.name()))
              .hasValueSatisfying(entry -> assertThat(entry.ino()).isEqualTo(name.after()));
        }
        if (difference instanceof Difference.Name name && name.before() == 0) {
          assertThat(other.inode(name.after()).record().linksCount()).isPositive();
        }
      }
    }
    assertThat(found)
        .anyMatch(
            difference ->
                difference instanceof Difference.Existence existence && existence.appeared());
  }
}
