package org.ext4map.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ExtentTest {
  @ParameterizedTest
  @ValueSource(strings = {"0-7:W@100", "8-10:H", "4294967294-4294967294:U@281474976710655"})
  void theNotationReadsBackAsItWasWritten(String text) {
    assertThat(Extent.parse(text)).hasToString(text);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "0-7", "0-7:", "0-7:X@1", "0-7:W", "0-7:H@5", "7-0:W@1", "a-7:W@1"})
  void whatIsNotTheNotationIsRefused(String text) {
    assertThatThrownBy(() -> Extent.parse(text)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aRunGoesOnOnlyWhereFileDeviceAndStateDo() {
    Extent first = Extent.parse("0-7:U@100");
    assertThat(first.isContinuedBy(Extent.parse("8-9:U@108"))).isTrue();
    assertThat(first.isContinuedBy(Extent.parse("8-9:W@108"))).isFalse();
    assertThat(first.isContinuedBy(Extent.parse("8-9:U@109"))).isFalse();
    assertThat(first.isContinuedBy(Extent.parse("9-9:U@108"))).isFalse();
    assertThat(Extent.hole(3, 2).isContinuedBy(Extent.hole(5, 1))).isTrue();
  }
}
