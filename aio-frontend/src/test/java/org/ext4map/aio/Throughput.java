package org.ext4map.aio;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.ext4map.Ext4File;
import org.ext4map.Ext4Image;
import org.ext4map.OpenOptions;
import org.ext4map.View;
import org.ext4map.aio.ring.IoRing;
import org.ext4map.aio.ring.RingFile;
import org.ext4map.aio.ring.RingFile.Engine;
import org.ext4map.device.FileBlockDevice.DirectMode;
import org.ext4map.model.FallocateMode;
import org.jspecify.annotations.Nullable;

/**
 * Compares, in one run on one disk, the raw queue on a plain file with reads, overwrites and writes
 * into unwritten space through the front end: random 4 KiB at a depth of 32. A program of its own,
 * because what is measured must run without assertions: {@code Throughput IMAGE REQUESTS ROUNDS
 * COMPLETIONS}.
 */
final class Throughput {
  private static final int BLOCK = 4096;
  private static final int DEPTH = 32;
  private static final int FILE_BLOCKS = 8192;
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private final AtomicLong failed = new AtomicLong();
  private final IoCallback count = this::count;
  private final SplittableRandom random = new SplittableRandom(1);

  private Throughput() {}

  /** One line for each way: what, requests a second, bytes allocated for each request. */
  public static void main(String[] arguments) throws Exception {
    Path image = Path.of(arguments[0]);
    int requests = Integer.parseInt(arguments[1]);
    int rounds = Integer.parseInt(arguments[2]);
    for (int round = 0; round < rounds; round++) {
      new Throughput().run(image, requests, Completions.valueOf(arguments[3]));
    }
  }

  private void count(long cookie, int result, @Nullable IOException failure) {
    if (result != BLOCK) {
      failed.incrementAndGet();
    }
  }

  private void run(Path path, int requests, Completions completions) throws Exception {
    OpenOptions options =
        OpenOptions.defaults().view(View.READ_WRITE).directMode(DirectMode.IF_POSSIBLE);
    try (Ext4Image image = Ext4Image.open(path, options);
        DirectIo io =
            DirectIo.on(image)
                .completions(completions)
                .queueDepth(DEPTH)
                .bufferBytes(1 << 20)
                .open()) {
      Ext4File file = image.lookup("/file");
      try (DirectFile direct = io.open(file);
          IoBuffer buffer = io.allocate(DEPTH * BLOCK)) {
        for (int i = 0; i < 2; i++) { // the first time the blocks are new for the disk, too
          file.truncate(0);
          file.fallocate(FallocateMode.ALLOCATE, 0, (long) FILE_BLOCKS * BLOCK);
          measure(i == 0 ? "first fill" : "fill", FILE_BLOCKS, () -> fill(io, direct, buffer));
        }
        measure("overwrite", requests, () -> submit(io, direct, buffer, requests, true));
        measure("read", requests, () -> submit(io, direct, buffer, requests, false));
        measure("overwrite", requests, () -> submit(io, direct, buffer, requests, true));
        measure("read", requests, () -> submit(io, direct, buffer, requests, false));
      }
      System.out.println(io.counters() + " " + io.describe());
    }
    Path plain = path.resolveSibling("raw.bin");
    Files.write(plain, new byte[FILE_BLOCKS * BLOCK]); // written once: no conversion by the host
    try (RingFile raw =
        RingFile.open(plain, Engine.AUTO, DEPTH, DEPTH * BLOCK, body -> new Thread(body, "raw"))) {
      raw.ring().start();
      measure("raw write", requests, () -> raw(raw.ring(), requests, true));
      measure("raw read", requests, () -> raw(raw.ring(), requests, false));
    }
    Files.delete(plain);
    System.out.println("failed " + failed.get());
  }

  private interface Body {
    void run() throws Exception;
  }

  private static void measure(String what, int requests, Body body) throws Exception {
    long bytes = allocated();
    long start = System.nanoTime();
    body.run();
    double seconds = (System.nanoTime() - start) / 1e9;
    double perRequest = (allocated() - bytes) / (double) requests;
    System.out.println(
        String.format(
            Locale.ROOT, "%s iops=%.0f bytes=%.3f", what, requests / seconds, perRequest));
  }

  /** Of the threads that requests run on. */
  private static long allocated() {
    long sum = 0;
    for (long id : THREADS.getAllThreadIds()) {
      var info = THREADS.getThreadInfo(id);
      String name = info == null ? "" : info.getThreadName();
      if (name.startsWith("ext4map-") || name.equals("main")) {
        sum += THREADS.getThreadAllocatedBytes(id);
      }
    }
    return sum;
  }

  private void fill(DirectIo io, DirectFile file, IoBuffer buffer) throws IOException {
    int step = 4099; // a prime: each block once, in no order that helps
    for (int i = 0; i < FILE_BLOCKS; i++) {
      long block = (long) i * step % FILE_BLOCKS;
      file.write(buffer, i % DEPTH * BLOCK, BLOCK, block * BLOCK, count, i);
    }
    io.drain();
  }

  private void submit(DirectIo io, DirectFile file, IoBuffer buffer, int requests, boolean writes)
      throws IOException {
    for (int i = 0; i < requests; i++) {
      long position = (long) random.nextInt(FILE_BLOCKS) * BLOCK;
      if (writes) {
        file.write(buffer, i % DEPTH * BLOCK, BLOCK, position, count, i);
      } else {
        file.read(buffer, i % DEPTH * BLOCK, BLOCK, position, count, i);
      }
    }
    io.drain();
  }

  private void raw(IoRing ring, int requests, boolean writes) throws IOException {
    int[] free = new int[DEPTH];
    int[] count = {DEPTH};
    for (int i = 0; i < DEPTH; i++) {
      free[i] = i;
    }
    int[] done = new int[1];
    IoRing.CompletionSink sink =
        (cookie, result) -> {
          free[count[0]++] = (int) cookie;
          done[0]++;
        };
    int submitted = 0;
    while (done[0] < requests) {
      while (count[0] > 0 && submitted < requests) {
        int slot = free[--count[0]];
        long at = (long) random.nextInt(FILE_BLOCKS) * BLOCK;
        submitted++;
        if (writes) {
          ring.prepareWrite(slot, (long) slot * BLOCK, BLOCK, at);
        } else {
          ring.prepareRead(slot, (long) slot * BLOCK, BLOCK, at);
        }
      }
      ring.submit(true);
      ring.reap(sink);
    }
  }
}
