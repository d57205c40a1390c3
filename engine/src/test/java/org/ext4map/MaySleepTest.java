package org.ext4map;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.ext4map.locks.LockRank;
import org.ext4map.locks.ThreadClass;
import org.ext4map.model.FallocateMode;
import org.ext4map.testkit.WritableImages;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A thread that takes completions is stopped wherever it might sleep: INV-1. */
class MaySleepTest {
  @TempDir Path scratch;

  @Test
  void nothingThatMaySleepRunsOnACompletionThread() throws IOException {
    for (String journal : List.of("has_journal", "^has_journal")) {
      var device = WritableImages.make(scratch, 4, List.of("-O", journal), "file");
      try (Ext4Image image = Ext4Image.open(device, WritableImages.forWriting())) {
        Ext4File file = image.lookup("/file");
        var channel = file.openForWriting();
        Map<String, ThrowingCallable> sleeps =
            Map.of(
                "write", () -> channel.write(ByteBuffer.allocate(10)),
                "truncate", () -> file.truncate(1),
                "fallocate", () -> file.fallocate(FallocateMode.ALLOCATE, 0, 1),
                "fsync", file::fsync,
                "sync", image::sync,
                "map of what is not cached", file::extents,
                "lookup of a name", () -> image.lookup("/other"));
        ThreadClass before = ThreadClass.COMPLETION.become();
        try {
          sleeps.forEach(
              (name, call) ->
                  assertThatThrownBy(call)
                      .as(name + ", " + journal)
                      .isInstanceOf(AssertionError.class)
                      .hasMessageContaining("may sleep"));
        } finally {
          before.become();
        }
        assertThat(LockRank.noneHeld()).isTrue();
        assertThat(channel.write(ByteBuffer.allocate(10))).isEqualTo(10);
        channel.close();
      }
    }
  }
}
