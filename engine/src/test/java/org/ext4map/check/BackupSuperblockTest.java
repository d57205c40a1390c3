package org.ext4map.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import org.ext4map.check.CheckOptions.BackupSuperblock;
import org.ext4map.device.BlockDevice;
import org.ext4map.device.FileBlockDevice;
import org.ext4map.images.Judge;
import org.ext4map.testkit.Programs;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file system of groups of 1,024 blocks, where no program would guess its backups. */
class BackupSuperblockTest {
  private static final long BACKUP = 1025;
  private static final int BLOCK_SIZE = 1024;

  @TempDir Path scratch;

  private Path image;

  @BeforeEach
  void makeImage() {
    Programs.require(Judge.E2FSPROGS);
    image = scratch.resolve("image");
    Programs.succeed(
        "mke2fs", "-q", "-F", "-t", "ext4", "-b", "1024", "-g", "1024", image.toString(), "8M");
  }

  @Test
  void aBackupIsFoundWherePrimaryIsGone() throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
      file.seek(BLOCK_SIZE);
      file.write(new byte[BLOCK_SIZE]);
    }

    Judgement judgement = judge(CheckOptions.defaults());

    assertThat(judgement.labels())
        .contains(Problem.SB_PRIMARY_INVALID.label(), Problem.SB_BACKUP_USED.label());
    assertThat(judgement.report().verdict()).isEqualTo(CheckReport.Verdict.CORRUPT);
    assertThat(judgement.report().complete()).isTrue();
  }

  @Test
  void aBackupThatIsAskedForIsNoFault() throws IOException {
    Judgement judgement = judge(withBackup(BACKUP));

    assertThat(judgement.errors()).isEmpty();
    assertThat(judgement.labels()).contains(Problem.SB_BACKUP_USED.label());
    assertThat(judgement.report().isClean()).isTrue();
  }

  @Test
  void aBlockWithoutSuperblockIsRefused() throws IOException {
    assertThat(judge(withBackup(BACKUP + 1)).report().verdict())
        .isEqualTo(CheckReport.Verdict.REFUSED);
  }

  private static CheckOptions withBackup(long block) {
    return CheckOptions.defaults().withSuperblock(new BackupSuperblock(block, BLOCK_SIZE));
  }

  private Judgement judge(CheckOptions options) throws IOException {
    try (BlockDevice device = FileBlockDevice.open(image)) {
      return Judgement.of(device, options);
    }
  }
}
