package org.ext4map;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.ext4map.StructureMap.Structure;
import org.ext4map.device.BlockDevice;
import org.ext4map.device.FileBlockDevice;
import org.ext4map.device.MemoryBlockDevice;
import org.ext4map.device.OverlayBlockDevice;
import org.ext4map.images.GoldenImage;
import org.ext4map.images.GoldenImages;
import org.ext4map.model.UnsupportedFeatureException;
import org.ext4map.testkit.ForwardingDevice;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Damage, at random and aimed at structures, with checksums left wrong or made right: whatever it
 * is, reading answers or throws a documented exception, soon. {@code -Dhostile.seed=N} runs one
 * seed again.
 */
class HostileImagesTest {
  private static final int ROUNDS_OF_CI = 12;
  private static final int ROUNDS_WHEN_SLOW = 2000;
  private static final Duration SOON = Duration.ofSeconds(10);
  private static final long FIRST_SEED = Long.getLong("hostile.seed", 1);
  private static final int[] TELLING = {0, 1, 0x7F, 0x80, 0xFF};

  @TempDir Path scratch;

  static Stream<GoldenImage> images() {
    return GoldenImages.list().stream();
  }

  @ParameterizedTest
  @MethodSource("images")
  void damageIsRefusedByName(GoldenImage golden) throws IOException {
    damage(golden, ROUNDS_OF_CI);
  }

  @ParameterizedTest
  @MethodSource("images")
  @Tag("slow")
  void muchDamageIsRefusedByName(GoldenImage golden) throws IOException {
    damage(golden, ROUNDS_WHEN_SLOW);
  }

  private void damage(GoldenImage golden, int rounds) throws IOException {
    Path path = golden.unpack(scratch);
    int refusals = 0;
    try (BlockDevice sound = FileBlockDevice.open(path)) {
      List<Structure> structures = structuresOf(sound);
      for (int round = 0; round < rounds; round++) {
        refusals += oneRound(golden, sound, structures, FIRST_SEED + round);
      }
    }
    Files.delete(path);
    System.out.printf(
        "%s: seeds %d … %d, %d refusals%n", golden, FIRST_SEED, FIRST_SEED + rounds - 1, refusals);
    assertThat(refusals).as("some damage must have been seen").isPositive();
  }

  private static List<Structure> structuresOf(BlockDevice sound) throws IOException {
    BlockDevice kept = new OverlayBlockDevice(sound);
    try {
      return StructureMap.of(Ext4Image.open(kept, OpenOptions.defaults().view(View.AS_IS)));
    } catch (UnsupportedFeatureException refused) {
      return List.of(StructureMap.superblock());
    }
  }

  private static int oneRound(
      GoldenImage golden, BlockDevice sound, List<Structure> structures, long seed)
      throws IOException {
    SplittableRandom random = new SplittableRandom(seed);
    OverlayBlockDevice damaged = new OverlayBlockDevice(sound);
    StringBuilder how = new StringBuilder(golden + " -Dhostile.seed=" + seed + ":");
    int times = 1 + random.nextInt(3);
    for (int i = 0; i < times; i++) {
      mutate(damaged, structures, random, how);
    }
    View view = random.nextInt(3) == 0 ? View.AS_IS : View.RECOVERED;
    try {
      return assertTimeoutPreemptively(SOON, () -> ImageWalk.over(damaged, view));
    } catch (Throwable problem) {
      throw new AssertionError(how + " " + view, problem);
    }
  }

  private static void mutate(
      OverlayBlockDevice device,
      List<Structure> structures,
      SplittableRandom random,
      StringBuilder how)
      throws IOException {
    if (random.nextInt(8) == 0) {
      long at = random.nextLong(device.sizeBytes());
      device.write(at, ByteBuffer.wrap(new byte[] {(byte) random.nextInt(256)}));
      how.append(" byte ").append(at);
      return;
    }
    Structure structure = structures.get(random.nextInt(structures.size()));
    ByteBuffer bytes = ByteBuffer.allocate(structure.length());
    device.read(structure.offsetBytes(), bytes);
    bytes.clear();
    int changes = 1 + random.nextInt(4);
    how.append(' ').append(structure);
    for (int i = 0; i < changes; i++) {
      int at = place(bytes, random);
      bytes.put(at, (byte) newValue(bytes.get(at), random));
      how.append('+').append(at).append('=').append(bytes.get(at));
    }
    if (random.nextInt(4) != 0) {
      structure.sealer().seal(bytes);
      how.append(" sealed");
    }
    device.write(structure.offsetBytes(), bytes.clear());
  }

  /** Mostly near the start, where headers and first entries stand. */
  private static int place(ByteBuffer bytes, SplittableRandom random) {
    int near = Math.min(bytes.capacity(), 128);
    return random.nextInt(3) == 0 ? random.nextInt(bytes.capacity()) : random.nextInt(near);
  }

  private static int newValue(byte old, SplittableRandom random) {
    return switch (random.nextInt(3)) {
      case 0 -> old ^ 1 << random.nextInt(8);
      case 1 -> TELLING[random.nextInt(TELLING.length)];
      default -> random.nextInt(256);
    };
  }

  @Test
  void anUndocumentedExceptionWouldBeNoticed() throws IOException {
    BlockDevice broken =
        new ForwardingDevice(new MemoryBlockDevice(1 << 20)) {
          @Override
          public void read(long offsetBytes, ByteBuffer target) {
            throw new IllegalStateException("planted");
          }
        };

    assertThatThrownBy(() -> ImageWalk.over(broken, View.AS_IS))
        .isInstanceOf(IllegalStateException.class);
  }
}
