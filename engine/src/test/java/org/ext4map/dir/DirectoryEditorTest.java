package org.ext4map.dir;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.stream.Collectors;
import org.ext4map.model.CorruptionException;
import org.ext4map.model.FileName;
import org.ext4map.model.UnsupportedFeatureException;
import org.ext4map.ondisk.DirBlock;
import org.ext4map.ondisk.DirEntry;
import org.ext4map.ondisk.Feature;
import org.ext4map.ondisk.FileType;
import org.ext4map.ondisk.InodeRecord;
import org.ext4map.ondisk.LittleEndian;
import org.ext4map.ondisk.Superblock;
import org.ext4map.testkit.Geometries;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Single changes of a directory. A block is written as its entries, {@code name=ino/rec_len}; an
 * unused entry has no name.
 */
class DirectoryEditorTest {
  private MemoryDirectory directory;
  private DirectoryEditor editor;

  @BeforeEach
  void givenAHashableDirectory() throws IOException {
    given(Feature.DIR_INDEX, Feature.FILETYPE, Feature.METADATA_CSUM);
  }

  private void given(Feature... features) throws IOException {
    Superblock superblock = Geometries.superblock(1024, features);
    superblock.bytes().put(0xFC, (byte) 1);
    directory = MemoryDirectory.initialised(superblock);
    editor = new DirectoryEditor(directory);
  }

  private void insert(String name, long ino) throws IOException {
    editor.insert(FileName.of(name), ino, FileType.REGULAR);
    directory.settle();
  }

  private void remove(String name) throws IOException {
    editor.remove(FileName.of(name));
    directory.settle();
  }

  private void thenBlock(int lblk, String expected) throws IOException {
    assertThat(show(lblk)).isEqualTo(expected);
    assertThat(directory.reloaded().list()).as("readable").isNotEmpty();
  }

  private String show(int lblk) {
    DirBlock block = DirBlock.ofBlock(directory.geometry(), directory.read(lblk).bytes(), 0);
    return new BlockText(block).toString();
  }

  private record BlockText(DirBlock block) {
    @Override
    public String toString() {
      StringBuilder text = new StringBuilder();
      for (int at = 0; at < block.end(); at += block.recordLength(at)) {
        text.append(at == 0 ? "" : " ");
        if (block.inode(at) != 0) {
          text.append(block.name(at)).append('=').append(block.inode(at));
        }
        text.append('/').append(block.recordLength(at));
      }
      return text.toString();
    }
  }

  @Test
  void aNewDirectoryHoldsItselfAndItsParent() throws IOException {
    thenBlock(0, ".=12/12 ..=2/1000");
    assertThatThrownBy(() -> editor.initialise(2)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void anEntryTakesTheSlackOfTheOneBefore() throws IOException {
    insert("a", 20);
    insert("hello", 21);

    thenBlock(0, ".=12/12 ..=2/12 a=20/12 hello=21/976");
    assertThat(editor.find(FileName.of("hello")))
        .contains(new DirEntry(21, FileType.REGULAR, FileName.of("hello")));
  }

  @Test
  void spaceOfARemovedEntryGoesToTheOneBeforeAndIsUsedAgain() throws IOException {
    insert("a", 20);
    insert("secret", 21);
    insert("b", 22);

    remove("secret");
    thenBlock(0, ".=12/12 ..=2/12 a=20/28 b=22/960");
    assertThat(new String(directory.block(0), ISO_8859_1))
        .as("names are wiped")
        .doesNotContain("secret");

    insert("again", 23);
    thenBlock(0, ".=12/12 ..=2/12 a=20/12 again=23/16 b=22/960");
  }

  @Test
  void neighboursThatAreUnusedAreOneRoom() throws IOException {
    insert("a", 20);
    insert("b", 21);
    insert("c", 22);
    DirBlock block = DirBlock.ofBlock(directory.geometry(), directory.read(0).bytes(), 0);
    block.setInode(24, 0);
    block.setInode(36, 0);
    block.updateChecksum(directory.seed());

    insert("sixteen_bytes", 23);

    thenBlock(0, ".=12/12 ..=2/12 sixteen_bytes=23/24 c=22/964");
  }

  @Test
  void theFirstEntryOfALeafStaysAsAnUnusedOne() throws IOException {
    given(Feature.FILETYPE);
    for (int i = 0; directory.count() == 1; i++) {
      insert("name" + i, 20);
    }
    String only = show(1).split("=", 2)[0];

    remove(only);

    thenBlock(1, "/1024");
    insert("back", 20);
    thenBlock(1, "back=20/1024");
  }

  @Test
  void aNameMayBeReplaced() throws IOException {
    insert("a", 20);

    assertThat(editor.replace(FileName.of("a"), 30, FileType.DIRECTORY).ino()).isEqualTo(20);

    directory.settle();
    assertThat(editor.find(FileName.of("a")))
        .contains(new DirEntry(30, FileType.DIRECTORY, FileName.of("a")));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 300})
  void theParentOfADirectoryThatMovedIsReplaced(int names) throws IOException {
    for (int i = 0; i < names; i++) {
      insert("name" + i, 20);
    }
    assertThat(directory.isHashed()).isEqualTo(names > 0);

    editor.replace(FileName.of(".."), 44, FileType.DIRECTORY);

    directory.settle();
    assertThat(directory.reloaded().inodeOf("..")).isEqualTo(44);
    assertThat(editor.find(FileName.of("..")).orElseThrow().ino()).isEqualTo(44);
    assertThat(editor.find(FileName.of(".")).orElseThrow().ino()).isEqualTo(12);
  }

  @ParameterizedTest
  @CsvSource({"0x10000000, inline_data", "0x800, encrypt", "0x40000000, casefold"})
  void directoriesOfOtherKindsAreRefusedByName(String flag, String feature) {
    directory.setFlags(Integer.decode(flag));

    assertThatThrownBy(() -> new DirectoryEditor(directory))
        .isInstanceOf(UnsupportedFeatureException.class)
        .hasMessageContaining("feature " + feature + ":");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ".", "..", "a/b", "a\0"})
  void namesThatNoDirectoryHoldsAreTheCallersMistake(String name) {
    assertThatThrownBy(() -> insert(name, 20)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> remove(name)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aNameHas255BytesAtMost() throws IOException {
    insert("n".repeat(255), 20);

    assertThat(editor.find(FileName.of("n".repeat(255)))).isPresent();
    assertThatThrownBy(() -> insert("n".repeat(256), 20))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void anIndexThatNobodyKeepsIsGivenUp() throws IOException {
    given(Feature.FILETYPE);
    directory.setFlags(InodeRecord.INDEX_FL);

    insert("a", 20);

    assertThat(directory.isHashed()).isFalse();
  }

  @Test
  void damageIsNamedAndNotWrittenTo() throws IOException {
    insert("a", 20);
    LittleEndian.put16(directory.read(0).bytes(), 24 + 4, 8);
    byte[] before = directory.contents();

    assertThatThrownBy(() -> insert("b", 21))
        .isInstanceOf(CorruptionException.class)
        .hasMessageContaining("rec_len=8");
    assertThatThrownBy(() -> remove("a")).isInstanceOf(CorruptionException.class);

    assertThat(directory.contents()).isEqualTo(before);
  }

  @Test
  void anIndexThatPointsToItselfIsNotFollowed() throws IOException {
    given(Feature.DIR_INDEX);
    for (int i = 0; i < 300; i++) {
      insert("name" + i, 20);
    }
    for (int entry = 0; entry < 8; entry++) {
      LittleEndian.put32(directory.read(0).bytes(), 32 + 8 * entry + 4, 0);
    }

    assertThatThrownBy(() -> insert("one more", 21)).isInstanceOf(CorruptionException.class);
  }

  @Test
  void aFullBlockWithoutDotsDoesNotBecomeAnIndex() throws IOException {
    for (int i = 0; i < 60; i++) {
      insert("name" + i, 20);
    }
    DirBlock block = DirBlock.ofBlock(directory.geometry(), directory.read(0).bytes(), 0);
    block.setEntry(12, 2, 12, FileType.DIRECTORY, FileName.of("x"));
    block.updateChecksum(directory.seed());

    assertThatThrownBy(() -> insert("m".repeat(255), 21))
        .isInstanceOf(CorruptionException.class)
        .hasMessageContaining("second entry=x, allowed ..");
  }

  @Test
  void anUnknownHashIsNotPutIntoARoot() throws IOException {
    directory.superblock().bytes().put(0xFC, (byte) 6);

    assertThatThrownBy(
            () -> {
              for (int i = 0; i < 100; i++) {
                insert("name" + i, 20);
              }
            })
        .isInstanceOf(CorruptionException.class)
        .hasMessageContaining("s_def_hash_version=6");
    assertThat(
            directory.list().keySet().stream().map(FileName::toString).collect(Collectors.toList()))
        .contains("name0");
  }
}
