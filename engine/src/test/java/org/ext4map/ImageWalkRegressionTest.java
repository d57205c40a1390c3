package org.ext4map;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every input that fuzzing has saved, once more. */
class ImageWalkRegressionTest {
  static List<Path> inputs() throws IOException, URISyntaxException {
    URL saved = ImageWalkRegressionTest.class.getResource("ImageWalkFuzzTestInputs/patches");
    assertThat(saved).as("saved inputs").isNotNull();
    try (Stream<Path> files = Files.list(Path.of(saved.toURI()))) {
      return files.sorted().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("inputs")
  void anInputThatWasInterestingOnceIsReadOrRefused(Path input) throws IOException {
    PatchedImages.walk(Files.readAllBytes(input));
  }
}
