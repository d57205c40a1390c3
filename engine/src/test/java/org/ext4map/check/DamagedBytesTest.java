package org.ext4map.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.ext4map.check.CheckOptions.View;
import org.ext4map.images.Judge;
import org.ext4map.ondisk.BigEndian;
import org.ext4map.ondisk.Jbd2Superblock;
import org.ext4map.ondisk.LittleEndian;
import org.ext4map.ondisk.Superblock;
import org.ext4map.testkit.Programs;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Damage of single bytes that debugfs does not offer, found by mutations in which this judge and
 * e2fsck once disagreed.
 */
class DamagedBytesTest {
  private static final int BLOCK_SIZE = 1024;
  private static final int CHECKSUM_TYPE = 0x50;
  private static final int JOURNAL_FEATURES = 0x28;
  private static final int JOURNAL_CHECKSUMS = 0x10;
  private static final int INODE_CHECKSUM = 0x7C;
  private static final int FEATURE_INCOMPAT = 0x60;

  @TempDir Path scratch;

  private Path image;

  @BeforeEach
  void requirePrograms() {
    Programs.require(Judge.E2FSPROGS);
    image = scratch.resolve("image");
  }

  @Test
  void checksumsInTheLogOfAnUnknownKindAreTold() throws IOException {
    make("-g", "8192");
    change(
        BLOCK_SIZE * blockOf(8, 0),
        BLOCK_SIZE,
        bytes -> {
          BigEndian.put32(bytes, JOURNAL_FEATURES, JOURNAL_CHECKSUMS);
          bytes.put(CHECKSUM_TYPE, (byte) 132);
          new Jbd2Superblock(bytes).updateChecksum();
        });

    bothName(Problem.JOURNAL_SUPERBLOCK_CORRUPT);
  }

  @Test
  void aJournalWhoseInodeHasAWrongChecksumIsNotBelieved() throws IOException {
    make("-g", "8192");
    spoilChecksumOf(8);

    bothName(Problem.JOURNAL_INODE_INVALID);
  }

  /** There is a log to recover from, even if no feature allows it. */
  @Test
  void aLogWithoutFeatureIsThereToRecoverFrom() throws IOException {
    make("-g", "8192");
    debugfs("feature -has_journal needs_recovery");

    E2fsckLog.Run theirs = new E2fsckLog(scratch).judge(image);
    Judgement ours = Judgement.of(image, View.AS_IS);

    assertThat(theirs.problems()).containsOnlyKeys(Problem.JOURNAL_PRESENT_WITHOUT_FEATURE.label());
    assertThat(ours.labels()).containsExactly(Problem.JOURNAL_PRESENT_WITHOUT_FEATURE.label());
  }

  /** The number and generation of an inode are in the checksums of all blocks of a directory. */
  @Test
  void aDirectoryWhoseInodeHasAWrongChecksumHasNoBlockToBelieve() throws IOException {
    make("-g", "8192");
    spoilChecksumOf(11);

    bothName(Problem.INODE_CHECKSUM);
    bothName(Problem.DIR_CHECKSUM);
  }

  private void spoilChecksumOf(int ino) throws IOException {
    Matcher place =
        Pattern.compile("block (\\d+), offset 0x(\\p{XDigit}+)")
            .matcher(debugfs("imap <" + ino + ">"));
    assertThat(place.find()).isTrue();
    long offset =
        Long.parseLong(place.group(1)) * BLOCK_SIZE + Integer.parseInt(place.group(2), 16);
    change(offset, 128, bytes -> bytes.put(INODE_CHECKSUM, (byte) (bytes.get(INODE_CHECKSUM) ^ 1)));
  }

  /** The node below the root three times over, and once more as a leaf, where it means nonsense. */
  @Test
  void aQuotaFileThatSaysTwoThingsOfAnOwnerIsWrong() throws IOException {
    make("-O", "quota", "-E", "quotatype=usrquota");
    int lastNode = 4;
    int slot = 17;
    change(
        BLOCK_SIZE * blockOf(3, lastNode),
        BLOCK_SIZE,
        bytes -> LittleEndian.put32(bytes, 4 * slot, lastNode));

    bothName(Problem.QUOTA_USAGE_WRONG);
  }

  /**
   * Without 64bit the descriptors would be half as long: e2fsck goes by the backup, and so do we,
   * and does not believe its descriptors that bitmaps were never written.
   */
  @Test
  void ifTheSuperblockLeadsToNoDescriptorsItsBackupMay() throws IOException {
    make("-g", "1024");
    change(
        Superblock.OFFSET_BYTES,
        Superblock.BYTES,
        bytes -> {
          LittleEndian.put32(bytes, FEATURE_INCOMPAT, 0);
          new Superblock(bytes, 0).updateChecksum();
        });

    E2fsckLog.Run theirs = new E2fsckLog(scratch).judge(image);
    Judgement ours = Judgement.of(image, View.AS_IS);

    assertThat(theirs.problems())
        .containsKeys(Problem.GDT_PRIMARY_INVALID.label(), Problem.BITMAP_INODE_CHECKSUM.label());
    assertThat(ours.labels())
        .containsAll(theirs.problems().keySet())
        .contains(Problem.SB_BACKUP_USED.label());
  }

  /** The kernel would hand out the blocks in which group 9 keeps its bitmaps: a warning. */
  @Test
  void aGroupWithoutBitmapThatHoldsThoseOfAnotherIsWarnedOf() throws IOException {
    make("-g", "1024", "-G", "2", "-O", "^has_journal");
    Path requests = scratch.resolve("requests");
    Files.writeString(requests, "set_bg 8 flags 7\nset_bg 8 checksum calc\n");
    Programs.succeed("debugfs", "-w", "-f", requests.toString(), image.toString());

    Judgement ours = Judgement.of(image, View.AS_IS);

    assertThat(new E2fsckLog(scratch).judge(image).exitCode()).isZero();
    assertThat(ours.errors()).isEmpty();
    assertThat(ours.labels()).contains(Problem.GDT_UNINIT_GROUP_HOLDS_OTHERS.label());
  }

  /**
   * e2fsck sets these bits itself as it loads the bitmap, and sums it up afterwards; the kernel
   * finds the checksum wrong and takes nothing from the group.
   */
  @Test
  void bitsThatE2fsckSetsWhenItLoadsABitmapAreMissedOnDisk() throws IOException {
    make("-g", "1024", "-G", "16", "-N", "256", "-O", "^has_journal");
    long bitmap = Long.parseLong(placeInGroup(0, "Block bitmap at (\\d+)"));
    long table = Long.parseLong(placeInGroup(13, "Inode table at (\\d+)"));
    assertThat(placeInGroup(13, "(BLOCK_UNINIT)")).isEqualTo("BLOCK_UNINIT");
    int bit = (int) (table - 1);
    change(
        BLOCK_SIZE * bitmap,
        BLOCK_SIZE,
        bytes -> bytes.put(bit / 8, (byte) (bytes.get(bit / 8) & ~(1 << bit % 8))));

    assertThat(new E2fsckLog(scratch).judge(image).exitCode()).isZero();
    assertThat(Judgement.of(image, View.AS_IS).labels())
        .contains(
            Problem.BITMAP_BLOCK_CHECKSUM.label(), Problem.BITMAP_BLOCK_IN_USE_MARKED_FREE.label());
  }

  private String placeInGroup(int group, String pattern) {
    String all = Programs.run("dumpe2fs", image.toString()).output();
    String from = all.substring(all.indexOf("\nGroup " + group + ":"));
    Matcher matcher = Pattern.compile(pattern).matcher(from);
    assertThat(matcher.find()).as(from).isTrue();
    return matcher.group(1);
  }

  private void bothName(Problem problem) throws IOException {
    E2fsckLog.Run theirs = new E2fsckLog(scratch).judge(image);
    Judgement ours = Judgement.of(image, View.AS_IS);
    assertThat(theirs.problems()).as(theirs.output()).containsKey(problem.label());
    assertThat(ours.labels()).as("%s", ours.lines()).contains(problem.label());
    assertThat(ours.report().exitCode()).isEqualTo(4);
  }

  private void make(String... options) {
    List<String> words =
        new ArrayList<>(List.of("mke2fs", "-q", "-F", "-t", "ext4", "-b", "" + BLOCK_SIZE));
    words.addAll(List.of(options));
    words.addAll(List.of(image.toString(), "16M"));
    Programs.succeed(words.toArray(new String[0]));
  }

  private long blockOf(int ino, long lblk) {
    return Long.parseLong(debugfs("bmap <" + ino + "> " + lblk).lines().toList().get(0).strip());
  }

  private String debugfs(String request) {
    return Programs.run("debugfs", "-w", "-R", request, image.toString())
        .output()
        .lines()
        .filter(line -> !line.startsWith("debugfs "))
        .reduce("", (text, line) -> text + line + "\n");
  }

  private void change(long offset, int length, Consumer<ByteBuffer> change) throws IOException {
    try (FileChannel file =
        FileChannel.open(image, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      change.accept(file.map(FileChannel.MapMode.READ_WRITE, offset, length));
    }
  }
}
