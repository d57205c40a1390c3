package org.ext4map.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.ext4map.cli.Ran.ext4map;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** mkdir, ln, mv, rm: what they leave is clean, and what they refuse they refuse by name. */
class NameCommandsTest {
  @TempDir static Path scratch;
  private static Path furnished;
  private Path image;

  @BeforeAll
  static void furnish() {
    furnished = scratch.resolve("furnished.img");
    assertThat(ext4map("mkfs", "-N", "2000", furnished, "4m").exitCode()).isZero();
    assertThat(ext4map("mkdir", furnished, "/d", "/d/e", "/empty").exitCode()).isZero();
    assertThat(ext4map("io", "-f", furnished, "/d/f", "-c", "pwrite -q 0 9k").exitCode()).isZero();
  }

  @BeforeEach
  void anImageWithSomeNames() throws IOException {
    image = Files.copy(furnished, scratch.resolve("fs.img"), StandardCopyOption.REPLACE_EXISTING);
  }

  @AfterEach
  void isCleanAfterwards() {
    Ran check = ext4map("check", image);
    assertThat(check.exitCode()).as(check.out()).isZero();
    assertThat(check.out()).contains(" 0 findings");
  }

  /** The image stands behind the options, as {@code @}. */
  private Ran run(String commandLine) {
    return ext4map(
        Arrays.stream(commandLine.split(" +"))
            .map(word -> word.equals("@") ? image.toString() : word)
            .toArray());
  }

  private void done(String commandLine) {
    Ran ran = run(commandLine);
    assertThat(ran.exitCode()).as(commandLine + ": " + ran.err()).isZero();
    assertThat(ran.out() + ran.err()).as("who has nothing to say is silent").isEmpty();
  }

  private String names(String directory) {
    return String.join(" ", ext4map("ls", image, directory).outLines());
  }

  @Test
  void directoriesComeWithTheirParentsIfAsked() {
    done("mkdir -p @ /new/a/b /d /d/e/");
    done("mkdir @ /new/c /new/d/");

    assertThat(names("/new")).isEqualTo("a c d");
    assertThat(names("/new/a")).isEqualTo("b");
    assertThat(ext4map("stat", image, "/new/a/b").out()).contains("0755 drwxr-xr-x");
  }

  @Test
  void aLinkIsAnotherNameAndASymbolicLinkAWord() {
    done("ln @ /d/f /hard");
    done("ln -s @ ../any/thing /soft");

    assertThat(ext4map("ls", "-l", image, "/").out()).contains("soft -> ../any/thing");
    assertThat(ext4map("stat", image, "/hard").out()).contains("links           2");
    done("rm @ /d/f");
    assertThat(ext4map("cat", image, "/hard").bytes()).hasSize(9 << 10);
  }

  @Test
  void movingTakesThePlaceOfWhatWasThere() {
    done("ln @ /d/f /old");
    done("mv @ /d/f /d/e/g");
    done("mv @ /d /empty");

    assertThat(names("/")).isEqualTo("lost+found empty old");
    assertThat(names("/empty/e")).isEqualTo("g");
  }

  @Test
  void removingDirectoriesTakesAllThatIsInThem() throws IOException {
    StringBuilder many = new StringBuilder();
    for (int i = 0; i < 1500; i++) {
      many.append("/d/e/name").append(i).append(": truncate 1\n");
    }
    Ran made = ext4map(Map.of(), many.toString(), "io", "-f", image.toString(), "/d/f", "-");
    assertThat(made.exitCode()).as(made.err()).isZero();
    done("mkdir -p @ /d/1/2/3/4/5 /d/e/deep");
    done("ln -s @ /empty /d/link");
    String free = free();

    done("rm -r @ /d/");

    assertThat(names("/")).isEqualTo("lost+found empty");
    assertThat(free()).isNotEqualTo(free);
  }

  private String free() {
    return ext4map("info", image).outLines().stream()
        .filter(line -> line.contains("free"))
        .findFirst()
        .orElseThrow();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "8  | mkdir @ /d                 | /d: exists already",
        "8  | mkdir -p @ /d/f/x          | /d/f: exists already",
        "1  | mkdir @ /no/where          | no such file or directory",
        "1  | mkdir @ /d/f/x             | not a directory",
        "16 | mkdir @                    | PATH",
        "16 | mkdir @ relative           | 'relative', allowed an absolute path",
        "16 | mkdir @ /                  | '/', allowed an absolute path in the image that ends",
        "16 | mkdir @ <12>               | '<12>', allowed an absolute path",
        "8  | ln @ /d /dd                | a directory",
        "8  | ln @ /d/f /d/e             | exists already",
        "1  | ln @ /none /x              | no such file or directory",
        "16 | ln @ none /x               | TARGET='none', allowed an absolute path",
        "8  | mv @ /d /d/e/x             | below itself",
        "8  | mv @ /d/f /d/e             | is a directory",
        "8  | mv @ /empty /d             | is not empty",
        "1  | mv @ /none /x              | no such file or directory",
        "8  | rm @ /d                    | /d: is a directory, allowed with -r",
        "1  | rm @ /none                 | /none: no such file or directory",
        "16 | rm -r @ /                  | '/', allowed an absolute path in the image that ends",
        "16 | rm -r @ /d/..              | '/d/..', allowed",
        "16 | rm -r @ //.                | '//.', allowed",
        "8  | rm /none.img /x            | /none.img: no such file",
      })
  void whatIsNotAllowedIsNamedAndChangesNothing(int exitCode, String words, String why) {
    String before = names("/") + names("/d") + names("/d/e");

    Ran refused = run(words);

    assertThat(refused.exitCode()).as(refused.err()).isEqualTo(exitCode);
    assertThat(refused.errLines()).singleElement().asString().contains(why);
    assertThat(names("/") + names("/d") + names("/d/e")).isEqualTo(before);
  }

  @Test
  void aNameOf256BytesIsTooLong() {
    String name = "/" + "n".repeat(255);
    done("mkdir @ " + name);

    assertThat(run("mkdir @ " + name + "n").exitCode()).isEqualTo(8);
    assertThat(run("ln -s @ " + "t".repeat(5000) + " /soft").exitCode()).isEqualTo(8);
    assertThat(run("rm @ " + name + "n").exitCode()).isEqualTo(1);
  }
}
