package org.ext4map.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.ext4map.Ext4File;
import org.ext4map.Ext4Image;
import org.ext4map.OpenOptions;
import org.ext4map.View;
import org.ext4map.images.AgedShape;
import org.ext4map.images.Debugfs;
import org.ext4map.images.Dumpe2fs;
import org.ext4map.images.ExtentTruth;
import org.ext4map.images.GoldenImage;
import org.ext4map.images.GoldenImages;
import org.ext4map.images.Judge;
import org.ext4map.images.RandomImage;
import org.ext4map.images.RandomImages;
import org.ext4map.inspect.BlockRole.Structure;
import org.ext4map.ondisk.Feature;
import org.ext4map.testkit.InMemory;
import org.ext4map.testkit.Programs;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What each block is, who owns it, what an inode is called, which bit is set: for every block of an
 * image, as debugfs and dumpe2fs say it.
 */
class OutsidersAgreeOnOwnersTest {
  /** Not opened here, or not by debugfs. */
  private static final Pattern NOT_FOR_BOTH =
      Pattern.compile("feature-(journal-dev|unknown-incompat)");

  private static final int RANDOM_IMAGES = 6;
  private static final int RANDOM_IMAGES_WHEN_SLOW = Integer.getInteger("ext4map.aged", 300);
  private static final int MOST_DIFFERENCES = 20;

  /** So many names of an inode are looked for; some have thousands. */
  private static final int MOST_NAMES = 16;

  private static final long RESIZE_INO = 7;
  private static final long ROOT_INO = 2;

  @TempDir(factory = InMemory.class)
  Path scratch;

  private long blocks;
  private long owned;

  @BeforeAll
  static void debugfsIsHere() {
    Programs.require(Judge.E2FSPROGS);
  }

  static Stream<GoldenImage> goldenImages() {
    return GoldenImages.list().stream()
        .filter(image -> !NOT_FOR_BOTH.matcher(image.name()).matches());
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("goldenImages")
  void ofGoldenImages(GoldenImage golden) throws IOException {
    Path file = golden.unpack(scratch);
    agree(file);
    Files.delete(file);
  }

  /** But for one over whose MMP block the tools that make it sleep for 22 seconds. */
  static Stream<AgedShape> shapes() {
    return AgedShape.all().stream().filter(shape -> !shape.name().equals("sums-4k-everything"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("shapes")
  void ofImagesThatTheKernelHasAged(AgedShape shape) throws IOException {
    Programs.require(Judge.KERNEL);
    Path file = scratch.resolve("aged.img");
    shape.make(file);
    agree(file);
    bitsAndRolesAgree(file);
    Files.delete(file);
  }

  @Test
  void ofRandomImages() throws IOException {
    judgeRandom(RANDOM_IMAGES);
  }

  @Test
  @Tag("slow")
  void ofManyRandomImages() throws IOException {
    judgeRandom(RANDOM_IMAGES_WHEN_SLOW);
  }

  private void judgeRandom(int count) throws IOException {
    Programs.require(Judge.KERNEL);
    long firstSeed = RandomImages.firstSeed();
    for (int i = 0; i < count; i++) {
      try (RandomImage made = RandomImages.make(firstSeed + i)) {
        agree(made.image());
        bitsAndRolesAgree(made.image());
      }
    }
    System.out.printf("%d random images: %d blocks, %d owned%n", count, blocks, owned);
  }

  private void agree(Path file) throws IOException {
    try (Ext4Image image = Ext4Image.open(file, OpenOptions.defaults().view(View.AS_IS))) {
      long first = image.geometry().firstDataBlock();
      long[] all = LongStream.range(first, image.geometry().blocksCount()).toArray();
      RoleFinder.Found found = RoleFinder.find(image, all, Progress.NONE);
      assertThat(found.unread().count()).as(found.unread().first()).isZero();

      Roles ours = new Roles(image);
      for (int i = 0; i < all.length; i++) {
        for (BlockRole role : found.roles().get(i)) {
          ours.add(all[i], role);
        }
      }
      List<Long> numbers = LongStream.of(all).boxed().toList();
      Debugfs debugfs = Debugfs.on(file);
      same("owners", ours.owners, debugfs.owners(numbers));
      same("metadata", ours.metadata, Dumpe2fs.metadata(file));
      agreeOnContents(ours, debugfs);
      agreeOnBits(image, debugfs, all);
      agreeOnNames(image, debugfs);
      assertThat(ours.owners).isNotEmpty();
      blocks += all.length;
      owned += ours.owners.size();
    }
  }

  /** On a clean image what is in use has a role, and what has a role is in use. */
  private static void bitsAndRolesAgree(Path file) throws IOException {
    try (Ext4Image image = Ext4Image.open(file)) {
      long first = image.geometry().firstDataBlock();
      long[] all = LongStream.range(first, image.geometry().blocksCount()).toArray();
      List<List<BlockRole>> roles = RoleFinder.find(image, all, Progress.NONE).roles();
      Map<Long, Boolean> owned = new TreeMap<>();
      Map<Long, Boolean> used = new TreeMap<>();
      Map<Long, SpaceBits> bits = new TreeMap<>();
      for (int i = 0; i < all.length; i++) {
        long cluster = (all[i] - first) / image.geometry().clusterRatio();
        owned.merge(cluster, !roles.get(i).isEmpty(), Boolean::logicalOr);
        long group = image.geometry().groupOf(all[i]);
        if (!bits.containsKey(group)) {
          bits.put(group, SpaceBits.read(image, group));
        }
        used.put(cluster, bits.get(group).isBlockUsed(all[i]));
      }
      same("roles and bits of clusters", owned, used);
    }
  }

  /** Names only what differs: whole maps of an image are too much to read. */
  private static <V> void same(String what, Map<Long, V> ours, Map<Long, V> theirs) {
    Set<Long> keys = new TreeSet<>(ours.keySet());
    keys.addAll(theirs.keySet());
    List<String> differences =
        keys.stream()
            .filter(key -> !Objects.equals(ours.get(key), theirs.get(key)))
            .map(key -> key + ": here " + ours.get(key) + ", there " + theirs.get(key))
            .limit(MOST_DIFFERENCES)
            .toList();
    assertThat(differences).as(what).isEmpty();
  }

  /** Roles, in the words of the outsiders. */
  private static final class Roles {
    private final Ext4Image image;

    /** As icheck says it: the first of those who share a block. */
    private final Map<Long, Long> owners = new TreeMap<>();

    /** As dumpe2fs says it. */
    private final Map<Long, Set<String>> metadata = new TreeMap<>();

    /** Of inodes with extents: {@code lblk:pblk:state}. */
    private final Map<Long, Set<String>> contents = new TreeMap<>();

    Roles(Ext4Image image) {
      this.image = image;
    }

    void add(long block, BlockRole role) throws IOException {
      if (role instanceof BlockRole.Fixed fixed) {
        addFixed(block, fixed);
        return;
      }
      Ext4File file = image.inode(role.inode().orElseThrow());
      boolean attributes = role instanceof BlockRole.Attributes;
      // icheck passes over the map of an orphan, whose i_dtime is the next orphan
      if (file.record().linksCount() > 0 && (attributes || file.record().dtime() == 0)) {
        owners.putIfAbsent(block, file.ino());
      }
      if (role instanceof BlockRole.Contents at && file.hasExtents()) {
        contents
            .computeIfAbsent(file.ino(), ino -> new TreeSet<>())
            .add(place(at.lblk(), block, at.extent().state().name().charAt(0)));
      }
    }

    private void addFixed(long block, BlockRole.Fixed fixed) {
      if (fixed.structure() == Structure.RESERVED_DESCRIPTORS
          && image.geometry().has(Feature.RESIZE_INODE)) {
        owners.put(block, RESIZE_INO);
      }
      if (fixed.structure() == Structure.BOOT_BLOCK) {
        return; // dumpe2fs does not mention it
      }
      metadata
          .computeIfAbsent(block, key -> new TreeSet<>())
          .add(fixed.structure().name().toLowerCase(Locale.ROOT) + " " + fixed.group());
    }

    static String place(long lblk, long pblk, char state) {
      return lblk + ":" + pblk + ":" + state;
    }
  }

  /** Every block of every extent that debugfs's ex shows, deleted inodes included. */
  private static void agreeOnContents(Roles ours, Debugfs debugfs) throws IOException {
    Map<Long, Set<String>> theirs = new TreeMap<>();
    for (Map.Entry<Long, List<ExtentTruth>> tree :
        debugfs.entries(ours.contents.keySet()).entrySet()) {
      Set<String> places = new TreeSet<>();
      for (ExtentTruth extent : tree.getValue()) {
        for (long i = 0; i < extent.length(); i++) {
          places.add(
              Roles.place(
                  extent.logical() + i, extent.physical() + i, extent.written() ? 'W' : 'U'));
        }
      }
      theirs.put(tree.getKey(), places);
    }
    same("contents", ours.contents, theirs);
  }

  private static void agreeOnBits(Ext4Image image, Debugfs debugfs, long[] all) throws IOException {
    Map<Long, Boolean> ours = new TreeMap<>();
    SpaceBits bits = null;
    long group = -1;
    for (long block : all) {
      if (group != image.geometry().groupOf(block) || bits == null) {
        group = image.geometry().groupOf(block);
        bits = SpaceBits.read(image, group);
      }
      ours.put(block, bits.isBlockUsed(block));
    }
    long first = Math.max(1, all[0]); // debugfs takes 0 for no number
    Set<Long> used = debugfs.used(first, all[all.length - 1] - first + 1);
    ours.remove(0L);
    Map<Long, Boolean> theirs = new TreeMap<>();
    ours.keySet().forEach(block -> theirs.put(block, used.contains(block)));
    same("bits", ours, theirs);
  }

  /** The names of every inode in use. */
  private static void agreeOnNames(Ext4Image image, Debugfs debugfs) throws IOException {
    List<Long> inos = new ArrayList<>();
    new InodeScan(image, Progress.NONE)
        .run(
            file -> {
              if (file.ino() != ROOT_INO) {
                inos.add(file.ino());
              }
              return true;
            });
    Map<Long, Set<String>> ours = new TreeMap<>();
    Map<Long, Set<String>> theirs = debugfs.names(inos);
    NameFinder.find(image, Set.copyOf(inos), Progress.NONE)
        .forEach(
            (ino, paths) -> {
              if (paths.size() == MOST_NAMES) {
                assertThat(theirs.remove(ino)).containsAll(texts(paths));
              } else if (!paths.isEmpty()) {
                ours.put(ino, texts(paths));
              }
            });
    same("names", ours, theirs);
  }

  private static Set<String> texts(List<FilePath> paths) {
    return paths.stream().map(FilePath::toString).collect(Collectors.toSet());
  }
}
