package org.ext4map.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.ext4map.cli.Ran.ext4map;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.ext4map.images.ExtentTruth;
import org.ext4map.images.FileTruth;
import org.ext4map.images.GoldenImage;
import org.ext4map.images.GoldenImages;
import org.ext4map.images.View;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What explain says of each kind of block. */
class ExplainCommandTest {
  @TempDir static Path scratch;

  private static Path demo = Path.of("");

  @BeforeAll
  static void image() throws IOException {
    demo = DemoImage.in(scratch);
  }

  private static JsonNode explain(Object image, String block, String... options) {
    Object[] words = new Object[options.length + 4];
    words[0] = "explain";
    words[1] = "--json";
    System.arraycopy(options, 0, words, 2, options.length);
    words[options.length + 2] = image;
    words[options.length + 3] = block;
    Ran ran = ext4map(words);
    assertThat(ran.exitCode()).as(ran.err()).isZero();
    return Documents.valid(ran);
  }

  private static JsonNode role(JsonNode document) {
    assertThat(document.path("roles").size()).as("%s", document).isEqualTo(1);
    assertThat(document.path("contradictory").asBoolean()).as("%s", document).isFalse();
    return document.path("roles").get(0);
  }

  @Test
  void anUnwrittenBlockReadsAsZerosWhateverItHolds() {
    JsonNode document = explain(demo, "1567");

    assertThat(document.path("zero").asBoolean()).isFalse();
    JsonNode role = role(document);
    assertThat(role.path("role").asText()).isEqualTo("file");
    assertThat(role.path("inode").asLong()).isEqualTo(14);
    assertThat(role.path("logical").asLong()).isEqualTo(30);
    assertThat(role.path("paths").get(0).path("path").asText()).isEqualTo("/shop/orders.db");
    assertThat(role.path("read").asText()).isEqualTo("zeros_unwritten");
    assertThat(document.path("sentences").get(0).asText()).contains("zeros", "28-31:U@1565");
  }

  @Test
  void aBlockSetAsideForDescriptorsListsItsCopies() {
    Path image = scratch.resolve("resizable.img");
    assertThat(ext4map("mkfs", "-b", "1k", image, "16m").exitCode()).isZero();

    JsonNode first = role(explain(image, "3"));
    JsonNode copy = role(explain(image, "8195"));

    assertThat(first.path("role").asText()).isEqualTo("reserved_descriptors");
    assertThat(first.path("detail").asText()).contains("lists its copies in other groups");
    assertThat(copy.path("role").asText()).isEqualTo("reserved_descriptors");
    assertThat(copy.path("detail").asText()).isEqualTo("set aside for growth");
    assertThat(copy.path("checksum").path("detail").asText()).isEqualTo("nothing is in it");
  }

  @Test
  void anUnwrittenBlockOfZerosHasNoPast() {
    Path image = scratch.resolve("blank.img");
    assertThat(ext4map("mkfs", image, "8m").exitCode()).isZero();
    assertThat(ext4map("io", "-f", image, "/f", "-c", "falloc 0 64k").exitCode()).isZero();

    JsonNode document = explain(image, "12:3");

    assertThat(document.path("zero").asBoolean()).isTrue();
    assertThat(document.path("sentences").get(0).asText())
        .contains("returns zeros", "is unwritten", "hold nothing but zeros, too")
        .doesNotContain("past");
  }

  @Test
  void aBlockThatNobodyHasIsInUseWithTheRestOfItsCluster() throws IOException {
    GoldenImage clusters = GoldenImages.byName("feature-bigalloc-4k-16k");
    Path image = clusters.unpack(scratch);
    FileTruth file =
        clusters.manifest().files(View.AS_IS).orElseThrow().stream()
            .filter(one -> one.isFile() && !one.extents().isEmpty())
            .filter(one -> end(one) % 4 == 1)
            .findFirst()
            .orElseThrow();

    JsonNode document = explain(image, Long.toString(end(file)));

    assertThat(document.path("roles")).isEmpty();
    assertThat(document.path("bitmap").asText()).isEqualTo("in_use");
    assertThat(document.path("contradictory").asBoolean()).isFalse();
    assertThat(document.path("sentences").get(0).asText()).contains("another one of its cluster");
  }

  /** The block behind the last one of a file. */
  private static long end(FileTruth file) {
    ExtentTruth last = file.extents().get(file.extents().size() - 1);
    return last.physical() + last.length();
  }

  @Test
  void aBlockOfAFileIsTheBlockThatItIsMappedTo() {
    JsonNode byPlace = explain(demo, "14:30");

    assertThat(byPlace.path("block").asLong()).isEqualTo(1567);
    assertThat(byPlace.path("file").path("read").asText()).isEqualTo("zeros_unwritten");
    assertThat(byPlace.path("roles")).isEqualTo(explain(demo, "byte:6418433").path("roles"));
    assertThat(explain(demo, "byte:6418433").path("byte_in_block").asInt()).isEqualTo(1);
  }

  @Test
  void holesAndWhatLiesBehindTheEndHaveNoBlock() {
    JsonNode hole = explain(demo, "14:20");
    assertThat(hole.has("block")).isFalse();
    assertThat(hole.path("file").path("read").asText()).isEqualTo("zeros_hole");

    JsonNode behind = explain(demo, "14:4000");
    assertThat(behind.path("file").path("read").asText()).isEqualTo("behind_end");
  }

  @Test
  void metadataHasItsChecksumAndItsCopiesInTheLog() {
    JsonNode bitmap = explain(demo, "3");
    assertThat(role(bitmap).path("role").asText()).isEqualTo("block_bitmap");
    assertThat(role(bitmap).path("checksum").path("state").asText()).isEqualTo("right");
    assertThat(bitmap.path("journal_copies"))
        .extracting(copy -> copy.path("fate").asText())
        .contains("replayed");

    JsonNode node = explain(demo, "1569");
    assertThat(role(node).path("role").asText()).isEqualTo("extent_node");
    assertThat(role(node).path("detail").asText()).isEqualTo("leaf, 9 of 340 entries");
  }

  @Test
  void theTwoViewsDifferWhereTheLogHasNewerBlocks() {
    assertThat(role(explain(demo, "1569")).path("checksum").path("state").asText())
        .isEqualTo("right");

    JsonNode before = explain(demo, "1569", "--view=as-is");
    assertThat(before.path("roles").size()).isZero();
    assertThat(before.path("journal_copies").size()).isEqualTo(2);
    assertThat(before.path("sentences").toString()).contains("newer copy, from transaction 11");
  }

  @Test
  void anInodeTableTellsItsInodes() {
    GoldenImage golden = GoldenImages.byName("k4-shapes");
    JsonNode info = Documents.valid(ext4map("info", "--groups", "--json", demo));
    String table = info.path("groups").get(0).path("inode_table").asText();

    JsonNode role = role(explain(demo, table));

    assertThat(golden.manifest().blockSize()).isEqualTo(4096);
    assertThat(role.path("role").asText()).isEqualTo("inode_table");
    assertThat(role.path("first_inode").asLong()).isEqualTo(1);
    assertThat(role.path("last_inode").asLong()).isEqualTo(16);
    assertThat(role.path("inodes").findValuesAsText("path")).contains("/shop/orders.db");
    assertThat(ext4map("explain", demo, "byte:" + (Long.parseLong(table) * 4096 + 256)).out())
        .contains("0 of the slot of inode 2");
  }

  @Test
  void everyBlockOfTheJournalIsTold() {
    String all = "";
    for (long block = 24; block < 34; block++) {
      all += role(explain(demo, "" + block)).path("detail").asText() + "\n";
    }

    assertThat(all)
        .contains("commit block, transaction 5")
        .contains("descriptor of ", "copies, transaction 6")
        .contains("copy of block 0, transaction 5");
  }

  @Test
  void aWrongChecksumIsTold() throws IOException {
    Path damaged = Files.copy(demo, scratch.resolve("damaged.img"));
    byte[] bytes = Files.readAllBytes(damaged);
    bytes[3 * 4096 + 4095] ^= 1;
    Files.write(damaged, bytes);

    JsonNode bitmap = explain(damaged, "3", "--view=as-is");

    assertThat(role(bitmap).path("checksum").path("state").asText()).isEqualTo("wrong");
    assertThat(ext4map("explain", "--view=as-is", damaged, "3").out())
        .contains("checksum        wrong: found 0x");
  }

  @Test
  void aFreeBlockIsFreeAndALostOneIsContradictory() throws IOException {
    JsonNode free = explain(demo, "4000", "--view=as-is");
    assertThat(free.path("bitmap").asText()).isEqualTo("free");
    assertThat(free.path("roles").size()).isZero();
    assertThat(free.path("contradictory").asBoolean()).isFalse();

    Path lost = Files.copy(demo, scratch.resolve("lost.img"));
    byte[] bytes = Files.readAllBytes(lost);
    bytes[3 * 4096 + 4000 / 8] |= 1;
    Files.write(lost, bytes);
    JsonNode told = explain(lost, "4000", "--view=as-is");
    assertThat(told.path("contradictory").asBoolean()).isTrue();
    assertThat(told.path("sentences").toString()).contains("the block is lost");
  }
}
