package org.ext4map.load;

import java.io.IOException;
import java.util.SplittableRandom;
import org.ext4map.aio.DirectFile;
import org.ext4map.aio.IoBuffer;
import org.ext4map.model.NoSpaceException;
import org.jspecify.annotations.Nullable;

/**
 * Writes single blocks of a file that is its own, and reads them again some hundred writes later.
 * Blocks that the racers have lost come here; whoever still writes to them is found out.
 */
final class Verifier extends Flight implements Stress.Rule {
  private static final int BACKLOG = 1024;
  private static final long UNCERTAIN = -1;

  private final StressState state;
  private final DirectFile file;
  private final IoBuffer buffer;
  private final SplittableRandom random;
  private final int[] block;
  private final boolean[] isRead;
  private final long[] stamp;

  /** What each block must hold; UNCERTAIN if a write to it has failed. */
  private final long[] contents;

  private final boolean[] busy;
  private final int[] backlog = new int[BACKLOG];
  private int written;
  private int verified;

  Verifier(
      StressState state,
      DirectFile file,
      IoBuffer buffer,
      int blocks,
      int depth,
      SplittableRandom random) {
    super(depth);
    this.state = state;
    this.file = file;
    this.buffer = buffer;
    this.random = random;
    this.block = new int[depth];
    this.isRead = new boolean[depth];
    this.stamp = new long[depth];
    this.contents = new long[blocks];
    this.busy = new boolean[blocks];
  }

  int blocks() {
    return contents.length;
  }

  /** True if the block may hold {@code found}; for when nothing is in flight. */
  @Override
  public boolean allows(int which, long found) {
    return contents[which] == UNCERTAIN || contents[which] == found;
  }

  @Override
  public String shown(int which) {
    return "write " + contents[which];
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
    int which = random.nextInt(contents.length);
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
    try {
      file.write(buffer, at(slot), Stress.BLOCK_BYTES, position(which), this, slot);
      return true;
    } catch (NoSpaceException full) {
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
    if (problem != null) {
      state.tell(problem);
      contents[which] = isRead[slot] ? contents[which] : UNCERTAIN;
    } else if (isRead[slot]) {
      verify(slot, which, result);
    } else if (result == Stress.BLOCK_BYTES) {
      contents[which] = stamp[slot];
      backlog[written++ % BACKLOG] = which;
      state.writtenBytes.add(result);
    } else {
      contents[which] = UNCERTAIN;
    }
  }

  private void verify(int slot, int which, int result) {
    state.verifiedBlocks.increment();
    long found =
        result == Stress.BLOCK_BYTES
            ? Stamp.check(
                buffer.bytes(),
                at(slot),
                Stress.BLOCK_BYTES,
                position(which),
                stamp -> allows(which, stamp))
            : Stamp.BROKEN;
    if (found != Stamp.FITTING) {
      state.wrong("verify", which, found, shown(which));
    }
  }
}
