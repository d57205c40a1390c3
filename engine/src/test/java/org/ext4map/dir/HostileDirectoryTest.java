package org.ext4map.dir;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.util.SplittableRandom;
import org.ext4map.model.CorruptionException;
import org.ext4map.model.FileName;
import org.ext4map.model.NoSpaceException;
import org.ext4map.ondisk.Feature;
import org.ext4map.ondisk.FileType;
import org.ext4map.ondisk.Superblock;
import org.ext4map.testkit.Geometries;
import org.junit.jupiter.api.Test;

/**
 * Damaged directories without checksums: an editor names the damage or does its work as if there
 * were none; nothing else is thrown.
 */
class HostileDirectoryTest {
  private static final long SEED = Long.getLong("ext4map.seed", 1L);
  private static final int NAMES = 400;
  private static final int DAMAGED = 3000;

  private final SplittableRandom random = new SplittableRandom(SEED);
  private int refused;

  /** It is there, it is not there, or there is no room. */
  private int answers;

  @Test
  void anyDamageIsAnsweredOrBorne() throws IOException {
    Superblock superblock = Geometries.superblock(1024, Feature.DIR_INDEX, Feature.FILETYPE);
    superblock.bytes().put(0xFC, (byte) 1);
    MemoryDirectory good = MemoryDirectory.initialised(superblock);
    DirectoryEditor editor = new DirectoryEditor(good);
    for (int i = 0; i < NAMES; i++) {
      editor.insert(name(i), 20, FileType.REGULAR);
    }
    good.settle();

    for (int i = 0; i < DAMAGED; i++) {
      MemoryDirectory bad = good.reloaded();
      damage(bad);
      change(bad);
    }

    assertThat(refused).as("seed %d, refusals", SEED).isGreaterThan(DAMAGED / 2);
    assertThat(answers).as("seed %d, other answers", SEED).isPositive();
  }

  private static FileName name(int i) {
    return FileName.of(i + "n".repeat(180 + i % 60));
  }

  /** Mostly the fields that others hang on: the first bytes of a block, and the root. */
  private void damage(MemoryDirectory bad) {
    int count = 1 + random.nextInt(4);
    for (int i = 0; i < count; i++) {
      int lblk = random.nextBoolean() ? 0 : random.nextInt((int) bad.count());
      int at = random.nextInt(random.nextBoolean() ? 64 : 1024);
      bad.block(lblk)[at] = (byte) (random.nextBoolean() ? random.nextInt(256) : 0);
    }
  }

  private void change(MemoryDirectory bad) throws IOException {
    DirectoryEditor editor = new DirectoryEditor(bad);
    for (int i = 0; i < 20; i++) {
      FileName name = name(random.nextInt(2 * NAMES));
      try {
        switch (random.nextInt(3)) {
          case 0 -> editor.insert(name, 21, FileType.REGULAR);
          case 1 -> editor.remove(name);
          default -> editor.replace(name, 22, FileType.FIFO);
        }
      } catch (CorruptionException damaged) {
        refused++;
      } catch (FileSystemException | NoSpaceException answered) {
        answers++;
      }
    }
  }
}
