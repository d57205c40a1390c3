package org.ext4map.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.ext4map.cli.Ran.ext4map;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.ext4map.images.GoldenImages;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The contract of exit codes: 0 done, 1 not found, 8 cannot read, 16 usage; one line says why. */
class ExitCodeTest {
  @TempDir static Path scratch;

  @BeforeAll
  static void images() throws IOException {
    DemoImage.in(scratch);
    Files.createDirectory(scratch.resolve("directory"));
    Files.write(scratch.resolve("zeros.img"), new byte[1 << 16]);
    Files.write(scratch.resolve("short.img"), new byte[100]);
    Files.write(scratch.resolve("packed.img"), withMark(Signature.GZIP));
    Files.write(scratch.resolve("disk.img"), withMark(Signature.GPT));
    pipe();
    GoldenImages.byName("feature-unknown-incompat").unpack(scratch);
  }

  private static byte[] withMark(Signature signature) {
    return Arrays.copyOf(signature.example(), 1 << 16);
  }

  private static void pipe() throws IOException {
    try {
      new ProcessBuilder("mkfifo", scratch.resolve("pipe").toString()).start().waitFor();
    } catch (InterruptedException interrupted) {
      throw new AssertionError(interrupted);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "0  | info demo.img                            |",
        "0  | info --groups demo.img                   |",
        "0  | ls demo.img                              |",
        "0  | ls -l -a demo.img /shop                  |",
        "0  | ls -l demo.img /shop/readme.txt          |",
        "0  | stat demo.img /shop/current              |",
        "0  | stat demo.img <2>                        |",
        "0  | cat demo.img /shop/readme.txt            |",
        "0  | extents demo.img /shop/orders.db         |",
        "0  | extents demo.img /                       |",
        "0  | extents --tree demo.img <14>             |",
        "0  | map demo.img <14> 4294967294             |",
        "0  | help map                                 |",
        "0  | explain demo.img 1567                    |",
        "0  | frag --top=0 demo.img                    |",
        "0  | journal demo.img                         |",
        "1  | frag demo.img /none                      | /none: no such file or directory",
        "16 | frag --top=-1 demo.img                   | --top -1, allowed 0 … 10000",
        "1  | explain demo.img 4096                    | block 4096, allowed 0 … 4095",
        "1  | explain demo.img 63:0                    | inode",
        "8  | explain zeros.img 0                      | s_magic=0x0, allowed 0xef53",
        "16 | explain demo.img here                    | allowed a block as 1567",
        "16 | explain demo.img 14:4294967295           | allowed a block as 1567",
        "1  | ls demo.img /none                        | /none: no such file or directory",
        "1  | stat demo.img /shop/none                 | no such file or directory",
        "1  | stat --view=as-is demo.img /shop/current | no such file or directory",
        "1  | cat demo.img /shop/readme.txt/x          | not a directory",
        "1  | stat demo.img <63>                       | inode",
        "1  | stat demo.img <9999999999>               | allowed 1 … 64",
        "8  | info none.img                            | none.img: no such file or directory",
        "8  | info directory                           | directory",
        "8  | info zeros.img                           | s_magic=0x0, allowed 0xef53",
        "8  | info packed.img                         | it holds something packed by gzip; gunzip it",
        "8  | info disk.img                           | --offset says where in it a file system starts",
        "8  | info pipe                               | is a pipe, allowed a file or a block device",
        "8  | check pipe                              | is a pipe, allowed a file or a block device",
        "8  | check directory                         | is a directory, allowed a file or a block",
        "8  | report -o none/x.html demo.img           | allowed a file in a directory that is there",
        "8  | info short.img                           | size=100, allowed >= 2048",
        "8  | info feature-unknown-incompat.img        | feature FEATURE_I",
        "8  | info --offset=512 demo.img               | s_magic=",
        "8  | info --offset=1T demo.img                | partition at byte 1099511627776, allowed below",
        "8  | cat demo.img /shop                       | type=directory, allowed file",
        "8  | cat demo.img /shop/current               | type=symlink, allowed file",
        "8  | map demo.img /shop/current 0             | has no block map",
        "16 | info                                     | IMAGE",
        "16 | info demo.img /shop                      | /shop",
        "16 | stat demo.img                            | PATH",
        "16 | stat demo.img shop                       | 'shop', allowed an absolute path",
        "16 | stat demo.img <x>                        | '<x>', allowed an absolute path",
        "16 | info --view=new demo.img                 | 'new', allowed as-is, recovered",
        "16 | info --offset=-1 demo.img                | '-1', allowed bytes",
        "16 | info --offset=99999999999T demo.img      | allowed bytes below 2^63",
        "16 | map demo.img <14> 4294967295             | LBLK=4294967295, allowed 0 … 4294967294",
        "16 | map demo.img <14> -- -1                  | LBLK=-1",
        "16 | map demo.img <14> 0 0                    | LEN=0, allowed 1",
        "16 | map demo.img <14> zero                   | LBLK",
        "16 | extents --tree --merged demo.img <14>    | --tree and --merged",
        "16 | conformance --timeout=0                  | --timeout=0, allowed 1",
        "16 | conformance --topic=none                 | --topic='none'",
        "16 | conformance --topic=holes --exec=cat     | wanted {image} and {path}",
        "16 | help none                                | none",
      })
  void everyEndHasItsCode(int exitCode, String commandLine, String explanation) {
    String[] words = commandLine.split(" +");
    for (int i = 0; i < words.length; i++) {
      Path file = scratch.resolve(words[i].replace("/", "_"));
      words[i] = Files.exists(file) ? file.toString() : words[i].replace("none.img", file + "");
    }

    Ran ran = ext4map((Object[]) words);

    assertThat(ran.exitCode()).as("%s: %s", commandLine, ran.err()).isEqualTo(exitCode);
    if (exitCode == 0) {
      assertThat(ran.out()).isNotEmpty();
    } else {
      assertThat(ran.out()).isEmpty();
      assertThat(ran.errLines()).singleElement().asString().contains(explanation);
      assertThat(ran.err()).startsWith("ext4map: ").doesNotContain("Exception");
    }
  }

  @Test
  void checkTellsWhatTheFileHoldsInstead() {
    Ran ran = ext4map("check", scratch.resolve("packed.img"));

    assertThat(ran.exitCode()).isEqualTo(8);
    assertThat(ran.errLines()).singleElement().asString().contains("packed by gzip; gunzip it");
  }

  @Test
  void verboseAddsTheTrace() {
    Path zeros = scratch.resolve("zeros.img");

    assertThat(ext4map("info", "-v", zeros).errLines()).hasSizeGreaterThan(3);
    assertThat(ext4map("info", "-v", zeros).err()).contains("at org.ext4map");
  }

  @Test
  void aPathCannotBreakTheOneLine() {
    Ran ran = ext4map("stat", scratch.resolve("demo.img"), "/a\nb\u001b[31m");

    assertThat(ran.exitCode()).isEqualTo(1);
    assertThat(ran.errLines()).singleElement().asString().contains("/a\\x0ab\\x1b[31m");
  }

  @Test
  void theReplayOfAJournalIsToldBesideTheResults() {
    Path demo = scratch.resolve("demo.img");

    assertThat(ext4map("ls", demo).errLines())
        .singleElement()
        .asString()
        .contains("view recovered, in memory: 8 transactions of the journal replayed");
    assertThat(ext4map("info", demo).err()).isEmpty();
    assertThat(ext4map("ls", "--json", demo).err()).isEmpty();
    assertThat(ext4map("ls", "--view=as-is", demo).err()).isEmpty();
  }
}
