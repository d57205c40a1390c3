package org.ext4map.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.ext4map.cli.Ran.ext4map;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PutCommandTest {
  private static final Map<String, String> CLOCK = Map.of("SOURCE_DATE_EPOCH", "1700000000");

  @TempDir Path scratch;
  private Path image;

  @BeforeEach
  void anEmptyImage() {
    image = scratch.resolve("fs.img");
    make(image);
  }

  private static void make(Path file) {
    String uuid = "01234567-89ab-cdef-0123-456789abcdef";
    assertThat(ext4map(CLOCK, "", "mkfs", "-U", uuid, file, "8m").exitCode()).isZero();
  }

  @AfterEach
  void isCleanAfterwards() {
    Ran check = ext4map("check", image);
    assertThat(check.exitCode()).as(check.out()).isZero();
    assertThat(check.out()).contains(" 0 findings");
  }

  private Path host(String name, int bytes) throws IOException {
    byte[] contents = new byte[bytes];
    new SplittableRandom(bytes).nextBytes(contents);
    return Files.write(scratch.resolve(name), contents);
  }

  @Test
  void bytesAndPermissionsArrive() throws IOException {
    Path file = host("file", 1_234_567);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-x--x"));

    assertThat(ext4map("put", image, file, "/copy").exitCode()).isZero();

    assertThat(ext4map("cat", image, "/copy").bytes()).isEqualTo(Files.readAllBytes(file));
    assertThat(ext4map("stat", image, "/copy").out())
        .contains("0751 -rwxr-x--x", "uid 0, gid 0", "1234567 bytes");
  }

  @Test
  void holesStayHoles() throws IOException {
    Path sparse = scratch.resolve("sparse");
    try (RandomAccessFile file = new RandomAccessFile(sparse.toFile(), "rw")) {
      file.seek(5 << 20);
      file.write('x');
      file.setLength(30 << 20);
    }

    assertThat(ext4map("put", image, sparse, "/").exitCode()).isZero();

    Ran extents = ext4map("extents", image, "/sparse");
    assertThat(extents.out()).contains("30.0 MiB", "1 extent: 1 block written, 0 unwritten");
    assertThat(ext4map("cat", image, "/sparse").bytes()).isEqualTo(Files.readAllBytes(sparse));
  }

  @Test
  void anEmptyFileIsAFile() throws IOException {
    assertThat(ext4map("put", image, host("nothing", 0), "/").exitCode()).isZero();
    assertThat(ext4map("cat", image, "/nothing").exitCode()).isZero();
  }

  @Test
  void standardInputIsTakenToo() {
    assertThat(ext4map(Map.of(), "piped", "put", image, "-", "/piped").exitCode()).isZero();
    assertThat(ext4map("cat", image, "/piped").out()).isEqualTo("piped");
    assertThat(ext4map("stat", image, "/piped").out()).contains("0644");
    assertThat(ext4map(Map.of(), "x", "put", image, "-", "/lost+found").err())
        .contains("exists already");
  }

  @Test
  void aFileThatIsThereIsOnlyReplacedByForce() throws IOException {
    Path file = host("file", 5000);
    assertThat(ext4map(Map.of(), "old", "put", image, "-", "/file").exitCode()).isZero();

    Ran refused = ext4map("put", image, file, "/");

    assertThat(refused.exitCode()).isEqualTo(8);
    assertThat(refused.errLines()).containsExactly("ext4map: /file: exists already");
    assertThat(ext4map("cat", image, "/file").out()).isEqualTo("old");
    assertThat(ext4map("put", "-f", image, file, "/file").exitCode()).isZero();
    assertThat(ext4map("cat", image, "/file").bytes()).isEqualTo(Files.readAllBytes(file));
    assertThat(ext4map("ls", image).outLines()).containsExactly("lost+found", "file");
  }

  @Test
  void whatDoesNotFitLeavesNothing() throws IOException {
    Path large = host("large", 9 << 20);
    assertThat(ext4map(Map.of(), "old", "put", image, "-", "/file").exitCode()).isZero();
    List<String> before = free();

    Ran full = ext4map("put", image, large, "/");
    Ran alsoFull = ext4map("put", "-f", image, large, "/file");

    assertThat(full.exitCode()).isEqualTo(8);
    assertThat(full.errLines()).singleElement().asString().contains("no block left");
    assertThat(alsoFull.exitCode()).isEqualTo(8);
    assertThat(ext4map("ls", image).outLines()).containsExactly("lost+found", "file");
    assertThat(ext4map("cat", image, "/file").out()).isEqualTo("old");
    assertThat(free()).isEqualTo(before);
  }

  private List<String> free() {
    List<String> lines =
        ext4map("info", image).outLines().stream().filter(line -> line.contains(" free")).toList();
    assertThat(lines).hasSize(2);
    return lines;
  }

  @Test
  void whatCannotBeCopiedIsNamed() throws IOException {
    Path file = host("file", 10);
    assertThat(ext4map("put", image, scratch, "/x").err()).contains("type=directory, allowed");
    assertThat(ext4map("put", image, image, "/x").err()).contains("is the image itself");
    Ran missing = ext4map("put", image, scratch.resolve("missing"), "/x");
    assertThat(missing.exitCode()).isEqualTo(8);
    assertThat(missing.err()).contains("missing: no such file");
    assertThat(ext4map("put", image, file, "/no/x").exitCode()).isEqualTo(1);
    assertThat(ext4map("put", image, file, "<12>").exitCode()).isEqualTo(16);
    assertThat(ext4map("put", image, file, "x").exitCode()).isEqualTo(16);
    assertThat(ext4map("ls", image).outLines()).containsExactly("lost+found");
  }

  @Test
  void aFileOneMayNotWriteIsNamed() throws IOException {
    Path other = scratch.resolve("no-image");
    Files.writeString(other, "text", StandardCharsets.UTF_8);

    Ran refused = ext4map(Map.of(), "x", "put", other, "-", "/x");

    assertThat(refused.exitCode()).isEqualTo(8);
    assertThat(refused.errLines()).singleElement().asString().contains("no-image", "size=4");
    assertThat(Files.readString(other)).isEqualTo("text");
  }

  @Test
  void theSameCommandsAndClockMakeTheSameImage() throws IOException {
    Path file = host("file", 100_000);
    Path other = scratch.resolve("other.img");
    make(other);
    for (Path one : new Path[] {image, other}) {
      ext4map(CLOCK, "", "mkdir", one, "/d");
      ext4map(CLOCK, "", "put", one, file, "/d");
      ext4map(CLOCK, "", "ln", "-s", one, "d", "/link");
      ext4map(CLOCK, "", "io", one, "/d/file", "-c", "fpunch 10k 20k", "-c", "fsync");
      assertThat(ext4map(CLOCK, "", "rm", one, "/link").exitCode()).isZero();
    }

    assertThat(Arrays.equals(Files.readAllBytes(image), Files.readAllBytes(other))).isTrue();
  }
}
