package org.ext4map.aio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.ext4map.aio.Images.BLOCK;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.ext4map.Ext4File;
import org.ext4map.Ext4Image;
import org.ext4map.OpenOptions;
import org.ext4map.View;
import org.ext4map.aio.ring.RingFile.Engine;
import org.ext4map.device.FileBlockDevice.DirectMode;
import org.ext4map.model.FallocateMode;
import org.ext4map.testkit.Programs;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What each class of request does, on every engine. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class DirectIoTest {
  @TempDir Path scratch;

  Completions completions() {
    return Completions.IO_THREAD;
  }

  private interface Body {
    void run(Ext4Image image, DirectIo io, Ext4File file, DirectFile direct) throws Exception;
  }

  private void on(Engine engine, Body body) throws Exception {
    Path path = Images.make(scratch, 16, "file");
    OpenOptions options =
        OpenOptions.defaults().view(View.READ_WRITE).directMode(DirectMode.IF_POSSIBLE);
    try (Ext4Image image = Ext4Image.open(path, options);
        DirectIo io =
            DirectIo.on(image)
                .completions(completions())
                .engine(engine)
                .queueDepth(16)
                .bufferBytes(1 << 20)
                .open()) {
      System.out.println(io.describe());
      Ext4File file = image.lookup("/file");
      try (DirectFile direct = io.open(file)) {
        body.run(image, io, file, direct);
      }
      assertThat(io.counters().ticketsReleased()).isEqualTo(io.counters().ticketsIssued());
    }
    Programs.assertClean(path);
  }

  static ByteBuffer filled(int bytes, int value) {
    byte[] data = new byte[bytes];
    Arrays.fill(data, (byte) value);
    return ByteBuffer.wrap(data);
  }

  @ParameterizedTest
  @EnumSource
  void aWriteIntoUnwrittenSpaceIsConvertedByAWorker(Engine engine) throws Exception {
    on(
        engine,
        (image, io, file, direct) -> {
          file.fallocate(FallocateMode.ALLOCATE, 0, 8 * BLOCK);
          assertThat(direct.write(filled(BLOCK, 7), 2 * BLOCK).get()).isEqualTo(BLOCK);
          assertThat(Images.map(file)).isEqualTo("0-1:U 2-2:W 3-7:U");
          assertThat(io.counters().deferred()).isEqualTo(1);
          assertThat(io.counters().fills()).isEqualTo(1);
          ByteBuffer all = ByteBuffer.allocate(8 * BLOCK);
          assertThat(direct.read(all, 0).get()).isEqualTo(8 * BLOCK);
          assertThat(all.position()).isEqualTo(8 * BLOCK);
          byte[] expected = new byte[8 * BLOCK];
          Arrays.fill(expected, 2 * BLOCK, 3 * BLOCK, (byte) 7);
          assertThat(all.array()).isEqualTo(expected);
        });
  }

  @ParameterizedTest
  @EnumSource
  void anOverwriteEndsOnTheCompletionThread(Engine engine) throws Exception {
    on(
        engine,
        (image, io, file, direct) -> {
          direct.write(filled(4 * BLOCK, 1), 0).get();
          long deferred = io.counters().deferred();
          assertThat(direct.write(filled(BLOCK, 2), BLOCK).get()).isEqualTo(BLOCK);
          assertThat(io.counters().overwrites()).isEqualTo(1);
          assertThat(io.counters().deferred()).isEqualTo(deferred);
          assertThat(Images.bytes(file)[BLOCK]).isEqualTo((byte) 2);
        });
  }

  @ParameterizedTest
  @EnumSource
  void aHoleInsideTheFileIsFilled(Engine engine) throws Exception {
    on(
        engine,
        (image, io, file, direct) -> {
          file.truncate(8 * BLOCK);
          direct.write(filled(2 * BLOCK, 3), 4 * BLOCK).get();
          assertThat(Images.map(file)).isEqualTo("4-5:W");
          assertThat(file.size()).isEqualTo(8 * BLOCK);
        });
  }

  @ParameterizedTest
  @EnumSource
  void aWriteBehindTheEndMakesTheFileLonger(Engine engine) throws Exception {
    on(
        engine,
        (image, io, file, direct) -> {
          direct.write(filled(100, 1), 0).get();
          assertThat(io.counters().alone()).isEqualTo(1);
          direct.write(filled(2 * BLOCK, 9), 3 * BLOCK).get();
          assertThat(io.counters().extensions()).isEqualTo(1);
          assertThat(file.size()).isEqualTo(5 * BLOCK);
          assertThat(Images.map(file)).isEqualTo("0-0:W 3-4:W");
          byte[] bytes = Images.bytes(file);
          assertThat(bytes[99]).isEqualTo((byte) 1);
          assertThat(bytes[100]).isZero();
          assertThat(bytes[3 * BLOCK]).isEqualTo((byte) 9);
          ByteBuffer tail = ByteBuffer.allocate(3 * BLOCK);
          assertThat(direct.read(tail, 4 * BLOCK + 10).get()).isEqualTo(BLOCK - 10);
          assertThat(direct.read(tail.clear(), 5 * BLOCK).get()).isZero();
        });
  }

  @ParameterizedTest
  @EnumSource
  void manyRequestsWithCallbacksAreEachReportedOnce(Engine engine) throws Exception {
    on(
        engine,
        (image, io, file, direct) -> {
          int count = 2000;
          file.fallocate(FallocateMode.ALLOCATE, 0, 512 * BLOCK);
          AtomicIntegerArray reports = new AtomicIntegerArray(count);
          CountDownLatch all = new CountDownLatch(count);
          IoCallback callback =
              (cookie, result, failure) -> {
                if (result == BLOCK && failure == null) {
                  reports.incrementAndGet((int) cookie);
                }
                all.countDown();
              };
          try (IoBuffer buffer = io.allocate(16 * BLOCK)) {
            for (int i = 0; i < count; i++) {
              long block = i * 37L % 512;
              if (i % 5 == 0) {
                direct.writeDurably(buffer, i % 16 * BLOCK, BLOCK, block * BLOCK, callback, i);
              } else if (i % 3 == 0) {
                direct.read(buffer, i % 16 * BLOCK, BLOCK, block * BLOCK, callback, i);
              } else {
                direct.write(buffer, i % 16 * BLOCK, BLOCK, block * BLOCK, callback, i);
              }
            }
            io.await(() -> all.getCount() == 0);
          }
          for (int i = 0; i < count; i++) {
            assertThat(reports.get(i)).as("request %d", i).isEqualTo(1);
          }
          System.out.println(io.counters());
        });
  }
}
