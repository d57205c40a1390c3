package org.ext4map.tree.extent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.ext4map.model.Mapping;
import org.ext4map.model.NoSpaceException;
import org.ext4map.ondisk.Feature;
import org.ext4map.ondisk.Geometry;
import org.ext4map.testkit.Shapes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Every way to change a part of one extent of three blocks, with room for the split and without:
 * the table of the kernel's fs/ext4/extents-test.c. Data is a letter a block: X what stood there, 0
 * zeros.
 */
class SplitTruthTableTest {
  private static final Geometry SHAPE = Shapes.of(4096, 16384, Feature.METADATA_CSUM);
  private static final int HEURISTIC = 32 * 1024 / 4096;
  private static final int EOF = 10 + 3 + 10;

  /** A change of a part of the extent. */
  private enum Intent {
    CONVERT {
      @Override
      void on(EditedTree given, long lblk, int len, int maxZeroOut, Mapping out)
          throws IOException {
        given.convert(EOF, maxZeroOut).afterIo(lblk, len, out);
      }
    },
    CREATE {
      @Override
      void on(EditedTree given, long lblk, int len, int maxZeroOut, Mapping out)
          throws IOException {
        given.convert(EOF, maxZeroOut).forWrite(lblk, len, out);
      }
    },
    CONVERT_UNWRITTEN {
      @Override
      void on(EditedTree given, long lblk, int len, int maxZeroOut, Mapping out)
          throws IOException {
        given.convert(EOF, maxZeroOut).toUnwritten(lblk, len, out);
      }
    };

    abstract void on(EditedTree given, long lblk, int len, int maxZeroOut, Mapping out)
        throws IOException;
  }

  private static EditedTree given(String state, int rootCapacity) throws IOException {
    EditedTree given = new EditedTree(SHAPE, rootCapacity, "10-12:" + state + "@100");
    given.fill(100, 3, EditedTree.STALE);
    return given;
  }

  @ParameterizedTest
  @CsvSource({
    "U, 10, 1, CONVERT, 10-10:W@100 11-12:U@101",
    "U, 11, 2, CONVERT, 10-10:U@100 11-12:W@101",
    "U, 11, 1, CONVERT, 10-10:U@100 11-11:W@101 12-12:U@102",
    "U, 10, 3, CONVERT, 10-12:W@100",
    "U, 10, 1, CREATE, 10-10:W@100 11-12:U@101",
    "U, 11, 2, CREATE, 10-10:U@100 11-12:W@101",
    "U, 11, 1, CREATE, 10-10:U@100 11-11:W@101 12-12:U@102",
    "W, 10, 1, CONVERT_UNWRITTEN, 10-10:U@100 11-12:W@101",
    "W, 11, 2, CONVERT_UNWRITTEN, 10-10:W@100 11-12:U@101",
    "W, 11, 1, CONVERT_UNWRITTEN, 10-10:W@100 11-11:U@101 12-12:W@102",
    "W, 10, 3, CONVERT_UNWRITTEN, 10-12:U@100",
  })
  void withRoom(String state, long lblk, int len, Intent intent, String extents)
      throws IOException {
    EditedTree given = given(state, 4);
    Mapping out = new Mapping();
    intent.on(given, lblk, len, 0, out);
    String now = intent == Intent.CONVERT_UNWRITTEN ? "U" : "W";
    assertThat(out).hasToString("%d-%d:%s@%d".formatted(lblk, lblk + len - 1, now, 90 + lblk));
    assertThat(given.onDevice()).isEqualTo(extents);
    assertThat(data(given)).as("nothing is zeroed").isEqualTo("XXX");
  }

  @ParameterizedTest
  @CsvSource({
    "U, 10, 1, CONVERT, X00",
    "U, 11, 2, CONVERT, 0XX",
    "U, 11, 1, CONVERT, 0X0",
    "U, 10, 1, CREATE, X00",
    "U, 11, 2, CREATE, 0XX",
    "U, 11, 1, CREATE, 0X0",
    "W, 10, 1, CONVERT_UNWRITTEN, 0XX",
    "W, 11, 2, CONVERT_UNWRITTEN, X00",
    "W, 11, 1, CONVERT_UNWRITTEN, X0X",
  })
  void withoutRoom(String state, long lblk, int len, Intent intent, String data)
      throws IOException {
    EditedTree given = given(state, 1);
    given.below.allowAllocations(0);
    Mapping out = new Mapping();
    intent.on(given, lblk, len, HEURISTIC, out);
    assertThat(out).hasToString("%d-%d:W@%d".formatted(lblk, lblk + len - 1, 90 + lblk));
    assertThat(given.onDevice()).isEqualTo("10-12:W@100");
    assertThat(data(given)).isEqualTo(data);
  }

  @Test
  void withRoomForOneSplitOfTwoTheRestIsZeroedAndNotMore() throws IOException {
    EditedTree given = given("U", 2);
    given.below.allowAllocations(0);
    given.convert(EOF, HEURISTIC).afterIo(11, 1, new Mapping());
    assertThat(given.onDevice()).isEqualTo("10-11:W@100 12-12:U@102");
    assertThat(data(given)).isEqualTo("0XX");
  }

  @Test
  void blocksBehindTheEndOfTheFileNeverTurnWrittenForLackOfRoom() throws IOException {
    EditedTree given = given("U", 1);
    given.below.allowAllocations(0);
    assertThatThrownBy(() -> given.convert(10, HEURISTIC).afterIo(11, 1, new Mapping()))
        .isInstanceOf(NoSpaceException.class);
    assertThat(given.onDevice()).isEqualTo("10-12:U@100");
    assertThat(data(given)).isEqualTo("XXX");
  }

  @Test
  void aLongRangeIsNotZeroedToMakeItUnwritten() throws IOException {
    EditedTree given = given("W", 1);
    given.below.allowAllocations(0);
    assertThatThrownBy(() -> given.convert(EOF, 1).toUnwritten(10, 2, new Mapping()))
        .isInstanceOf(NoSpaceException.class);
    assertThat(given.onDevice()).isEqualTo("10-12:W@100");
    assertThat(data(given)).isEqualTo("XXX");
  }

  private static String data(EditedTree given) throws IOException {
    StringBuilder data = new StringBuilder();
    for (long pblk = 100; pblk < 103; pblk++) {
      byte value = given.byteAt(pblk);
      data.append(value == 0 ? '0' : (char) value);
    }
    return data.toString();
  }
}
