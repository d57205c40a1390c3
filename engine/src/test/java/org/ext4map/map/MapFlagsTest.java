package org.ext4map.map;

import static org.assertj.core.api.Assertions.assertThat;

import org.ext4map.model.ExtentState;
import org.ext4map.model.MapIntent;
import org.ext4map.model.Mapping;
import org.junit.jupiter.api.Test;

class MapFlagsTest {
  private static Mapping mapped(ExtentState state) {
    Mapping mapping = new Mapping();
    mapping.setMapped(0, 1, 100, state);
    return mapping;
  }

  @Test
  void aLookupOfUnwrittenBlocksDoesNotSayMapped() {
    assertThat(MapFlags.names(MapIntent.LOOKUP, mapped(ExtentState.WRITTEN))).isEqualTo("MAPPED");
    assertThat(MapFlags.names(MapIntent.LOOKUP, mapped(ExtentState.UNWRITTEN)))
        .isEqualTo("UNWRITTEN");
  }

  @Test
  void aRequestThatMayWriteSaysBoth() {
    Mapping fresh = mapped(ExtentState.UNWRITTEN);
    fresh.markNew();
    assertThat(MapFlags.names(MapIntent.PREPARE_DIO, fresh)).isEqualTo("UNWRITTEN|MAPPED|NEW");
    assertThat(MapFlags.names(MapIntent.CREATE_UNWRITTEN, mapped(ExtentState.UNWRITTEN)))
        .isEqualTo("UNWRITTEN|MAPPED");
  }

  @Test
  void aHoleHasNoFlags() {
    Mapping hole = new Mapping();
    hole.setHole(0, 5);
    assertThat(MapFlags.names(MapIntent.LOOKUP, hole)).isEqualTo("0");
  }
}
