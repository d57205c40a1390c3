package org.ext4map.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.LongConsumer;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.ext4map.Ext4Image;
import org.ext4map.OpenOptions;
import org.ext4map.View;
import org.ext4map.images.Debugfs;
import org.ext4map.images.GoldenImage;
import org.ext4map.images.GoldenImages;
import org.ext4map.images.Judge;
import org.ext4map.inspect.BlockRole.Structure;
import org.ext4map.ondisk.Feature;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Who owns a block, what an inode is called, which bit is set: as debugfs says it. */
class OutsidersAgreeOnOwnersTest {
  private static final List<String> NAMES =
      List.of(
          "k4-shapes",
          "k1-indirect",
          "k4-inline",
          "names-4k",
          "names-ea-inode",
          "journal-v3-64",
          "orphan-file",
          "feature-quota",
          "feature-mmp",
          "feature-meta-bg",
          "feature-no-flex-bg",
          "feature-sparse-super2",
          "feature-gdt-csum",
          "feature-inode-128",
          "feature-bigalloc-4k-16k",
          "k1-depth-5");

  /** Blocks asked of each image; prime steps meet all kinds. */
  private static final int BLOCKS = 400;

  private static final long RESIZE_INO = 7;

  @TempDir Path scratch;

  @BeforeAll
  static void debugfsIsHere() {
    Judge.E2FSPROGS.missing().ifPresent(Assumptions::abort);
  }

  static Stream<GoldenImage> images() {
    return GoldenImages.list().stream().filter(image -> NAMES.contains(image.name()));
  }

  @ParameterizedTest
  @MethodSource("images")
  void ownersBitsAndNamesAreDebugfss(GoldenImage golden) throws IOException {
    Path file = golden.unpack(scratch);
    try (Ext4Image image = Ext4Image.open(file, OpenOptions.defaults().view(View.AS_IS))) {
      long[] blocks = someBlocks(image);
      RoleFinder.Found found = RoleFinder.find(image, blocks, Progress.NONE);
      assertThat(found.unread().count()).as(found.unread().first()).isZero();

      Map<Long, Long> ours = new TreeMap<>();
      for (int i = 0; i < blocks.length; i++) {
        for (BlockRole role : found.roles().get(i)) {
          ownerAsIcheckSaysIt(image, role).ifPresent(put(ours, blocks[i]));
        }
      }
      assertThat(ours).isNotEmpty().isEqualTo(icheck(file, blocks));

      agreeOnBits(image, file, blocks);
      agreeOnNames(image, file, new TreeSet<>(ours.values()));
    }
    Files.delete(file);
  }

  private static LongConsumer put(Map<Long, Long> owners, long block) {
    return ino -> owners.putIfAbsent(block, ino); // icheck names the first of those who share
  }

  /** Every block at the start, where metadata is, and a sample of the others. */
  private static long[] someBlocks(Ext4Image image) {
    long count = image.geometry().blocksCount();
    long first = image.geometry().firstDataBlock();
    long step = Math.max(1, (count - first) * 2 / BLOCKS);
    return LongStream.concat(
            LongStream.range(first, Math.min(count, first + BLOCKS / 2)),
            LongStream.iterate(first, block -> block < count, block -> block + step))
        .sorted()
        .distinct()
        .toArray();
  }

  private static OptionalLong ownerAsIcheckSaysIt(Ext4Image image, BlockRole role)
      throws IOException {
    OptionalLong none = OptionalLong.empty();
    if (role instanceof BlockRole.Fixed fixed) {
      boolean listed =
          fixed.structure() == Structure.RESERVED_DESCRIPTORS
              && image.geometry().has(Feature.RESIZE_INODE);
      return listed ? OptionalLong.of(RESIZE_INO) : none;
    }
    long ino = role.inode().orElseThrow();
    boolean deleted = image.inode(ino).record().linksCount() == 0;
    return deleted ? none : OptionalLong.of(ino);
  }

  private static Map<Long, Long> icheck(Path file, long[] blocks) throws IOException {
    String numbers =
        LongStream.of(blocks).mapToObj(Long::toString).collect(Collectors.joining(" "));
    Map<Long, Long> owners = new TreeMap<>();
    for (String line : Debugfs.on(file).ask("icheck " + numbers).lines().toList()) {
      String[] words = line.split("\t", -1);
      if (words.length == 2 && words[1].matches("[0-9]+")) {
        owners.put(Long.parseLong(words[0]), Long.parseLong(words[1]));
      }
    }
    return owners;
  }

  private static void agreeOnBits(Ext4Image image, Path file, long[] blocks) throws IOException {
    String questions =
        LongStream.of(blocks)
            .limit(BLOCKS / 2)
            .mapToObj(block -> "testb " + block)
            .collect(Collectors.joining("\n"));
    List<String> answers =
        Debugfs.on(file).ask(questions).lines().filter(line -> line.startsWith("Block ")).toList();
    assertThat(answers).isNotEmpty();
    Map<Long, SpaceBits> groups = new HashMap<>();
    for (String answer : answers) {
      long block = Long.parseLong(answer.split(" ", -1)[1]);
      long group = image.geometry().groupOf(block);
      if (!groups.containsKey(group)) {
        groups.put(group, SpaceBits.read(image, group));
      }
      assertThat(groups.get(group).isBlockUsed(block))
          .as(answer)
          .isEqualTo(answer.endsWith("marked in use"));
    }
  }

  private static void agreeOnNames(Ext4Image image, Path file, Set<Long> inos) throws IOException {
    String numbers = inos.stream().map(Object::toString).collect(Collectors.joining(" "));
    Map<Long, Set<String>> theirs = new TreeMap<>();
    for (String line : Debugfs.on(file).ask("ncheck " + numbers).lines().toList()) {
      String[] words = line.split("\t", 2);
      if (words.length == 2 && words[0].matches("[0-9]+")) {
        theirs
            .computeIfAbsent(Long.valueOf(words[0]), key -> new TreeSet<>())
            .add(words[1].replaceFirst("^//", "/"));
      }
    }
    Map<Long, Set<String>> ours = new TreeMap<>();
    NameFinder.find(image, inos, Progress.NONE)
        .forEach(
            (ino, paths) -> {
              if (!paths.isEmpty() && ino != 2) {
                ours.put(ino, paths.stream().map(Object::toString).collect(Collectors.toSet()));
              }
            });
    assertThat(ours).isNotEmpty().isEqualTo(theirs);
  }
}
