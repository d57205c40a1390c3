package org.ext4map.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.ext4map.cli.Ran.ext4map;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What frag prints of the demo's image; the engine's tests hold its numbers against others'. */
class FragCommandTest {
  @TempDir static Path scratch;

  private static Path demo = Path.of("");

  @BeforeAll
  static void image() throws IOException {
    demo = DemoImage.in(scratch);
  }

  @Test
  void theWholeImage() {
    JsonNode document = Documents.valid(ext4map("frag", "--json", "--top=2", demo));

    JsonNode space = document.path("free_space");
    JsonNode info = Documents.valid(ext4map("info", "--json", "--groups", demo));
    assertThat(space.path("blocks").asLong())
        .isEqualTo(info.path("groups").get(0).path("free_clusters").asLong());
    long inBuckets = 0;
    for (JsonNode bucket : space.path("buckets")) {
      inBuckets += bucket.path("blocks").asLong();
    }
    assertThat(inBuckets).isEqualTo(space.path("blocks").asLong());
    assertThat(document.path("worst").size()).isEqualTo(2);
    JsonNode worst = document.path("worst").get(0);
    assertThat(worst.path("paths").get(0).path("path").asText()).isEqualTo("/shop/orders.db");
    assertThat(worst.path("extents").asLong()).isEqualTo(9);
  }

  @Test
  void oneFile() {
    JsonNode document = Documents.valid(ext4map("frag", "--json", demo, "/shop/orders.db"));

    assertThat(document.has("free_space")).isFalse();
    assertThat(document.path("files").path("count").asLong()).isEqualTo(1);
    assertThat(document.path("files").path("extents").asLong()).isEqualTo(9);
    // written and unwritten pieces, and holes, cannot be joined by any layout
    assertThat(document.path("files").path("least_extents").asLong()).isEqualTo(8);
  }

  @Test
  void aDirectoryMeansAllBelow() {
    JsonNode below = Documents.valid(ext4map("frag", "--json", demo, "/"));
    JsonNode all = Documents.valid(ext4map("frag", "--json", demo));

    assertThat(below.path("files")).isEqualTo(all.path("files"));
    assertThat(below.path("worst")).isEqualTo(all.path("worst"));
  }

  @Test
  void theTextHasHistogramAndFiles() {
    Ran ran = ext4map("frag", demo);

    assertThat(ran.exitCode()).isZero();
    assertThat(ran.out()).contains("length from", "runs", "least", "/shop/orders.db", "#");
  }
}
