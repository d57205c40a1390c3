package org.ext4map;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.ext4map.device.MemoryBlockDevice;
import org.ext4map.dio.DirectChange;
import org.ext4map.dio.DirectInode;
import org.ext4map.model.ReadOnlyException;
import org.ext4map.ondisk.FileType;
import org.ext4map.testkit.WritableImages;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Names that come and go, one operation at a time; e2fsck judges after each test. */
class NamesTest {
  @TempDir Path scratch;

  private MemoryBlockDevice device;
  private Ext4Image image;

  @BeforeEach
  void open() throws IOException {
    device = WritableImages.make(scratch, 8, List.of("-b", "1024"), "a", "b");
    image = Ext4Image.open(device, WritableImages.forWriting());
  }

  @AfterEach
  void judge() throws IOException {
    image.close();
    WritableImages.assertClean(device, scratch, "after the test");
  }

  private String names(String directory) throws IOException {
    return image.follow(directory).list().stream()
        .map(entry -> entry.name().toString())
        .filter(name -> !name.startsWith(".") && !name.equals("lost+found"))
        .sorted()
        .collect(Collectors.joining(" "));
  }

  private int links(String path) throws IOException {
    return image.lookup(path).record().linksCount();
  }

  private void write(String path, String text) throws IOException {
    try (SeekableByteChannel channel = image.lookup(path).openForWriting()) {
      channel.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
    }
  }

  private static String read(SeekableByteChannel channel) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate((int) channel.size());
    channel.position(0).read(bytes);
    return new String(bytes.array(), StandardCharsets.UTF_8);
  }

  private String read(String path) throws IOException {
    try (SeekableByteChannel channel = image.lookup(path).open()) {
      return read(channel);
    }
  }

  @Test
  void aNewFileIsEmptyAndCanBeWritten() throws IOException {
    Ext4File file = image.create("/new", 0640);
    assertThat(file.record().mode()).isEqualTo(0100640);
    assertThat(file.size()).isZero();
    assertThat(names("/")).isEqualTo("a b new");
    write("/new", "hello");
    assertThat(read("/new")).isEqualTo("hello");
    assertThatThrownBy(() -> image.create("/new", 0600))
        .isInstanceOf(FileAlreadyExistsException.class);
    assertThatThrownBy(() -> image.create("/none/new", 0600))
        .isInstanceOf(NoSuchFileException.class);
    assertThatThrownBy(() -> image.create("/a/new", 0600))
        .isInstanceOf(NotDirectoryException.class);
  }

  @Test
  void directoriesCountTheirSubdirectories() throws IOException {
    int rootLinks = links("/");
    image.mkdir("/d", 0755);
    image.mkdir("/d/e", 0755);
    image.create("/d/f", 0644);
    assertThat(links("/")).isEqualTo(rootLinks + 1);
    assertThat(links("/d")).isEqualTo(3);
    assertThat(names("/d")).isEqualTo("e f");
    assertThatThrownBy(() -> image.rmdir("/d")).isInstanceOf(DirectoryNotEmptyException.class);
    assertThatThrownBy(() -> image.rmdir("/d/f")).isInstanceOf(NotDirectoryException.class);
    assertThatThrownBy(() -> image.unlink("/d/e")).isInstanceOf(FileSystemException.class);
    image.rmdir("/d/e");
    image.unlink("/d/f");
    assertThat(links("/d")).isEqualTo(2);
    image.rmdir("/d/");
    assertThat(names("/")).isEqualTo("a b");
    assertThat(links("/")).isEqualTo(rootLinks);
  }

  @Test
  void aShortTargetStandsInTheInodeALongOneInABlock() throws IOException {
    String shortest = "x".repeat(59);
    String longer = "x".repeat(60);
    Ext4File fast = image.symlink(shortest, "/fast");
    Ext4File slow = image.symlink(longer, "/slow");
    assertThat(fast.isMapped()).isFalse();
    assertThat(slow.isMapped()).isTrue();
    assertThat(fast.readSymlink()).asString().isEqualTo(shortest);
    assertThat(slow.readSymlink()).asString().isEqualTo(longer);
    image.symlink("a", "/to-a");
    write("/a", "A");
    assertThat(image.follow("/to-a").ino()).isEqualTo(image.lookup("/a").ino());
    image.unlink("/slow");
    image.unlink("/to-a");
    assertThat(names("/")).isEqualTo("a b fast");
  }

  @Test
  void aFileGoesWithItsLastName() throws IOException {
    write("/a", "contents");
    image.link("/a", "/c");
    assertThat(links("/c")).isEqualTo(2);
    image.unlink("/a");
    assertThat(read("/c")).isEqualTo("contents");
    long ino = image.lookup("/c").ino();
    image.unlink("/c");
    assertThat(image.inode(ino).record().linksCount()).isZero();
    assertThat(image.inode(ino).size()).isZero();
    assertThatThrownBy(() -> image.link("/", "/root")).isInstanceOf(FileSystemException.class);
  }

  @Test
  void whatIsOpenIsReadableUntilItIsClosed() throws IOException {
    write("/a", "still here");
    Ext4File file = image.lookup("/a");
    try (SeekableByteChannel channel = file.openForWriting()) {
      image.unlink("/a");
      assertThat(read(channel)).isEqualTo("still here");
      channel.position(0).write(ByteBuffer.wrap(new byte[] {'S'}));
      channel.truncate(5);
      assertThat(read(channel)).isEqualTo("Still");
    }
    assertThat(file.size()).isZero();
    assertThatThrownBy(file::open).isInstanceOf(NoSuchFileException.class);
    assertThatThrownBy(() -> file.truncate(7)).isInstanceOf(NoSuchFileException.class);
  }

  @Test
  void whatLostItsNameMayGrowUntilItIsClosed() throws IOException {
    Ext4File file = image.lookup("/a");
    try (SeekableByteChannel channel = file.openForWriting()) {
      image.unlink("/a");
      channel.write(ByteBuffer.allocate(50_000));
      assertThat(file.size()).isEqualTo(50_000);
    }
    assertThat(file.extents()).isEmpty();
    Ext4File direct = image.lookup("/b");
    try (DirectInode open = direct.openDirect()) {
      open.lockExclusively();
      open.beginExtension();
      open.unlockExclusively();
      image.unlink("/b");
      try (DirectChange change = open.startChange()) {
        change.endExtension();
      }
    }
    assertThatThrownBy(direct::openDirect).isInstanceOf(NoSuchFileException.class);
  }

  @Test
  void renamingReplacesWhatWasThere() throws IOException {
    write("/a", "A");
    write("/b", "B");
    image.rename("/a", "/b");
    assertThat(names("/")).isEqualTo("b");
    assertThat(read("/b")).isEqualTo("A");
    image.rename("/b", "/c");
    assertThat(names("/")).isEqualTo("c");
    assertThatThrownBy(() -> image.rename("/b", "/c")).isInstanceOf(NoSuchFileException.class);
  }

  @Test
  void aDirectoryMovesWithItsParentAndTheLinks() throws IOException {
    image.mkdir("/x", 0755);
    image.mkdir("/y", 0755);
    image.mkdir("/x/d", 0755);
    image.create("/x/d/f", 0644);
    image.mkdir("/y/e", 0755);
    image.rename("/x/d", "/y/e");
    assertThat(links("/x")).isEqualTo(2);
    assertThat(links("/y")).isEqualTo(3);
    assertThat(names("/y/e")).isEqualTo("f");
    image.rename("/y/e", "/x/g");
    assertThat(links("/x")).isEqualTo(3);
    assertThat(links("/y")).isEqualTo(2);
    assertThatThrownBy(() -> image.rename("/x", "/x/g/h"))
        .isInstanceOf(FileSystemException.class)
        .hasMessageContaining("below itself");
    assertThatThrownBy(() -> image.rename("/x/g", "/x"))
        .isInstanceOf(DirectoryNotEmptyException.class);
    assertThatThrownBy(() -> image.rename("/y", "/a")).isInstanceOf(NotDirectoryException.class);
    assertThatThrownBy(() -> image.rename("/a", "/y")).isInstanceOf(FileSystemException.class);
    assertThat(image.lookup("/x/g/..").ino()).isEqualTo(image.lookup("/x").ino());
  }

  @Test
  void twoNamesOfOneFileAreNotRenamed() throws IOException {
    image.link("/a", "/c");
    image.rename("/a", "/c");
    assertThat(names("/")).isEqualTo("a b c");
    assertThat(links("/a")).isEqualTo(2);
  }

  @Test
  void thousandsOfNamesGoThroughAllShapesOfADirectory() throws IOException {
    image.mkdir("/many", 0755);
    for (int i = 0; i < 1500; i++) {
      image.create("/many/a-name-that-is-somewhat-longer-" + i, 0644);
    }
    assertThat(image.lookup("/many").list()).hasSize(1502);
    for (int i = 0; i < 1500; i += 2) {
      image.unlink("/many/a-name-that-is-somewhat-longer-" + i);
    }
    assertThat(image.lookup("/many").list()).hasSize(752);
  }

  @Test
  void theRootAndTheDotsStay() throws IOException {
    assertThat(image.lookup("/").type()).isEqualTo(FileType.DIRECTORY);
    for (String path : List.of("/", "/.", "/..", "//")) {
      assertThatThrownBy(() -> image.rmdir(path)).isInstanceOf(FileSystemException.class);
      assertThatThrownBy(() -> image.rename(path, "/c")).isInstanceOf(FileSystemException.class);
      assertThatThrownBy(() -> image.rename("/a", path)).isInstanceOf(FileSystemException.class);
      assertThatThrownBy(() -> image.mkdir(path, 0755))
          .isInstanceOf(FileAlreadyExistsException.class);
    }
  }

  @Test
  void closingTwiceIsClosingOnce() throws IOException {
    image.create("/new", 0644);
    image.close();
    image.close();
    assertThatThrownBy(() -> image.create("/newer", 0644)).isInstanceOf(ReadOnlyException.class);
  }

  @Test
  void anImageOpenForReadingKeepsItsNames() throws IOException {
    image.close();
    try (Ext4Image reading = Ext4Image.open(device, OpenOptions.defaults())) {
      assertThatThrownBy(() -> reading.create("/new", 0644)).isInstanceOf(ReadOnlyException.class);
      assertThatThrownBy(() -> reading.unlink("/a")).isInstanceOf(ReadOnlyException.class);
    }
    image = Ext4Image.open(device, WritableImages.forWriting());
  }
}
