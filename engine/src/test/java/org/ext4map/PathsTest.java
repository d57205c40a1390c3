package org.ext4map;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.NonWritableChannelException;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.NotLinkException;
import java.nio.file.Path;
import java.time.Duration;
import org.ext4map.images.Judge;
import org.ext4map.model.CorruptionException;
import org.ext4map.model.FileName;
import org.ext4map.ondisk.FileType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** From paths to files, in an image that debugfs made. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PathsTest {
  private static final Duration SOON = Duration.ofSeconds(30);

  private Ext4Image image;

  @BeforeAll
  void givenAnImage(@TempDir Path scratch) throws IOException, InterruptedException {
    Judge.E2FSPROGS.missing().ifPresent(Assumptions::abort);
    Path path = scratch.resolve("paths.img");
    Path content = Files.writeString(scratch.resolve("content"), "hello");
    run("mke2fs", "-q", "-F", "-t", "ext4", "-O", "^has_journal", "" + path, "4M");
    Path commands = scratch.resolve("commands");
    Files.writeString(
        commands,
        String.join(
            "\n",
            "mkdir a",
            "mkdir a/b",
            "write " + content + " a/b/file",
            "symlink rel a/b/file",
            "symlink abs /a/b",
            "symlink up a/b/../b/./file",
            "symlink a/back ../a/b/file",
            "symlink loop loop",
            "symlink ping pong",
            "symlink pong ping",
            "symlink nowhere /a/none",
            "symlink slash a/b/",
            "symlink long " + "a/../".repeat(30) + "a/b/file",
            "mknod fifo p",
            ""));
    run("debugfs", "-w", "-f", "" + commands, "" + path);
    image = Ext4Image.open(path);
  }

  private static void run(String... command) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    assertThat(process.waitFor(SOON.toSeconds(), java.util.concurrent.TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(String.join(" ", command)).isZero();
  }

  @AfterAll
  void closeIt() throws IOException {
    if (image != null) {
      image.close();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "/a/b/file",
    "//a///b/file",
    "/a/./b/../b/file",
    "/../../a/b/file",
    "/rel",
    "/abs/file",
    "/up",
    "/a/back",
    "/long",
    "/abs/../b/file",
    "/slash/file"
  })
  void theFileIsFound(String path) throws IOException {
    Ext4File file = image.follow(path);

    assertThat(file.ino()).isEqualTo(image.lookup("/a/b/file").ino());
    ByteBuffer bytes = ByteBuffer.allocate(10);
    assertThat(file.open().read(bytes)).isEqualTo(5);
    assertThat(new String(bytes.array(), 0, 5, StandardCharsets.US_ASCII)).isEqualTo("hello");
  }

  @Test
  void aTargetInInlineDataIsFollowed(@TempDir Path scratch)
      throws IOException, InterruptedException {
    Path path = scratch.resolve("inline.img");
    String target = "lost+found/../".repeat(5) + "lost+found";
    run("mke2fs", "-q", "-F", "-t", "ext4", "-O", "^has_journal,inline_data", "" + path, "4M");
    run("debugfs", "-w", "-R", "symlink inline " + target, "" + path);

    try (Ext4Image withInline = Ext4Image.open(path)) {
      Ext4File link = withInline.lookup("/inline");

      assertThat(link.isInline()).isTrue();
      assertThat(new String(link.readSymlink(), StandardCharsets.US_ASCII)).isEqualTo(target);
      assertThat(withInline.follow("/inline").ino()).isEqualTo(11);
    }
  }

  @ParameterizedTest
  @CsvSource({"/, 2", "<2>, 2", "/a/.., 2", "/a/../../.., 2", "<11>, 11", "/lost+found/, 11"})
  void theInodeIsFound(String path, long ino) throws IOException {
    assertThat(image.lookup(path).ino()).isEqualTo(ino);
  }

  @Test
  void aLinkAtTheEndIsFollowedOnlyWhenAsked() throws IOException {
    assertThat(image.lookup("/rel").type()).isEqualTo(FileType.SYMLINK);
    assertThat(new String(image.lookup("/rel").readSymlink(), StandardCharsets.UTF_8))
        .isEqualTo("a/b/file");
    assertThat(image.lookup("/abs/").type()).isEqualTo(FileType.DIRECTORY);
    assertThat(image.follow("/rel").type()).isEqualTo(FileType.REGULAR);
  }

  @ParameterizedTest
  @CsvSource({"/none", "/a/none/x", "/nowhere", "a/b", "''", "<0>", "<99999999>", "<200>", "/A"})
  void whatIsNotThereIsSaidSo(String path) {
    assertThatThrownBy(() -> image.follow(path)).isInstanceOf(NoSuchFileException.class);
  }

  @ParameterizedTest
  @CsvSource({"/a/b/file/x", "/a/b/file/", "/rel/", "/fifo/x", "/a/b/file/.."})
  void whatIsNoDirectoryIsSaidSo(String path) {
    assertThatThrownBy(() -> image.follow(path)).isInstanceOf(NotDirectoryException.class);
  }

  @ParameterizedTest
  @CsvSource({"/loop", "/ping", "/loop/x"})
  void linksThatGoInCirclesAreSaidSo(String path) {
    assertThatThrownBy(() -> image.follow(path)).isInstanceOf(FileSystemLoopException.class);
  }

  @Test
  void whatAnInodeIsNotItDoesNotDo() throws IOException {
    Ext4File directory = image.lookup("/a");
    Ext4File fifo = image.lookup("/fifo");

    assertThatThrownBy(directory::open).isInstanceOf(FileSystemException.class);
    assertThatThrownBy(directory::readSymlink).isInstanceOf(NotLinkException.class);
    assertThatThrownBy(fifo::list).isInstanceOf(NotDirectoryException.class);
    assertThatThrownBy(() -> fifo.map(0, 1, new org.ext4map.model.Mapping()))
        .isInstanceOf(FileSystemException.class);
    assertThat(fifo.extents()).isEmpty();
    assertThat(fifo.treeDepth()).isZero();
  }

  @Test
  void namesAreBytes() throws IOException {
    Ext4File root = image.root();

    assertThat(root.find(FileName.of("rel")))
        .hasValueSatisfying(entry -> assertThat(entry.type()).isEqualTo(FileType.SYMLINK));
    assertThat(root.find(FileName.of("REL"))).isEmpty();
    assertThat(root.find(FileName.of(new byte[] {(byte) 0xFF}))).isEmpty();
  }

  @Test
  void aChannelReadsAndNothingElse() throws IOException {
    SeekableByteChannel channel = image.lookup("/a/b/file").open();

    assertThat(channel.size()).isEqualTo(5);
    assertThat(channel.position(3).read(ByteBuffer.allocate(9))).isEqualTo(2);
    assertThat(channel.position()).isEqualTo(5);
    assertThat(channel.position(Long.MAX_VALUE).read(ByteBuffer.allocate(1))).isEqualTo(-1);
    assertThat(channel.position(0).read(ByteBuffer.allocate(0))).isZero();
    assertThatThrownBy(() -> channel.write(ByteBuffer.allocate(1)))
        .isInstanceOf(NonWritableChannelException.class);
    assertThatThrownBy(() -> channel.position(-1)).isInstanceOf(IllegalArgumentException.class);
    channel.close();
    assertThatThrownBy(() -> channel.read(ByteBuffer.allocate(1)))
        .isInstanceOf(java.nio.channels.ClosedChannelException.class);
  }

  @Test
  void aFileThatIsNoImageIsSaidSo(@TempDir Path scratch) throws IOException {
    Path empty = Files.write(scratch.resolve("empty"), new byte[0]);
    Path zeros = Files.write(scratch.resolve("zeros"), new byte[8192]);

    assertThatThrownBy(() -> Ext4Image.open(empty))
        .isInstanceOf(CorruptionException.class)
        .hasMessageContaining("size=0, allowed >= 2048");
    assertThatThrownBy(() -> Ext4Image.open(zeros))
        .isInstanceOf(CorruptionException.class)
        .hasMessageContaining("s_magic=0x0, allowed 0xef53");
    assertThatThrownBy(() -> Ext4Image.open(zeros, OpenOptions.defaults().offsetBytes(1L << 40)))
        .isInstanceOf(IOException.class);
  }
}
