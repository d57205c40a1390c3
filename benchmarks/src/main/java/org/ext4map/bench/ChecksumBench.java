package org.ext4map.bench;

import java.nio.ByteBuffer;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32C;
import org.ext4map.ondisk.Crc16;
import org.ext4map.ondisk.Crc32Be;
import org.ext4map.ondisk.Crc32c;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The checksums of the format: over a block, an inode and a group descriptor.
 *
 * <p>Goal: crc32c goes on from any value at most 1.5 times as slow as the library, which cannot do
 * that, sums from the beginning; 0 B allocated. Not the goal: the old sums, which only old images
 * have.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(2)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class ChecksumBench {
  private static final long SEED = 20160203;

  /** How many. */
  @Param({"4096", "256", "64"})
  public int length;

  private final ByteBuffer bytes = ByteBuffer.allocate(BenchImage.BLOCK);
  private final CRC32C library = new CRC32C();
  private int state;

  /** Fills the bytes. */
  @Setup
  public void fill() {
    new SplittableRandom(SEED).nextBytes(bytes.array());
  }

  /** Metadata, and the journal's copies. */
  @Benchmark
  public int crc32c() {
    state = Crc32c.update(state, bytes, 0, length);
    return state;
  }

  /** The baseline. */
  @Benchmark
  public long plainCrc32c() {
    library.reset();
    library.update(bytes.array(), 0, length);
    return library.getValue();
  }

  /** The journal's old commit blocks. */
  @Benchmark
  public int crc32Be() {
    state = Crc32Be.update(state, bytes, 0, length);
    return state;
  }

  /** Group descriptors without metadata_csum. */
  @Benchmark
  public int crc16() {
    state = Crc16.update(state & 0xFFFF, bytes, 0, length);
    return state;
  }
}
