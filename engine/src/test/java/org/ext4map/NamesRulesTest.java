package org.ext4map;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.ext4map.device.BlockDevice;
import org.ext4map.device.MemoryBlockDevice;
import org.ext4map.images.Debugfs;
import org.ext4map.model.CorruptionException;
import org.ext4map.model.UnsupportedFeatureException;
import org.ext4map.ondisk.InodeRecord;
import org.ext4map.testkit.WritableImages;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Flags, groups, times, link counts and attributes that names have to do with. */
class NamesRulesTest {
  private static final Instant START = Instant.ofEpochSecond(4_500_000_000L, 987_654_321);
  private static final int EXTENTS = InodeRecord.EXTENTS_FL;
  private static final int LARGE_ACL = 8;

  @TempDir Path scratch;

  private final AtomicLong seconds = new AtomicLong();

  /** Each look at the clock is a second later. */
  private Ext4Image open(BlockDevice device) throws IOException {
    return Ext4Image.open(
        device,
        WritableImages.forWriting().clock(() -> START.plusSeconds(seconds.incrementAndGet())));
  }

  private MemoryBlockDevice image(String... options) throws IOException {
    MemoryBlockDevice device = WritableImages.make(scratch, 8, List.of(options), "a", "b");
    try (Ext4Image image = open(device)) {
      image.mkdir("/d", 0755);
      image.mkdir("/d/e", 0755);
      image.create("/d/f", 0644);
    }
    return device;
  }

  /** The image after debugfs has done {@code commands}. */
  private MemoryBlockDevice changed(BlockDevice device, String... commands) throws IOException {
    Path file = WritableImages.save(device, scratch.resolve("changed.ext4"));
    Debugfs.on(file).change(String.join("\n", commands));
    return MemoryBlockDevice.of(Files.readAllBytes(file));
  }

  private static String flags(String path, int flags) {
    return "set_inode_field " + path + " flags 0x" + Integer.toHexString(flags);
  }

  private static void refuses(ThrowingCallable operation, String... words) {
    assertThatThrownBy(operation)
        .isInstanceOf(AccessDeniedException.class)
        .message()
        .contains(words);
  }

  @Test
  void whatIsImmutableKeepsItsNamesAndGetsNone() throws IOException {
    MemoryBlockDevice device =
        changed(
            image(),
            flags("/d", EXTENTS | InodeRecord.IMMUTABLE_FL),
            flags("/a", EXTENTS | InodeRecord.IMMUTABLE_FL));
    try (Ext4Image image = open(device)) {
      refuses(() -> image.create("/d/new", 0644), "immutable");
      refuses(() -> image.unlink("/d/f"), "immutable");
      refuses(() -> image.rmdir("/d/e"), "immutable");
      refuses(() -> image.rename("/d/f", "/f"), "immutable");
      refuses(() -> image.rename("/b", "/d/f"), "immutable");
      refuses(() -> image.rename("/d", "/g"), "immutable");
      refuses(() -> image.unlink("/a"), "immutable");
      refuses(() -> image.link("/a", "/c"), "immutable");
      refuses(() -> image.rename("/b", "/a"), "immutable");
      refuses(() -> image.rename("/a", "/c"), "immutable");
    }
    WritableImages.assertClean(device, scratch, "nothing was done");
  }

  @Test
  void theNumberOfARemovedLinkNamesNoDamage() throws IOException {
    try (Ext4Image image = open(image())) {
      Ext4File link = image.symlink("anywhere", "/link");
      image.unlink("/link");
      assertThatThrownBy(link::readSymlink).isInstanceOf(NoSuchFileException.class);
      assertThatThrownBy(image.inode(link.ino())::readSymlink)
          .isInstanceOf(NoSuchFileException.class)
          .hasMessageContaining("deleted");
    }
  }

  @Test
  void whereNamesAreOnlyAddedNoneGoes() throws IOException {
    MemoryBlockDevice device = changed(image(), flags("/d", EXTENTS | InodeRecord.APPEND_FL));
    try (Ext4Image image = open(device)) {
      image.create("/d/new", 0644);
      image.rename("/b", "/d/b");
      refuses(() -> image.unlink("/d/new"), "only added");
      refuses(() -> image.rename("/d/new", "/new"), "only added");
      refuses(() -> image.rename("/a", "/d/new"), "only added");
      refuses(() -> image.rmdir("/d"), "grow");
    }
    WritableImages.assertClean(device, scratch, "append only");
  }

  @ParameterizedTest
  @CsvSource({"0x800, encrypt", "0x40000000, casefold", "0x10000000, inline_data"})
  void directoriesThatCannotBeChangedSayWhy(String flag, String name) throws IOException {
    BlockDevice device = changed(image(), flags("/d", EXTENTS | Integer.decode(flag)));
    try (Ext4Image image = open(device)) {
      List<ThrowingCallable> operations =
          List.of(
              () -> image.create("/d/new", 0644),
              () -> image.mkdir("/d/new", 0755),
              () -> image.symlink("x", "/d/new"),
              () -> image.link("/a", "/d/new"),
              () -> image.unlink("/d/f"),
              () -> image.rename("/a", "/d/new"),
              () -> image.rename("/d/f", "/f"));
      for (ThrowingCallable operation : operations) {
        assertThatThrownBy(operation)
            .isInstanceOf(UnsupportedFeatureException.class)
            .hasMessageContaining(name);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"casefold", "encrypt", "inline_data", "ea_inode"})
  void imagesWithSuchFeaturesAreNotOpenedForWriting(String feature) throws IOException {
    BlockDevice device = WritableImages.make(scratch, 8, List.of("-O", feature));
    assertThatThrownBy(() -> open(device))
        .isInstanceOf(UnsupportedFeatureException.class)
        .hasMessageContaining(feature);
  }

  @Test
  void aDirectoryPassesOnItsGroupAndSomeOfItsFlags() throws IOException {
    int inherited = InodeRecord.SYNC_FL | 0x40 | 0x80 | 0x10000; // NODUMP, NOATIME, DIRSYNC
    MemoryBlockDevice device =
        changed(
            image(),
            flags("/d", EXTENTS | inherited | 0x20000), // TOPDIR
            "set_inode_field /d mode 042775",
            "set_inode_field /d gid 70001");
    try (Ext4Image image = open(device)) {
      InodeRecord file = image.create("/d/file", 0644).record();
      InodeRecord directory = image.mkdir("/d/directory", 0755).record();
      InodeRecord link = image.symlink("x", "/d/link").record();
      assertThat(List.of(file.gid(), directory.gid(), link.gid())).containsOnly(70001L);
      assertThat(directory.mode()).isEqualTo(042755);
      assertThat(file.mode()).isEqualTo(0100644);
      assertThat(link.mode()).isEqualTo(0120777);
      assertThat(directory.flags()).isEqualTo(EXTENTS | inherited);
      assertThat(file.flags()).isEqualTo(EXTENTS | (inherited & ~0x10000));
      assertThat(link.flags()).isEqualTo(0x40 | 0x80);
      assertThat(image.create("/else", 0644).record().gid()).isZero();
      assertThatThrownBy(() -> image.create("/x", 010644))
          .isInstanceOf(IllegalArgumentException.class);
    }
    WritableImages.assertClean(device, scratch, "inherited");
  }

  @Test
  void anAccessControlListThatWouldBeInheritedIsNotForgotten() throws IOException {
    ByteBuffer list = ByteBuffer.allocate(4 + 3 * LARGE_ACL).order(ByteOrder.LITTLE_ENDIAN);
    list.putInt(2);
    for (int tag : new int[] {0x01, 0x04, 0x20}) {
      list.putShort((short) tag).putShort((short) 7).putInt(-1);
    }
    Path value = Files.write(scratch.resolve("acl"), list.array());
    BlockDevice device = changed(image(), "ea_set -f " + value + " /d system.posix_acl_default");
    try (Ext4Image image = open(device)) {
      assertThatThrownBy(() -> image.create("/d/new", 0644))
          .isInstanceOf(UnsupportedFeatureException.class)
          .hasMessageContaining("system.posix_acl_default");
      assertThatThrownBy(() -> image.mkdir("/d/new", 0755))
          .isInstanceOf(UnsupportedFeatureException.class);
      image.symlink("x", "/d/links-have-none");
      image.link("/a", "/d/a");
    }
    WritableImages.assertClean(device, scratch, "default list");
  }

  private static Instant mtime(Ext4Image image, String path) throws IOException {
    return image.lookup(path).record().mtime();
  }

  private static Instant ctime(Ext4Image image, String path) throws IOException {
    return image.lookup(path).record().ctime();
  }

  @Test
  void timesTellWhatChanged() throws IOException {
    BlockDevice device = image();
    try (Ext4Image image = open(device)) {
      Instant before = START.plusSeconds(seconds.get());
      InodeRecord made = image.create("/d/new", 0644).record();
      assertThat(made.crtime()).isAfter(before).isEqualTo(made.mtime()).isEqualTo(made.atime());
      assertThat(made.crtime())
          .isEqualTo(made.crtime().truncatedTo(ChronoUnit.SECONDS).plusNanos(987_654_321));
      assertThat(mtime(image, "/d")).isAfter(made.crtime());
      assertThat(ctime(image, "/d")).isAfter(made.crtime());

      Instant then = START.plusSeconds(seconds.get());
      image.link("/d/new", "/second");
      assertThat(ctime(image, "/second")).isAfter(then);
      assertThat(mtime(image, "/second")).isEqualTo(made.mtime());
      assertThat(mtime(image, "/")).isAfter(then);
      assertThat(mtime(image, "/d")).isBefore(then.plusNanos(1));

      Instant later = START.plusSeconds(seconds.get());
      image.rename("/second", "/d/f");
      assertThat(ctime(image, "/d/f")).isAfter(later);
      assertThat(mtime(image, "/")).isAfter(later);
      assertThat(mtime(image, "/d")).isAfter(later);

      Instant last = START.plusSeconds(seconds.get());
      image.unlink("/d/f");
      assertThat(ctime(image, "/d/new")).isAfter(last);
      assertThat(ctime(image, "/d")).isAfter(last);
    }
    WritableImages.assertClean(device, scratch, "times");
  }

  private static int links(Ext4Image image, String path) throws IOException {
    return image.lookup(path).record().linksCount();
  }

  /** Makes {@code /d} hashed. */
  private static void fill(BlockDevice device) throws IOException {
    try (Ext4Image image = Ext4Image.open(device, WritableImages.forWriting())) {
      for (int i = 0; i < 40; i++) {
        image.create("/d/a-name-of-some-length-" + i, 0644);
      }
    }
  }

  @Test
  void aHashedDirectoryWithTooManyToCountSaysOne() throws IOException {
    BlockDevice device = image("-b", "1024");
    fill(device);
    BlockDevice many = changed(device, "set_inode_field /d links_count 64999");
    try (Ext4Image image = open(many)) {
      image.mkdir("/d/1", 0755);
      assertThat(links(image, "/d")).isEqualTo(65_000);
      image.mkdir("/d/2", 0755);
      assertThat(links(image, "/d")).isEqualTo(1);
      image.mkdir("/d/3", 0755);
      image.rename("/d/3", "/3");
      image.rename("/3", "/d/4");
      image.rmdir("/d/4");
      assertThat(links(image, "/d")).isEqualTo(1);
    }
  }

  @Test
  void withoutTheFeatureADirectoryIsFullThen() throws IOException {
    BlockDevice device = image("-b", "1024", "-O", "^dir_nlink");
    fill(device);
    BlockDevice many = changed(device, "set_inode_field /d links_count 65000");
    try (Ext4Image image = open(many)) {
      assertThatThrownBy(() -> image.mkdir("/d/1", 0755))
          .isInstanceOf(FileSystemException.class)
          .hasMessageContaining("65000 links");
      image.mkdir("/1", 0755);
      assertThatThrownBy(() -> image.rename("/1", "/d/1"))
          .isInstanceOf(FileSystemException.class)
          .hasMessageContaining("65000 links");
      image.rename("/1", "/d/e");
      image.create("/d/new", 0644);
      assertThat(links(image, "/d")).isEqualTo(65_000);
    }
  }

  @Test
  void aFileHasNoMoreThan65000Names() throws IOException {
    BlockDevice device = changed(image(), "set_inode_field /a links_count 65000");
    try (Ext4Image image = open(device)) {
      assertThatThrownBy(() -> image.link("/a", "/c"))
          .isInstanceOf(FileSystemException.class)
          .hasMessageContaining("65000 links");
    }
  }

  @Test
  @Tag("slow")
  void moreThan65000DirectoriesInOne() throws IOException {
    BlockDevice device =
        WritableImages.make(scratch, 140, List.of("-b", "1024", "-N", "66000", "-J", "size=8"));
    try (Ext4Image image = open(device)) {
      for (int i = 0; i < 65_010; i++) {
        image.mkdir("/" + i, 0755);
      }
      assertThat(links(image, "/")).isEqualTo(1);
    }
    WritableImages.assertClean(device, scratch, "65010 directories");
    try (Ext4Image image = open(device)) {
      for (int i = 0; i < 65_010; i++) {
        image.rmdir("/" + i);
      }
    }
    WritableImages.assertClean(device, scratch, "none left");
  }

  private MemoryBlockDevice withSharedAttributes() throws IOException {
    BlockDevice device = image("-b", "1024", "-O", "^metadata_csum");
    MemoryBlockDevice one = changed(device, "ea_set /a user.large " + "v".repeat(500));
    try (Ext4Image image = open(one)) {
      long block = image.lookup("/a").record().fileAcl();
      assertThat(block).isPositive();
      return changed(
          one,
          "set_inode_field /b file_acl " + block,
          "set_inode_field /b blocks 2",
          "zap_block -o 4 -l 1 -p 2 " + block);
    }
  }

  @Test
  void aBlockOfAttributesGoesWithTheLastWhoSharesIt() throws IOException {
    BlockDevice device = withSharedAttributes();
    WritableImages.assertClean(device, scratch, "shared");
    try (Ext4Image image = open(device)) {
      image.unlink("/a");
      assertThat(image.lookup("/b").xattr("user.large").orElseThrow()).hasSize(500);
    }
    WritableImages.assertClean(device, scratch, "one left");
    try (Ext4Image image = open(device)) {
      image.unlink("/b");
    }
    WritableImages.assertClean(device, scratch, "none left");
  }

  @Test
  void anAttributeWithAnInodeOfItsOwnKeepsItsFile() throws IOException {
    BlockDevice shared = withSharedAttributes();
    long block;
    long ino;
    try (Ext4Image image = open(shared)) {
      image.unlink("/b");
      block = image.lookup("/a").record().fileAcl();
      ino = image.lookup("/d/f").ino();
    }
    BlockDevice device = changed(shared, "zap_block -o 36 -l 1 -p " + ino + " " + block);
    try (Ext4Image image = open(device)) {
      assertThatThrownBy(() -> image.unlink("/a"))
          .isInstanceOfAny(UnsupportedFeatureException.class, CorruptionException.class);
      assertThatThrownBy(() -> image.rename("/d/f", "/a"))
          .isInstanceOfAny(UnsupportedFeatureException.class, CorruptionException.class);
      assertThat(links(image, "/a")).isEqualTo(1);
      image.link("/a", "/c");
      image.unlink("/a");
      assertThat(image.lookup("/c").record().linksCount()).isEqualTo(1);
    }
  }

  @Test
  void damagedTreesAreNotMadeWorse() throws IOException {
    BlockDevice device =
        changed(image(), "unlink /d/e/..", "link / /d/e/..", "link / /d/root", "link <8> /journal");
    try (Ext4Image image = open(device)) {
      List<ThrowingCallable> operations =
          List.of(
              () -> image.rmdir("/d/e"),
              () -> image.rename("/d/e", "/e"),
              () -> image.rmdir("/d/root"),
              () -> image.rename("/d/root", "/root"), // would move below itself
              () -> image.unlink("/journal"),
              () -> image.link("/journal", "/log"));
      for (ThrowingCallable operation : operations) {
        assertThatThrownBy(operation)
            .isInstanceOfAny(CorruptionException.class, FileSystemException.class);
      }
    }
  }

  @Test
  void namesThatCannotBeAreRefused() throws IOException {
    BlockDevice device = image();
    try (Ext4Image image = open(device)) {
      String tooLong = "/" + "x".repeat(256);
      assertThatThrownBy(() -> image.create(tooLong, 0644)).hasMessageContaining("256 bytes");
      assertThatThrownBy(() -> image.create("/a\0b", 0644))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> image.create("relative", 0644)).hasMessageContaining("start with /");
      assertThatThrownBy(() -> image.create("/file/", 0644)).hasMessageContaining("end with /");
      assertThatThrownBy(() -> image.symlink("", "/s")).hasMessageContaining("0 bytes");
      assertThatThrownBy(() -> image.symlink("t".repeat(4096), "/s"))
          .hasMessageContaining("4096 bytes");
      image.create("/" + "\u00e4".repeat(127) + "x", 0644);
    }
    WritableImages.assertClean(device, scratch, "names");
  }

  @Test
  void whoListsADirectoryMayEmptyIt() throws IOException {
    BlockDevice device = image();
    fill(device);
    try (Ext4Image image = open(device)) {
      image.rmdir("/d/e");
      image
          .lookup("/d")
          .forEachEntry(
              entry -> {
                try {
                  if (!entry.name().isDots()) {
                    image.unlink("/d/" + entry.name());
                  }
                  return true;
                } catch (IOException e) {
                  throw new AssertionError(e);
                }
              });
      image.rmdir("/d");
    }
    WritableImages.assertClean(device, scratch, "emptied");
  }

  @Test
  void aLookAtADeletedInodeDeletesNothing() throws IOException {
    BlockDevice device = image();
    try (Ext4Image image = open(device)) {
      long ino = image.lookup("/a").ino();
      image.unlink("/a");
      Ext4File old = image.inode(ino);
      Ext4File fresh;
      try (SeekableByteChannel ghost = old.open()) {
        fresh = image.create("/a", 0644);
        assertThat(fresh.ino()).isEqualTo(ino);
        assertThat(ghost.size()).isZero();
      }
      assertThatThrownBy(() -> old.truncate(10)).hasMessageContaining("is deleted");
      assertThat(links(image, "/a")).isEqualTo(1);
      fresh.truncate(10);
    }
    WritableImages.assertClean(device, scratch, "ghost");
  }
}
