package org.ext4map.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.ext4map.check.CheckOptions.View;
import org.ext4map.images.GoldenImages;
import org.ext4map.ondisk.Crc32c;
import org.ext4map.ondisk.FastCommitTag;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Fast commits that wait for recovery, sound and damaged. */
class FastCommitAreaTest {
  private static final String PENDING = Problem.JOURNAL_FAST_COMMITS_PENDING.label();
  private static final String CORRUPT = Problem.JOURNAL_FAST_COMMIT_CORRUPT.label();
  private static final int HEAD = FastCommitTag.HEAD | (8 << 16);

  @TempDir Path scratch;

  private Path image;

  @BeforeEach
  void unpack() throws IOException {
    image = GoldenImages.byName("fast-commit").unpack(scratch);
  }

  @Test
  void soundOnesAreCounted() throws IOException {
    Judgement judgement = Judgement.of(image, View.RECOVERED);

    assertThat(judgement.labels()).as("%s", judgement.lines()).contains(PENDING);
    assertThat(judgement.labels()).doesNotContain(CORRUPT);
    assertThat(judgement.report().isClean()).isTrue();
  }

  @Test
  void asTheBytesStandTheyAreNoMatter() throws IOException {
    assertThat(Judgement.of(image, View.AS_IS).labels()).doesNotContain(PENDING, CORRUPT);
  }

  @Test
  void aWrongChecksumIsTold() throws IOException {
    changeFirstInode(false);

    Judgement judgement = Judgement.of(image, View.RECOVERED);

    assertThat(judgement.errors()).as("%s", judgement.lines()).anyMatch(l -> l.contains(CORRUPT));
    assertThat(judgement.labels()).doesNotContain(PENDING);
    assertThat(judgement.report().exitCode()).isEqualTo(4);
  }

  @Test
  void anInodeThatDoesNotExistIsToldAlthoughTheChecksumFits() throws IOException {
    changeFirstInode(true);

    Judgement judgement = Judgement.of(image, View.RECOVERED);

    assertThat(judgement.errors())
        .as("%s", judgement.lines())
        .anyMatch(line -> line.contains(CORRUPT) && line.contains("inode 123456789"));
  }

  /** Makes the first step of the first fast commit name an inode that does not exist. */
  private void changeFirstInode(boolean sealed) throws IOException {
    try (FileChannel file =
        FileChannel.open(image, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      ByteBuffer bytes = file.map(FileChannel.MapMode.READ_WRITE, 0, file.size());
      bytes.order(ByteOrder.LITTLE_ENDIAN);
      int at = 0;
      while (bytes.getInt(at) != HEAD) {
        at += 1024;
      }
      FastCommitTag tag = new FastCommitTag(bytes.slice(at, 4096));
      int crc = 0;
      boolean changed = false;
      ByteBuffer block = bytes.slice(at, 4096);
      while (tag.next() && tag.kind() != FastCommitTag.TAIL) {
        if (!changed && tag.kind() != FastCommitTag.HEAD) {
          bytes.putInt(at + tag.start() + FastCommitTag.HEADER_BYTES, 123456789);
          changed = true;
        }
        crc = Crc32c.update(crc, block, tag.start(), FastCommitTag.HEADER_BYTES + tag.length());
      }
      assertThat(changed).isTrue();
      assertThat(tag.kind()).isEqualTo(FastCommitTag.TAIL);
      if (sealed) {
        int computed = Crc32c.update(crc, block, tag.start(), FastCommitTag.TAIL_CHECKED_BYTES);
        bytes.putInt(at + tag.start() + FastCommitTag.HEADER_BYTES + 4, computed);
      }
    }
  }
}
