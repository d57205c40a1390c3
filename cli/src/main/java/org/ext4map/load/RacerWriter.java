package org.ext4map.load;

import java.io.IOException;
import java.util.SplittableRandom;
import org.ext4map.aio.DirectFile;
import org.ext4map.aio.DirectIo;
import org.ext4map.aio.IoBuffer;
import org.ext4map.model.NoSpaceException;
import org.jspecify.annotations.Nullable;

/** Writes large runs of blocks at random, many at once, into a file that others race for. */
final class RacerWriter extends Flight {
  private final StressState state;
  private final DirectFile file;
  private final IoBuffer buffer;
  private final SplittableRandom random;
  private final int blocksPerWrite;
  private final int blockBytes;
  private final int[] first;
  private final long[] begun;

  RacerWriter(
      StressState state,
      DirectIo io,
      DirectFile file,
      IoBuffer buffer,
      int depth,
      SplittableRandom random) {
    super(depth, io);
    this.state = state;
    this.file = file;
    this.buffer = buffer;
    this.random = random;
    this.blockBytes = Stress.BLOCK_BYTES;
    this.blocksPerWrite = buffer.length() / depth / blockBytes;
    this.first = new int[depth];
    this.begun = new long[depth];
  }

  @Override
  boolean goesOn() {
    return state.goesOn();
  }

  @Override
  boolean submit(int slot) throws IOException {
    int block = random.nextInt(state.racer.count() - blocksPerWrite + 1);
    long stamp = state.stamps.incrementAndGet();
    int length = blocksPerWrite * blockBytes;
    long position = (long) block * blockBytes;
    Stamp.fill(buffer.bytes(), slot * length, length, stamp, position);
    first[slot] = block;
    begun[slot] = state.racer.begin(block, blocksPerWrite, stamp);
    state.submitted.increment();
    try {
      file.write(buffer, slot * length, length, position, this, slot);
      return true;
    } catch (NoSpaceException full) {
      state.racer.end(block, blocksPerWrite, 0, begun[slot]);
      state.refusedForSpace();
      return false;
    }
  }

  @Override
  void ended(int slot, int result, @Nullable IOException problem) {
    state.completed.increment();
    int done = Math.max(0, result) / blockBytes;
    state.racer.end(first[slot], blocksPerWrite, done, begun[slot]);
    if (problem != null) {
      state.failed(result, problem);
    }
    if (done < blocksPerWrite && result >= 0) {
      state.noSpace.increment();
    }
    state.writtenBytes.add(Math.max(0, result));
  }
}
