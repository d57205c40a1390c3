package org.ext4map.dir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.ext4map.model.FileName;
import org.ext4map.model.NoSpaceException;
import org.ext4map.ondisk.DirEntry;
import org.ext4map.ondisk.Feature;
import org.ext4map.ondisk.FileType;
import org.ext4map.ondisk.HashVersion;
import org.ext4map.ondisk.LittleEndian;
import org.ext4map.ondisk.NameHash;
import org.ext4map.ondisk.Superblock;
import org.ext4map.testkit.Geometries;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Random changes of directories, beside a sorted map that does the same. */
class DirectoryModelTest {
  private static final int HASH_VERSION = 0xFC;
  private static final int FLAGS = 0x160;
  private static final int UNSIGNED_HASH = 2;
  private static final long SEED = Long.getLong("ext4map.seed", 1L);

  private final SplittableRandom random = new SplittableRandom(SEED);
  private final Map<FileName, DirEntry> model = new TreeMap<>();

  /** The same names, to draw one from. */
  private final List<FileName> names = new ArrayList<>();

  private static Superblock superblock(int hashVersion, int flags, Feature... features) {
    return superblock(1024, hashVersion, flags, features);
  }

  private static Superblock superblock(
      int blockSize, int hashVersion, int flags, Feature... features) {
    Superblock superblock = Geometries.superblock(blockSize, features);
    superblock.bytes().put(HASH_VERSION, (byte) hashVersion);
    LittleEndian.put32(superblock.bytes(), FLAGS, flags);
    return superblock;
  }

  @ParameterizedTest
  @CsvSource({"0, 0", "1, 0", "2, 0", "0, 2", "1, 2", "2, 2"})
  void everyHashVersionOrdersItsNames(int version, int flags) throws IOException {
    Superblock superblock =
        superblock(version, flags, Feature.DIR_INDEX, Feature.FILETYPE, Feature.METADATA_CSUM);

    MemoryDirectory directory = grown(superblock, 1200, 255);

    assertThat(directory.indexLevels()).as("seed %d", SEED).isEqualTo(2);
    assertThat(directory.block(0)[28]).as("hash_version").isEqualTo((byte) version);
  }

  @Test
  void withoutChecksumsAndTypes() throws IOException {
    MemoryDirectory directory = grown(superblock(1, 0, Feature.DIR_INDEX), 1200, 255);

    assertThat(directory.indexLevels()).as("seed %d", SEED).isEqualTo(2);
  }

  @Test
  void withoutAnIndexADirectoryStaysLinear() throws IOException {
    MemoryDirectory directory =
        grown(superblock(1, 0, Feature.FILETYPE, Feature.METADATA_CSUM), 600, 60);

    assertThat(directory.indexLevels()).isZero();
    assertThat(directory.count()).isGreaterThan(20);
  }

  @ParameterizedTest
  @ValueSource(ints = {2048, 4096, 65536})
  void blocksOfOtherSizes(int blockSize) throws IOException {
    Superblock superblock =
        superblock(
            blockSize,
            1,
            UNSIGNED_HASH,
            Feature.DIR_INDEX,
            Feature.FILETYPE,
            Feature.METADATA_CSUM);

    MemoryDirectory directory = grown(superblock, 2500, 255);

    assertThat(directory.indexLevels()).as("seed %d", SEED).isPositive();
  }

  @Test
  void threeLevelsWithLargedir() throws IOException {
    Superblock superblock =
        superblock(
            1, 0, Feature.DIR_INDEX, Feature.FILETYPE, Feature.METADATA_CSUM, Feature.LARGEDIR);
    MemoryDirectory directory = MemoryDirectory.initialised(superblock);

    fill(directory, 25_000, 3);

    assertThat(directory.indexLevels()).as("seed %d", SEED).isEqualTo(3);
    assertSame(directory);
  }

  @Test
  void withoutLargedirAFullIndexIsTheEndAndNothingIsHarmed() throws IOException {
    Superblock superblock = superblock(1, 0, Feature.DIR_INDEX, Feature.METADATA_CSUM);
    MemoryDirectory directory = MemoryDirectory.initialised(superblock);

    assertThatThrownBy(() -> fill(directory, 100_000, 3))
        .isInstanceOf(NoSpaceException.class)
        .hasMessageContaining("htree is full, indirect_levels=1");

    directory.settle();
    assertThat(directory.indexLevels()).isEqualTo(2);
    assertThat(model).as("names before the end").hasSizeGreaterThan(10_000);
    assertSame(directory);
  }

  /** Names of one hash are cut apart by most splits; the index says that they go on. */
  @Test
  void namesWithOneHashAreFoundInAllLeavesThatHoldThem() throws IOException {
    Superblock superblock =
        superblock(1, 0, Feature.DIR_INDEX, Feature.FILETYPE, Feature.METADATA_CSUM);
    List<FileName> pairs = pairsOfOneHash(new NameHash(HashVersion.HALF_MD4, superblock), 400_000);
    MemoryDirectory directory = MemoryDirectory.initialised(superblock);
    DirectoryEditor editor = new DirectoryEditor(directory);

    for (FileName name : pairs) {
      DirEntry entry = entry(directory, name);
      editor.insert(name, entry.ino(), entry.type());
      model.put(name, entry);
      directory.settle();
      assertSame(directory);
    }
    BlockDirectory.Index root = new BlockDirectory(directory).readIndex(0);
    assertThat(IntStream.range(0, root.node().count()).filter(root.node()::continuesPrevious))
        .as("seed %d, leaves that continue the one before", SEED)
        .isNotEmpty();
    for (FileName name : pairs) {
      assertThat(editor.remove(name)).isEqualTo(model.remove(name));
      directory.settle();
    }
    assertSame(directory);
  }

  private List<FileName> pairsOfOneHash(NameHash hash, int tries) {
    Map<Long, FileName> first = new HashMap<>();
    List<FileName> pairs = new ArrayList<>();
    for (int i = 0; i < tries; i++) {
      FileName name = FileName.of("n".repeat(230) + random.nextLong(1L << 40));
      FileName twin = first.putIfAbsent(hash.of(name), name);
      if (twin != null) {
        pairs.add(twin);
        pairs.add(name);
      }
    }
    assertThat(pairs).as("seed %d", SEED).hasSizeGreaterThan(20);
    return pairs;
  }

  /** Inserts names of 250 bytes and more, so that a block holds three. */
  private void fill(MemoryDirectory directory, int count, int spread) throws IOException {
    DirectoryEditor editor = new DirectoryEditor(directory);
    for (int i = 0; i < count; i++) {
      FileName name = name(250 + random.nextInt(spread));
      if (!model.containsKey(name)) {
        DirEntry entry = entry(directory, name);
        editor.insert(name, entry.ino(), entry.type());
        directory.settle();
        model.put(name, entry);
      }
    }
  }

  /** Twice as many insertions as removals until there are so many names; checked at samples. */
  private MemoryDirectory grown(Superblock superblock, int target, int longest) throws IOException {
    MemoryDirectory directory = MemoryDirectory.initialised(superblock);
    DirectoryEditor editor = new DirectoryEditor(directory);
    for (int step = 0; model.size() < target; step++) {
      change(directory, editor, longest);
      directory.settle();
      if (step < 100 || step % 500 == 0) {
        assertSame(directory);
      }
    }
    assertSame(directory);
    return directory;
  }

  private void change(MemoryDirectory directory, DirectoryEditor editor, int longest)
      throws IOException {
    int dice = random.nextInt(100);
    if (dice < 55 || names.isEmpty()) {
      insert(directory, editor, name(1 + random.nextInt(longest)));
    } else if (dice < 60) {
      FileName there = names.get(random.nextInt(names.size()));
      assertThatThrownBy(() -> editor.insert(there, 11, FileType.REGULAR))
          .isInstanceOf(FileAlreadyExistsException.class);
    } else if (dice < 80) {
      int at = random.nextInt(names.size());
      FileName name = names.set(at, names.get(names.size() - 1));
      names.remove(names.size() - 1);
      assertThat(editor.remove(name)).isEqualTo(model.remove(name));
      assertThat(editor.find(name)).isEmpty();
    } else {
      FileName name = names.get(random.nextInt(names.size()));
      DirEntry now = entry(directory, name);
      assertThat(editor.replace(name, now.ino(), now.type())).isEqualTo(model.put(name, now));
    }
  }

  private void insert(MemoryDirectory directory, DirectoryEditor editor, FileName name)
      throws IOException {
    if (model.containsKey(name)) {
      return;
    }
    assertThatThrownBy(() -> editor.remove(name)).isInstanceOf(NoSuchFileException.class);
    DirEntry entry = entry(directory, name);
    byte[] before = directory.contents();
    directory.limit = random.nextInt(4) == 0 ? (int) directory.count() : Integer.MAX_VALUE;
    try {
      editor.insert(name, entry.ino(), entry.type());
      model.put(name, entry);
      names.add(name);
    } catch (NoSpaceException full) {
      assertThat(directory.contents()).as("bytes after a failure").isEqualTo(before);
    }
    directory.limit = Integer.MAX_VALUE;
  }

  private FileName name(int length) {
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      do {
        bytes[i] = (byte) random.nextInt(256);
      } while (bytes[i] == 0 || bytes[i] == '/' || (length < 3 && bytes[i] == '.'));
    }
    return FileName.of(bytes);
  }

  private DirEntry entry(MemoryDirectory directory, FileName name) {
    FileType type = FileType.ofEntryCode(1 + random.nextInt(7));
    boolean typed = directory.geometry().has(Feature.FILETYPE);
    return new DirEntry(
        11 + random.nextInt(Geometries.INODES - 11), typed ? type : FileType.UNKNOWN, name);
  }

  /** Read with nothing verified yet: all blocks are good, and every name is found both ways. */
  private void assertSame(MemoryDirectory directory) throws IOException {
    MemoryDirectory fresh = directory.reloaded();
    Map<FileName, DirEntry> listed = fresh.list();
    assertThat(fresh.inodeOf(".")).isEqualTo(directory.ino());
    assertThat(fresh.inodeOf("..")).isEqualTo(MemoryDirectory.PARENT);
    listed.keySet().removeIf(FileName::isDots);
    assertThat(listed).as("seed %d", SEED).isEqualTo(model);
    if (directory.isHashed()) {
      BlockDirectory reader = new BlockDirectory(fresh);
      for (Map.Entry<FileName, DirEntry> each : model.entrySet()) {
        assertThat(new HashedLookup(reader).find(each.getKey())).contains(each.getValue());
      }
      HashTreeWalk.assertOrdered(fresh);
    }
  }
}
