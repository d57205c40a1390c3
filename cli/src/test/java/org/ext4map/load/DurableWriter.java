package org.ext4map.load;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.ext4map.Ext4File;
import org.ext4map.Ext4Image;
import org.ext4map.OpenOptions;
import org.ext4map.View;
import org.ext4map.aio.Completions;
import org.ext4map.aio.DirectFile;
import org.ext4map.aio.DirectIo;
import org.ext4map.aio.IoBuffer;
import org.ext4map.device.FileBlockDevice.DirectMode;
import org.ext4map.model.FallocateMode;
import org.jspecify.annotations.Nullable;

/**
 * A process that is there to be killed. It writes stamped blocks and prints, a line each, what is
 * durable: {@code D block stamp} for asynchronous O_DSYNC writes to {@code /durable}, {@code S
 * block stamp} for blocks of {@code /synced} that a later fsync covers, {@code P first count}
 * before blocks of it are punched. Arguments: image, seed, the last stamp that was used, who takes
 * completions.
 */
final class DurableWriter extends Flight {
  static final int BLOCKS = 512;
  static final String DURABLE = "/durable";
  static final String SYNCED = "/synced";

  private static final int DEPTH = 16;
  private static final int WRITES_A_SYNC = 8;

  private final DirectFile file;
  private final IoBuffer buffer;
  private final SplittableRandom random;
  private final AtomicLong stamps;
  private final PrintStream out;
  private final int[] block = new int[DEPTH];
  private final long[] stamp = new long[DEPTH];
  private final boolean[] busy = new boolean[BLOCKS];

  private DurableWriter(
      DirectIo io,
      DirectFile file,
      IoBuffer buffer,
      SplittableRandom random,
      AtomicLong stamps,
      PrintStream out) {
    super(DEPTH, io);
    this.file = file;
    this.buffer = buffer;
    this.random = random;
    this.stamps = stamps;
    this.out = out;
  }

  /** Runs until it is killed. */
  public static void main(String[] args) throws IOException {
    SplittableRandom random = new SplittableRandom(Long.parseLong(args[1]));
    AtomicLong stamps = new AtomicLong(Long.parseLong(args[2]));
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.US_ASCII);
    OpenOptions options =
        OpenOptions.defaults().view(View.READ_WRITE).directMode(DirectMode.IF_POSSIBLE);
    try (Ext4Image image = Ext4Image.open(Path.of(args[0]), options);
        DirectIo io =
            DirectIo.on(image)
                .completions(Completions.valueOf(args[3]))
                .queueDepth(DEPTH)
                .workers(2)
                .open()) {
      Ext4File synced = open(image, SYNCED);
      Thread second = new Thread(() -> writeAndSync(synced, random.split(), stamps, out), "synced");
      second.start();
      DirectFile durable = io.open(open(image, DURABLE));
      IoBuffer buffer = io.allocate(DEPTH * Stress.BLOCK_BYTES);
      new DurableWriter(io, durable, buffer, random, stamps, out).fly();
    }
  }

  private static Ext4File open(Ext4Image image, String path) throws IOException {
    try {
      return image.lookup(path);
    } catch (NoSuchFileException isNew) {
      Ext4File file = image.create(path, 0600);
      file.fallocate(FallocateMode.ALLOCATE, 0, (long) BLOCKS * Stress.BLOCK_BYTES);
      file.fsync();
      return file;
    }
  }

  @Override
  boolean goesOn() {
    return true;
  }

  @Override
  boolean submit(int slot) throws IOException {
    int which = random.nextInt(BLOCKS);
    if (busy[which]) {
      return false;
    }
    busy[which] = true;
    block[slot] = which;
    stamp[slot] = stamps.incrementAndGet();
    int at = slot * Stress.BLOCK_BYTES;
    long position = (long) which * Stress.BLOCK_BYTES;
    Stamp.fill(buffer.bytes(), at, Stress.BLOCK_BYTES, stamp[slot], position);
    file.writeDurably(buffer, at, Stress.BLOCK_BYTES, position, this, slot);
    return true;
  }

  @Override
  void ended(int slot, int result, @Nullable IOException problem) {
    busy[block[slot]] = false;
    if (result == Stress.BLOCK_BYTES) {
      out.println("D " + block[slot] + " " + stamp[slot]);
    } else {
      out.println("failed " + result + " " + problem);
    }
  }

  /** Writes a few blocks, makes them durable, says so; punches some in between. */
  private static void writeAndSync(
      Ext4File file, SplittableRandom random, AtomicLong stamps, PrintStream out) {
    ByteBuffer bytes = ByteBuffer.allocate(Stress.BLOCK_BYTES);
    StringBuilder lines = new StringBuilder();
    try (SeekableByteChannel channel = file.openForWriting()) {
      while (true) {
        lines.setLength(0);
        int first = random.nextInt(BLOCKS - WRITES_A_SYNC);
        long start = (long) first * Stress.BLOCK_BYTES;
        out.println("P " + first + " " + WRITES_A_SYNC);
        file.fallocate(FallocateMode.PUNCH_HOLE, start, (long) WRITES_A_SYNC * Stress.BLOCK_BYTES);
        for (int which = first; which < first + WRITES_A_SYNC; which++) {
          long number = stamps.incrementAndGet();
          long position = (long) which * Stress.BLOCK_BYTES;
          Stamp.fill(bytes, 0, Stress.BLOCK_BYTES, number, position);
          channel.position(position).write(bytes.clear());
          lines.append("S ").append(which).append(' ').append(number).append('\n');
        }
        file.fsync();
        out.print(lines);
        out.flush();
      }
    } catch (IOException problem) {
      out.println("failed " + problem);
    }
  }
}
