package org.ext4map;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import org.junit.jupiter.api.Tag;

/**
 * Coverage-guided damage. {@code JAZZER_FUZZ=1 ./mvnw test -Pfuzz -pl engine
 * -Dtest=ImageWalkFuzzTest} looks for more; {@link ImageWalkRegressionTest} replays what was found.
 */
@Tag("fuzz")
class ImageWalkFuzzTest {
  @FuzzTest(maxDuration = "60s")
  void patches(byte[] input) throws IOException {
    PatchedImages.walk(input);
  }
}
