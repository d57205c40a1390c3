package org.ext4map.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.ext4map.device.BlockDevice;
import org.ext4map.device.FileBlockDevice;
import org.ext4map.device.OverlayBlockDevice;
import org.ext4map.images.CommandResult;
import org.ext4map.images.E2fsck;
import org.ext4map.images.GoldenImage;
import org.ext4map.images.GoldenImages;
import org.ext4map.images.Judge;
import org.ext4map.model.Extent;
import org.ext4map.ondisk.Geometry;
import org.ext4map.ondisk.Superblock;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Logs that the kernel wrote, replayed by us and by e2fsck: every home block must agree. */
class GoldenJournalTest {
  @TempDir Path directory;

  static Stream<GoldenImage> dirtyImages() {
    return GoldenImages.list().stream()
        .filter(image -> image.manifest().needsRecovery() && image.manifest().journal() != null);
  }

  @ParameterizedTest
  @MethodSource("dirtyImages")
  void replayGivesWhatTheOutsideJudgeGives(GoldenImage golden) throws Exception {
    Path file = golden.unpack(directory);
    try (OverlayBlockDevice ours = new OverlayBlockDevice(FileBlockDevice.open(file))) {
      Geometry geometry = new Geometry(JournalOf.superblock(ours));
      List<Extent> journal = JournalOf.map(ours, geometry.blockSize());
      ReplayOutcome outcome = JournalRecovery.open(ours, geometry, journal).replayInto(ours);

      assertThat(outcome).as(golden.manifest().about()).isInstanceOf(expected(golden.name()));
      assertThat(outcome.replay().fastCommits().isEmpty())
          .as("fast commits")
          .isEqualTo(!golden.name().startsWith("fast-commit"));
      if (golden.name().startsWith("fast-commit") || golden.name().startsWith("orphan-")) {
        return; // e2fsck goes on: it applies fast commits (1.47.0: wrongly) and deletes orphans
      }
      assertThat(outcome.replay().transactions()).isPositive();
      Path theirs = directory.resolve("theirs.img");
      Files.copy(file, theirs);
      Judge.E2FSPROGS.missing().ifPresent(Assumptions::abort);
      CommandResult replay = E2fsck.replay(theirs);
      assertThat(replay.exit()).as(replay.text() + replay.errors()).isLessThan(8);
      assertThat(differingBlocks(ours, theirs, geometry, journal)).isEmpty();
    }
  }

  private static Class<? extends ReplayOutcome> expected(String name) {
    if (name.startsWith("journal-bad-")) {
      return ReplayOutcome.Damaged.class;
    }
    return switch (name) {
      case "journal-torn", "journal-torn-none", "journal-v2-32", "journal-v2-64" ->
          ReplayOutcome.Torn.class;
      default -> ReplayOutcome.Replayed.class;
    };
  }

  /** Home blocks that differ; the superblock (times, flags) and the journal itself do not count. */
  private static Set<Long> differingBlocks(
      BlockDevice ours, Path theirs, Geometry geometry, List<Extent> journal) throws IOException {
    Set<Long> differing = new TreeSet<>();
    JournalMap map = new JournalMap(journal, geometry.blocksCount());
    int blockSize = geometry.blockSize();
    long superblock = Superblock.OFFSET_BYTES / blockSize;
    try (BlockDevice judge = FileBlockDevice.open(theirs)) {
      ByteBuffer one = ByteBuffer.allocate(blockSize);
      ByteBuffer two = ByteBuffer.allocate(blockSize);
      for (long pblk = 0; pblk < geometry.blocksCount(); pblk++) {
        ours.read(pblk * blockSize, one.clear());
        judge.read(pblk * blockSize, two.clear());
        if (one.flip().mismatch(two.flip()) >= 0 && pblk != superblock && !map.contains(pblk)) {
          differing.add(pblk);
        }
      }
    }
    return differing;
  }
}
