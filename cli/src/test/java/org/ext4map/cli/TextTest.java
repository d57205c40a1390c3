package org.ext4map.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TextTest {
  @ParameterizedTest
  @CsvSource({
    "0, 0 B",
    "1023, 1023 B",
    "1024, 1.0 KiB",
    "1536, 1.5 KiB",
    "1048575, 1.0 MiB",
    "17592186044416, 16.0 TiB",
    "9223372036854775807, 8.0 EiB",
    "-1, 16.0 EiB",
  })
  void sizesAreShortAndUnsigned(long bytes, String shown) {
    assertThat(Text.bytes(bytes)).isEqualTo(shown);
  }

  @Test
  void anImageCannotDriveTheTerminal() {
    assertThat(Text.printable("a\u001b[31mb\nc\u202ed\u009be"))
        .isEqualTo("a\\x1b[31mb\\x0ac\\u202ed\\x9be");
    assertThat(Text.printable("grün 🙂")).isEqualTo("grün 🙂");
  }
}
