package org.ext4map;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.ext4map.images.FileTruth;
import org.ext4map.images.GoldenImage;
import org.ext4map.images.GoldenImages;
import org.ext4map.images.View;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One image, many readers, caches so small that they disturb each other. */
class ManyThreadsReadTest {
  private static final int THREADS = 4;
  private static final long SEED = 20261123;

  @TempDir Path scratch;

  @Test
  void allSeeTheSame() throws Exception {
    GoldenImage golden = GoldenImages.byName("k1-shapes");
    OpenOptions small = OpenOptions.defaults().bufferCacheBytes(1 << 16).statusCacheBytes(4096);
    ExecutorService readers = Executors.newFixedThreadPool(THREADS);
    try (Ext4Image image = Ext4Image.open(golden.unpack(scratch), small)) {
      List<Future<Void>> all = new ArrayList<>();
      for (int i = 0; i < THREADS; i++) {
        all.add(readers.submit(reader(image, golden, SEED + i)));
      }
      for (Future<Void> one : all) {
        one.get(60, TimeUnit.SECONDS);
      }
    } finally {
      readers.shutdownNow();
    }
  }

  private static Callable<Void> reader(Ext4Image image, GoldenImage golden, long seed) {
    return () -> {
      List<FileTruth> files = new ArrayList<>(golden.manifest().files(View.AS_IS).orElseThrow());
      Collections.shuffle(files, new Random(seed));
      Truth truth = Truth.of(image, golden);
      for (FileTruth file : files) {
        truth.check(file);
      }
      return null;
    };
  }
}
