package org.ext4map;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.util.SplittableRandom;
import org.ext4map.model.FallocateMode;
import org.ext4map.testkit.script.FileModel;

/** One change of a file, done to the file itself and to its model. */
record FileOperation(Kind kind, int at, int length, byte fill) {
  enum Kind {
    WRITE,
    TRUNCATE,
    ALLOCATE,
    KEEP_SIZE,
    PUNCH,
    ZERO,
    ZERO_KEEP,
    COLLAPSE,
    INSERT,
    SYNC
  }

  /** An operation within {@code span} bytes; half of them on block edges. */
  static FileOperation random(SplittableRandom random, int span, int blockSize, boolean extents) {
    Kind[] kinds =
        extents
            ? Kind.values()
            : new Kind[] {Kind.WRITE, Kind.TRUNCATE, Kind.PUNCH, Kind.WRITE, Kind.SYNC};
    Kind kind = kinds[random.nextInt(kinds.length)];
    int at = random.nextInt(span);
    int length = 1 + random.nextInt(span / 4);
    if (kind == Kind.COLLAPSE || kind == Kind.INSERT || random.nextBoolean()) {
      at = at / blockSize * blockSize;
      length = (length + blockSize - 1) / blockSize * blockSize;
    }
    return new FileOperation(kind, at, length, (byte) (1 + random.nextInt(120)));
  }

  /** The bytes that a write writes. */
  byte[] data() {
    byte[] data = new byte[length];
    for (int i = 0; i < length; i++) {
      data[i] = (byte) (fill + i % 7);
    }
    return data;
  }

  /** Does it to the file. An operation that the file does not allow now does nothing. */
  void applyTo(Ext4File file, FileModel before) throws IOException {
    switch (kind) {
      case WRITE -> {
        try (SeekableByteChannel channel = file.openForWriting()) {
          ByteBuffer data = ByteBuffer.wrap(data());
          channel.position(at);
          while (data.hasRemaining()) {
            channel.write(data);
          }
        }
      }
      case TRUNCATE -> file.truncate(at);
      case ALLOCATE -> file.fallocate(FallocateMode.ALLOCATE, at, length);
      case KEEP_SIZE -> file.fallocate(FallocateMode.KEEP_SIZE, at, length);
      case PUNCH -> file.fallocate(FallocateMode.PUNCH_HOLE, at, length);
      case ZERO -> file.fallocate(FallocateMode.ZERO_RANGE, at, length);
      case ZERO_KEEP -> file.fallocate(FallocateMode.ZERO_RANGE_KEEP_SIZE, at, length);
      case COLLAPSE -> {
        if (before.mayCollapse(at, length)) {
          file.fallocate(FallocateMode.COLLAPSE_RANGE, at, length);
        }
      }
      case INSERT -> {
        if (before.mayInsert(at)) {
          file.fallocate(FallocateMode.INSERT_RANGE, at, length);
        }
      }
      case SYNC -> file.fsync();
    }
  }

  /** Does it to the model. */
  void applyTo(FileModel model) {
    switch (kind) {
      case WRITE -> model.write(at, data());
      case TRUNCATE -> model.truncate(at);
      case ALLOCATE -> model.allocate(at, length, false);
      case KEEP_SIZE -> model.allocate(at, length, true);
      case PUNCH -> model.punch(at, length);
      case ZERO -> model.zero(at, length, false);
      case ZERO_KEEP -> model.zero(at, length, true);
      case COLLAPSE -> {
        if (model.mayCollapse(at, length)) {
          model.collapse(at, length);
        }
      }
      case INSERT -> {
        if (model.mayInsert(at)) {
          model.insert(at, length);
        }
      }
      case SYNC -> {}
    }
  }
}
