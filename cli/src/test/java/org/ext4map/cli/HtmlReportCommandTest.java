package org.ext4map.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.ext4map.cli.Ran.ext4map;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.ext4map.images.GoldenImage;
import org.ext4map.images.GoldenImages;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The page about an image: complete, well-formed, bounded, and safe from what names say. */
class HtmlReportCommandTest {
  private static final long MOST_BYTES = 2L << 20;
  private static final Pattern TAG = Pattern.compile("<(/?)([a-z0-9]+)([^<>]*)>");

  /** What HTML lets stand without an end. */
  private static final List<String> VOID = List.of("meta", "th", "rect");

  @TempDir Path scratch;

  private String page(Path image) throws IOException {
    Path output = scratch.resolve("page.html");
    Ran ran = ext4map("report", "-o", output, image);
    assertThat(ran.exitCode()).as(ran.err()).isZero();
    assertThat(Files.size(output)).isLessThan(MOST_BYTES);
    String page = Files.readString(output);
    assertWellFormed(page);
    assertThat(page).as("needs no network").doesNotContain("http:", "https:", "src=", "url(");
    return page;
  }

  private static void assertWellFormed(String page) {
    Deque<String> open = new ArrayDeque<>();
    Matcher tag = TAG.matcher(page.substring(page.indexOf("</style>")));
    while (tag.find()) {
      String name = tag.group(2);
      if (tag.group(1).isEmpty() && !VOID.contains(name) && !tag.group(3).endsWith("/")) {
        open.push(name);
      } else if (!tag.group(1).isEmpty() && !name.equals("style") && !name.equals("head")) {
        if (name.equals("html")) {
          break;
        }
        assertThat(open.pop()).as("at %s", tag.group()).isEqualTo(name);
      }
    }
    assertThat(open).isEmpty();
  }

  @Test
  void thePageHasMapFilesTreesAndVerdict() throws IOException {
    String page = page(DemoImage.in(scratch));

    assertThat(page)
        .contains("class=\"verdict good\">clean")
        .contains("/shop/orders.db", "28-31:U@1565", "leaf for 0-4294967294, 9 of 340")
        .contains("group 0, blocks 0-3: 100.0 % in use")
        .contains("prefers-color-scheme: dark", "max-width: 600px");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "k1-deep",
        "names-4k",
        "feature-bigalloc-4k-16k",
        "feature-encrypted",
        "k1-indirect",
        "feature-meta-bg"
      })
  void everyKindOfImageHasAPage(String name) throws IOException {
    Path image = GoldenImages.byName(name).unpack(scratch);

    assertThat(page(image)).contains("Block groups", "Free space");
  }

  @Test
  void problemsAreListedAndMarkedOnTheMap() throws IOException {
    Path image = DemoImage.in(scratch);
    byte[] bytes = Files.readAllBytes(image);
    bytes[1569 * 4096 + 100] ^= 1;
    bytes[40 * 4096 + 4000] ^= 1;
    Files.write(image, bytes);
    Path output = scratch.resolve("hurt.html");

    Ran ran = ext4map("report", "--view=as-is", "-o", output, image);

    assertThat(ran.exitCode()).as(ran.err()).isZero();
    assertThat(Files.readString(output)).contains("pill ", "<code>");
  }

  @Test
  void namesAreTextAndNothingElse() {
    assertThat(Html.escaped("<script>alert('1')</script>\"&"))
        .isEqualTo("&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&quot;&amp;");
    assertThat(Html.escaped("evil\u202egpj.exe\n")).isEqualTo("evil\\u202egpj.exe\\x0a");
    assertThat(Html.escaped("x".repeat(5000))).hasSizeLessThan(300).contains(" … ");
  }

  @Test
  void aHostileNameOnThePageIsEscaped() throws IOException {
    Path image = scratch.resolve("hostile.img");
    assertThat(ext4map("mkfs", "-b", "1024", image, "4M").exitCode()).isZero();
    Path host = Files.write(scratch.resolve("host"), new byte[3000]);
    Files.write(host, "not all zero".getBytes(java.nio.charset.StandardCharsets.UTF_8));
    Ran put = ext4map("put", image, host, "/<img onerror=alert(1)>\"'&");
    assertThat(put.exitCode()).as(put.err()).isZero();

    String page = page(image);

    assertThat(page)
        .contains("/&lt;img onerror=alert(1)&gt;&quot;&#39;&amp;")
        .doesNotContain("<img");
  }

  @Test
  void theImageIsNotOverwritten() throws IOException {
    GoldenImage golden = GoldenImages.byName("k4-shapes");
    Path image = golden.unpack(scratch);
    Path link = Files.createSymbolicLink(scratch.resolve("link.html"), image);
    byte[] before = Files.readAllBytes(image);

    Ran ran = ext4map("report", "-o", link, image);

    assertThat(ran.exitCode()).isEqualTo(16);
    assertThat(ran.err()).contains("allowed any file but the image itself");
    assertThat(Files.readAllBytes(image)).isEqualTo(before);
  }

  @Test
  void anOutputThatCannotBeWrittenIsNamed() throws IOException {
    Path image = DemoImage.in(scratch);

    Ran ran = ext4map("report", "-o", scratch.resolve("none/page.html"), image);

    assertThat(ran.exitCode()).isEqualTo(8);
    assertThat(ran.errLines()).singleElement().asString().contains("none/page.html");
  }

  @Test
  void onlyATreeThatLeavesRoomForTheRestIsShownOpen() throws IOException {
    assertThat(page(DemoImage.in(scratch))).contains("<details open>");
    assertThat(page(GoldenImages.byName("k4-deep").unpack(scratch)))
        .contains("<details>")
        .doesNotContain("<details open>");
  }
}
