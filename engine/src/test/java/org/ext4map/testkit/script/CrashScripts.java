package org.ext4map.testkit.script;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.ext4map.Ext4Image;
import org.ext4map.device.MemoryBlockDevice;
import org.ext4map.model.NoSpaceException;
import org.ext4map.testkit.WritableImages;
import org.ext4map.testkit.script.Operation.Kind;

/** Scripts and images for power cuts and failing devices. */
public final class CrashScripts {
  private static final int SIZE_MIB = 6;
  private static final int SPAN_BLOCKS = 24;
  private static final int OPERATIONS = 45;

  /** What free space holds. */
  public static final byte STALE = (byte) 0xEE;

  /** A script that holds every operation, each with success. */
  public static final OperationScript EVERYTHING =
      OperationScript.parse(
          """
          mkdir /d
          create /d/a
          write /d/a 0 5000 0
          fsync /d/a
          write /d/a 9000 3000 14
          falloc /d/a 14000 12000
          fdatasync /d/a
          write /d/a 15500 2100 28
          punch /d/a 1000 3500
          create /b
          write /b 100 7000 1
          link /b /d/c
          sync
          insert /d/a 2048 4096
          fsync /d/a
          write /d/a 3000 700 42
          zero /d/a 12500 5000
          symlink d/a /s
          symlink ./././././././././././././././././././././././././././././././a /d/t
          rename /b /d/b
          sync
          collapse /d/a 1024 3072
          fsync /d/a
          falloc-keep /d/a 30000 9000
          zero-keep /s 29000 4000
          unshare /s 0 1024
          write /d/a 29000 4000 56
          create /e
          write /e 0 4096 2
          swap /e /d/b 1024 2048
          reopen
          unlink /d/c
          truncate /d/a 6500
          rename /e /d/b
          fsync /d/b
          truncate /d/a 11000
          unlink /s
          unlink /d/t
          rename /d /g
          mkdir /g/h
          rmdir /g/h
          sync
          unlink /g/a
          unlink /g/b
          rmdir /g
          """);

  private CrashScripts() {}

  /** A script of which about one operation in three is made durable. */
  public static OperationScript generated(long seed, int blockSize, boolean extents) {
    ScriptModel model = new ScriptModel(blockSize, extents);
    List<Operation> all = new ArrayList<>();
    SplittableRandom random = new SplittableRandom(seed);
    ScriptGenerator generator =
        new ScriptGenerator(seed, model, blockSize, SPAN_BLOCKS, kind -> true);
    for (Operation operation : generator.script(OPERATIONS).operations()) {
      all.add(operation);
      if (random.nextInt(3) == 0) {
        boolean ofFile = operation.kind() == Kind.WRITE && random.nextBoolean();
        all.add(ofFile ? Operation.of(Kind.FSYNC, operation.path()) : Operation.of(Kind.SYNC));
      }
    }
    return new OperationScript(all);
  }

  /** All free space holds {@link #STALE}, which no script writes. */
  public static MemoryBlockDevice dirtyImage(Path scratch, String options) throws IOException {
    MemoryBlockDevice device = WritableImages.make(scratch, SIZE_MIB, List.of(options.split(" ")));
    try (Ext4Image image = Ext4Image.open(device, WritableImages.forWriting())) {
      byte[] stale = new byte[1 << 16];
      Arrays.fill(stale, STALE);
      try (SeekableByteChannel channel = image.create("/stale", 0600).openForWriting()) {
        while (channel.size() < device.sizeBytes()) {
          channel.write(ByteBuffer.wrap(stale));
        }
      } catch (NoSpaceException full) {
        assertThat(image.lookup("/stale").size()).isPositive();
      }
      image.unlink("/stale");
    }
    return device;
  }
}
