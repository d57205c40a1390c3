package org.ext4map.load;

import java.io.IOException;
import java.util.SplittableRandom;
import org.ext4map.aio.DirectFile;
import org.ext4map.aio.DirectIo;
import org.ext4map.aio.IoBuffer;
import org.ext4map.model.NoSpaceException;
import org.jspecify.annotations.Nullable;

/**
 * Writes single blocks of a file that is its own, and reads them again some hundred writes later.
 * Blocks that the racers have lost come here; whoever still writes to them is found out.
 */
final class Verifier extends Flight {
  private static final int BACKLOG = 1024;

  private final StressState state;
  private final DirectFile file;
  private final IoBuffer buffer;
  private final SplittableRandom random;
  private final int[] block;
  private final boolean[] isRead;
  private final long[] stamp;
  private final long[] begun;
  private final RacedBlocks contents;
  private final boolean[] busy;
  private final int[] backlog = new int[BACKLOG];
  private int written;
  private int verified;

  Verifier(
      StressState state,
      DirectIo io,
      DirectFile file,
      IoBuffer buffer,
      int blocks,
      int depth,
      SplittableRandom random) {
    super(depth, io);
    this.state = state;
    this.file = file;
    this.buffer = buffer;
    this.random = random;
    this.block = new int[depth];
    this.isRead = new boolean[depth];
    this.stamp = new long[depth];
    this.begun = new long[depth];
    this.contents = new RacedBlocks(blocks);
    this.busy = new boolean[blocks];
  }

  /** What the blocks of the file may hold. */
  RacedBlocks contents() {
    return contents;
  }

  @Override
  boolean goesOn() {
    return state.goesOn();
  }

  @Override
  boolean submit(int slot) throws IOException {
    if (written - verified == BACKLOG) {
      int oldest = backlog[verified % BACKLOG];
      if (busy[oldest]) {
        return false;
      }
      verified++;
      read(slot, oldest);
      return true;
    }
    int which = random.nextInt(contents.count());
    return !busy[which] && write(slot, which);
  }

  private void read(int slot, int which) throws IOException {
    isRead[slot] = true;
    begin(slot, which);
    file.read(buffer, at(slot), Stress.BLOCK_BYTES, position(which), this, slot);
  }

  private boolean write(int slot, int which) throws IOException {
    isRead[slot] = false;
    stamp[slot] = state.stamps.incrementAndGet();
    Stamp.fill(buffer.bytes(), at(slot), Stress.BLOCK_BYTES, stamp[slot], position(which));
    begin(slot, which);
    begun[slot] = contents.begin(which, 1, stamp[slot]);
    try {
      file.write(buffer, at(slot), Stress.BLOCK_BYTES, position(which), this, slot);
      return true;
    } catch (NoSpaceException full) {
      contents.end(which, 1, 0, begun[slot]);
      busy[which] = false;
      state.refusedForSpace();
      return false;
    }
  }

  private void begin(int slot, int which) {
    block[slot] = which;
    busy[which] = true;
    state.submitted.increment();
  }

  private static int at(int slot) {
    return slot * Stress.BLOCK_BYTES;
  }

  private static long position(int which) {
    return (long) which * Stress.BLOCK_BYTES;
  }

  @Override
  void ended(int slot, int result, @Nullable IOException problem) {
    state.completed.increment();
    int which = block[slot];
    busy[which] = false;
    boolean isWhole = result == Stress.BLOCK_BYTES;
    if (problem != null) {
      state.failed(result, problem);
    }
    if (!isRead[slot]) {
      contents.end(which, 1, isWhole ? 1 : 0, begun[slot]);
    }
    if (isWhole && isRead[slot]) {
      verify(which, at(slot));
    } else if (isWhole) {
      backlog[written++ % BACKLOG] = which;
      state.writtenBytes.add(result);
    } else if (isRead[slot] && problem == null) {
      state.wrong("verify", which, Stamp.BROKEN, contents.shown(which));
    }
  }

  private void verify(int which, int at) {
    state.verifiedBlocks.increment();
    long found =
        Stamp.check(
            buffer.bytes(),
            at,
            Stress.BLOCK_BYTES,
            position(which),
            stamp -> contents.allows(which, stamp));
    if (found != Stamp.FITTING) {
      state.wrong("verify", which, found, contents.shown(which));
    }
  }
}
