package org.ext4map.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.ext4map.device.BlockDevice;
import org.ext4map.device.MemoryBlockDevice;
import org.ext4map.device.OverlayBlockDevice;
import org.ext4map.journal.SyntheticLog.Kind;
import org.ext4map.model.CorruptionException;
import org.ext4map.model.Ext4Exception;
import org.ext4map.model.Extent;
import org.ext4map.model.UnsupportedFeatureException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class JournalRecoveryTest {
  private static final long SEED = Long.getLong("ext4map.seed", 20260102);
  private static final int NEAR_THE_END = SyntheticLog.JOURNAL_BLOCKS - 9;
  private static final int BEFORE_THE_WRAP = -3;

  static Stream<Arguments> kinds() {
    return Stream.of(Kind.values())
        .flatMap(kind -> Stream.of(Arguments.of(kind, false), Arguments.of(kind, true)));
  }

  private static SyntheticLog log(Kind kind, boolean wide, long seed) {
    return new SyntheticLog(1024, kind, wide, NEAR_THE_END, BEFORE_THE_WRAP, seed);
  }

  private static JournalRecovery open(SyntheticLog log, BlockDevice image) throws IOException {
    return JournalRecovery.open(image, log.geometry(), SyntheticLog.journalMap());
  }

  private static Map<Long, byte[]> homes(SyntheticLog log, BlockDevice device) throws IOException {
    Map<Long, byte[]> homes = new HashMap<>();
    for (int i = 0; i < SyntheticLog.HOMES; i++) {
      byte[] bytes = new byte[log.blockSize];
      long pblk = SyntheticLog.FIRST_HOME + i;
      device.read(pblk * log.blockSize, ByteBuffer.wrap(bytes));
      if (!Arrays.equals(bytes, new byte[log.blockSize])) {
        homes.put(pblk, bytes);
      }
    }
    return homes;
  }

  private static void assertHomes(
      SyntheticLog log, BlockDevice device, Map<Long, byte[]> expected, String what)
      throws IOException {
    Map<Long, byte[]> found = homes(log, device);
    assertThat(found.keySet()).as(what).isEqualTo(expected.keySet());
    for (Map.Entry<Long, byte[]> home : expected.entrySet()) {
      assertThat(found.get(home.getKey())).as(what).isEqualTo(home.getValue());
    }
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void aLogTornAtAnyBlockGivesTheTransactionsBeforeTheTear(Kind kind, boolean wide)
      throws IOException {
    for (long seed = SEED; seed < SEED + 4; seed++) {
      SyntheticLog log = log(kind, wide, seed).fill(6);
      for (int cut = 0; cut <= log.blocks.size(); cut++) {
        String what = kind + " wide=" + wide + " seed=" + seed + " cut=" + cut;
        OverlayBlockDevice overlay = new OverlayBlockDevice(log.image(cut));
        int committed = log.committedIn(cut);

        ReplayOutcome outcome = open(log, overlay).replayInto(overlay);

        assertHomes(log, overlay, log.homesAfter(committed), what);
        assertThat(outcome.replay().transactions()).as(what).isEqualTo(committed);
        assertThat(outcome.replay().nextSequence())
            .as(what)
            .isEqualTo(BEFORE_THE_WRAP + committed + 1);
        boolean whole = cut == 0 || log.committedIn(cut - 1) < committed;
        assertThat(outcome)
            .as(what)
            .isInstanceOf(whole ? ReplayOutcome.Replayed.class : ReplayOutcome.Torn.class);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void aLogThatFollowsOldRoundsEndsWhereTheNewRoundEnds(Kind kind, boolean wide)
      throws IOException {
    SyntheticLog old = log(kind, wide, SEED + 100).fill(8);
    SyntheticLog log =
        new SyntheticLog(1024, kind, wide, NEAR_THE_END, BEFORE_THE_WRAP + 1000, SEED).fill(5);
    for (int cut = 0; cut <= log.blocks.size(); cut++) {
      MemoryBlockDevice image = log.image(0);
      for (SyntheticLog.LogBlock block : old.blocks) {
        old.put(image, block);
      }
      for (SyntheticLog.LogBlock block : log.blocks.subList(0, cut)) {
        log.put(image, block);
      }
      open(log, image).replayInto(image);
      assertHomes(log, image, log.homesAfter(log.committedIn(cut)), kind + " cut " + cut);
    }
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void oneFlippedBitNeverChangesAHomeBlockUnnoticed(Kind kind, boolean wide) throws IOException {
    SplittableRandom random = new SplittableRandom(SEED);
    SyntheticLog log = log(kind, wide, SEED).fill(4);
    boolean checked = kind == Kind.V2 || kind == Kind.V3;
    int silent = 0;
    for (int round = 0; round < 400; round++) {
      MemoryBlockDevice image = log.image(log.blocks.size());
      SyntheticLog.LogBlock victim = log.blocks.get(random.nextInt(log.blocks.size()));
      byte[] bytes = victim.bytes().clone();
      bytes[random.nextInt(round % 2 == 0 ? 64 : bytes.length)] ^= (byte) (1 << random.nextInt(8));
      log.put(image, new SyntheticLog.LogBlock(victim.logBlock(), bytes));
      OverlayBlockDevice overlay = new OverlayBlockDevice(image);
      try {
        ReplayOutcome outcome = open(log, image).replayInto(overlay);
        boolean damaged = outcome instanceof ReplayOutcome.Damaged;
        if (!damaged && !isSomePrefix(log, overlay)) {
          silent++;
        }
      } catch (CorruptionException expected) {
        assertThat(overlay.changedRanges()).as("nothing is written").isEmpty();
      }
    }
    assertThat(silent)
        .as("seed %d, states that no crash explains", SEED)
        .matches(n -> !checked || n == 0);
  }

  private static boolean isSomePrefix(SyntheticLog log, BlockDevice device) throws IOException {
    for (int count = 0; count <= log.transactionCount(); count++) {
      Map<Long, byte[]> found = homes(log, device);
      Map<Long, byte[]> expected = log.homesAfter(count);
      if (found.keySet().equals(expected.keySet())
          && found.entrySet().stream()
              .allMatch(home -> Arrays.equals(home.getValue(), expected.get(home.getKey())))) {
        return true;
      }
    }
    return false;
  }

  @Test
  void damageIsReportedAndNotReplayedOntoTheImage() throws IOException {
    SyntheticLog log = log(Kind.V3, true, SEED);
    log.copies(Map.of(SyntheticLog.FIRST_HOME, new byte[1024]));
    byte[] logged = log.blocks.get(1).bytes();
    log.commit(1000);
    logged[77] ^= 1;
    MemoryBlockDevice image = log.image(log.blocks.size());

    assertThat(open(log, image).inspect())
        .isInstanceOfSatisfying(
            ReplayOutcome.Damaged.class,
            damaged -> assertThat(damaged.problem()).contains("block 3000", "log block=1016"));
    assertThatThrownBy(() -> open(log, image).replayOnto(image))
        .isInstanceOf(CorruptionException.class)
        .hasMessageContaining("does not match its tag");
  }

  @Test
  void aReplayedImageIsCleanAndStaysAsItIs() throws IOException {
    SyntheticLog log = log(Kind.V3, true, SEED).fill(5);
    MemoryBlockDevice image = log.image(log.blocks.size());
    JournalRecovery recovery = open(log, image);
    recovery.markClean(image, recovery.replayOnto(image));

    ByteBuffer magicAndState = ByteBuffer.allocate(1024);
    image.read(1024, magicAndState);
    assertThat(magicAndState.get(0x60) & 0x4).as("needs_recovery").isZero();
    ReplayOutcome again = open(log, image).replayInto(image);
    assertThat(again).isInstanceOf(ReplayOutcome.Clean.class);
    assertThat(again.replay().nextSequence()).isEqualTo(BEFORE_THE_WRAP + 5 + 2);
    assertHomes(log, image, log.homesAfter(5), "after replay");
  }

  @Test
  void theRecordOfErrorsSurvivesReplay() throws IOException {
    SyntheticLog log = new SyntheticLog(1024, Kind.NONE, false, 5, 7, SEED);
    MemoryBlockDevice empty = log.image(0);
    ByteBuffer logged = ByteBuffer.allocate(1024);
    empty.read(1024, logged);
    logged.put(0x78, "replayed".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
    log.copies(Map.of(1L, logged.array()));
    log.commit(1);
    MemoryBlockDevice image = log.image(log.blocks.size());
    image.write(1024 + 0x194, ByteBuffer.wrap(new byte[] {3}));

    open(log, image).replayInto(image);

    ByteBuffer superblock = ByteBuffer.allocate(1024);
    image.read(1024, superblock);
    assertThat(superblock.get(0x78)).isEqualTo((byte) 'r');
    assertThat(superblock.get(0x194)).isEqualTo((byte) 3);
  }

  @Test
  void withoutNeedsRecoveryTheLogIsIgnored() throws IOException {
    SyntheticLog log = log(Kind.V3, true, SEED).fill(3);
    MemoryBlockDevice image = log.image(log.blocks.size());
    image.write(1024 + 0x60, ByteBuffer.wrap(new byte[] {0x40}));
    ByteBuffer superblock = ByteBuffer.allocate(1024);
    image.read(1024, superblock);
    JournalRecovery recovery =
        JournalRecovery.open(
            image,
            new org.ext4map.ondisk.Geometry(
                new org.ext4map.ondisk.Superblock(superblock.clear(), 0)),
            SyntheticLog.journalMap());
    assertThat(recovery.replayInto(image)).isInstanceOf(ReplayOutcome.Clean.class);
    assertThat(homes(log, image)).isEmpty();
  }

  @Test
  void copiesForForbiddenPlacesAreRefusedBeforeAnythingIsWritten() throws IOException {
    for (long target : new long[] {4096, 1L << 40, -1L, 700, 1500, 1999}) {
      SyntheticLog log = log(Kind.V3, true, SEED);
      Map<Long, byte[]> copies = new TreeMap<>();
      copies.put(SyntheticLog.FIRST_HOME, new byte[] {1});
      copies.replaceAll((home, bytes) -> Arrays.copyOf(bytes, 1024));
      log.copies(copies);
      log.copies(Map.of(target, new byte[1024]));
      log.commit(5);
      OverlayBlockDevice overlay = new OverlayBlockDevice(log.image(log.blocks.size()));
      assertThatThrownBy(() -> open(log, overlay).replayInto(overlay))
          .isInstanceOf(CorruptionException.class)
          .hasMessageContaining("t_blocknr=" + Long.toUnsignedString(target));
      assertThat(overlay.changedRanges()).isEmpty();
    }
  }

  @Test
  void aRingOfNothingButRevokesEnds() throws IOException {
    SyntheticLog log = new SyntheticLog(1024, Kind.V3, true, 1, 9, SEED);
    for (int i = 1; i < SyntheticLog.JOURNAL_BLOCKS; i++) {
      log.revoke(i);
    }
    MemoryBlockDevice image = log.image(log.blocks.size());
    assertThat(open(log, image).inspect())
        .isInstanceOfSatisfying(
            ReplayOutcome.Torn.class, torn -> assertThat(torn.replay().transactions()).isZero());
    assertThat(open(log, image).reader().walk(new Silent())).isPositive();
  }

  private static final class Silent implements JournalReader.Visitor {}

  @Test
  void anyGarbageInTheRingIsSurvived() throws IOException {
    SplittableRandom random = new SplittableRandom(SEED);
    int replayed = 0;
    for (int round = 0; round < 300; round++) {
      Kind kind = List.of(Kind.values()).get(round % 4);
      SyntheticLog log = log(kind, round % 8 < 4, SEED + round).fill(5);
      MemoryBlockDevice image = log.image(log.blocks.size());
      for (int hits = random.nextInt(1, 20); hits > 0; hits--) {
        long block =
            SyntheticLog.pblkOf(log.blocks.get(random.nextInt(log.blocks.size())).logBlock());
        byte[] junk = new byte[1 + random.nextInt(40)];
        random.nextBytes(junk);
        image.write(block * 1024 + random.nextInt(0, 900), ByteBuffer.wrap(junk));
      }
      OverlayBlockDevice overlay = new OverlayBlockDevice(image);
      try {
        open(log, overlay).replayInto(overlay);
        open(log, overlay).reader().walk(new Silent());
        replayed++;
      } catch (Ext4Exception documented) {
        assertThat(documented.getMessage()).contains("[");
      }
    }
    assertThat(replayed).isPositive();
  }

  static Stream<Arguments> brokenSuperblocks() {
    return Stream.of(
        refused("h_magic", sb -> sb.putInt(0, 1)),
        refused("h_blocktype", sb -> sb.putInt(4, 2)),
        refused("s_blocksize", sb -> sb.putInt(0x0C, 4096)),
        refused("s_maxlen", sb -> sb.putInt(0x10, 1025)),
        refused("s_maxlen", sb -> sb.putInt(0x10, 1023)),
        refused("s_first", sb -> sb.putInt(0x14, 0)),
        refused("s_first", sb -> sb.putInt(0x14, 1024)),
        refused("s_start", sb -> sb.putInt(0x1C, 1024)),
        refused("s_start", sb -> sb.putInt(0x1C, -1)),
        refused("one kind of checksums", sb -> sb.putInt(0x28, 0x18)),
        refused("one kind of checksums", sb -> sb.putInt(0x24, 1)),
        refused("feature FEATURE_I6", sb -> sb.putInt(0x28, 0x50)),
        refused("feature FEATURE_R31", sb -> sb.putInt(0x2C, 1 << 31)));
  }

  private static Arguments refused(String message, Consumer<ByteBuffer> change) {
    return Arguments.of(message, change);
  }

  @ParameterizedTest
  @MethodSource("brokenSuperblocks")
  void brokenJournalSuperblocksAreRefusedByField(String message, Consumer<ByteBuffer> change)
      throws IOException {
    SyntheticLog log = log(Kind.V3, true, SEED).fill(1);
    MemoryBlockDevice image = log.image(log.blocks.size());
    ByteBuffer superblock = log.journalSuperblock();
    change.accept(superblock);
    log.sealSuperblock(superblock);
    image.write(SyntheticLog.pblkOf(0) * 1024, superblock);
    assertThatThrownBy(() -> open(log, image))
        .isInstanceOfAny(CorruptionException.class, UnsupportedFeatureException.class)
        .hasMessageContaining(message);
  }

  @Test
  void aWrongChecksumOfTheJournalSuperblockIsRefused() throws IOException {
    SyntheticLog log = log(Kind.V3, true, SEED).fill(1);
    MemoryBlockDevice image = log.image(log.blocks.size());
    image.write(SyntheticLog.pblkOf(0) * 1024 + 0x30, ByteBuffer.wrap(new byte[] {0}));
    assertThatThrownBy(() -> open(log, image))
        .isInstanceOf(CorruptionException.class)
        .hasMessageContaining("s_checksum=0x");
  }

  @Test
  void aJournalThatIsNotAllThereIsRefused() throws IOException {
    SyntheticLog log = log(Kind.V3, true, SEED).fill(1);
    MemoryBlockDevice image = log.image(log.blocks.size());
    for (String map :
        List.of(
            "1-1024:W@700",
            "0-499:W@1500 501-1024:W@700",
            "0-499:W@1500 500-1023:U@700",
            "0-499:W@1500 500-1023:W@4000",
            "0-499:W@1500 500-1023:W@1999",
            "")) {
      List<Extent> extents =
          Stream.of(map.split(" ")).filter(one -> !one.isEmpty()).map(Extent::parse).toList();
      assertThatThrownBy(() -> JournalRecovery.open(image, log.geometry(), extents))
          .as(map)
          .isInstanceOf(CorruptionException.class)
          .hasMessageContaining("journal inode");
    }
  }
}
