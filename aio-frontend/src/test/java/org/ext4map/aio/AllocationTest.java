package org.ext4map.aio;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.ext4map.testkit.Programs;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** In steady state reads and overwrites make no garbage, on no thread they run on. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class AllocationTest {
  private static final Pattern LINE =
      Pattern.compile("^(overwrite|read) iops=[0-9]+ bytes=([0-9.]+)$", Pattern.MULTILINE);

  /** What the JVM's own events and the measuring itself make, spread over all requests. */
  private static final double NOISE_BYTES = 0.5;

  @TempDir Path scratch;

  @ParameterizedTest
  @EnumSource(names = {"IO_THREAD", "POLLED"})
  void aReadOrOverwriteAllocatesNothing(Completions completions) throws Exception {
    Path image = Images.make(scratch, 64, "file");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(List.of(Throughput.class.getName(), image.toString(), "30000", "1"));
    command.add(completions.name());
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
    System.out.println(said);
    List<Double> bytes = new ArrayList<>();
    for (MatchResult line : LINE.matcher(said).results().toList()) {
      bytes.add(Double.parseDouble(line.group(2)));
    }
    assertThat(bytes).as(said).hasSize(4);
    // the first two warm up
    assertThat(bytes.subList(2, 4)).as(said).allMatch(each -> each < NOISE_BYTES);
    assertThat(said).contains("failed 0");
    Programs.assertClean(image);
  }
}
