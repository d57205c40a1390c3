package org.ext4map.format;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.List;
import org.ext4map.model.BlockRange;
import org.ext4map.ondisk.InodeRecord;
import org.ext4map.ondisk.LittleEndian;

/**
 * Builds an indirect map: twelve direct words, then one word each for a tree of one, two and three
 * levels of pointer blocks.
 */
final class IndirectMapBuilder implements BlockMapBuilder {
  private static final int DIRECT_WORDS = 12;
  private static final int LEVELS = 3;

  private final SpaceMap space;
  private final BlockWriter writer;

  IndirectMapBuilder(SpaceMap space, BlockWriter writer) {
    this.space = space;
    this.writer = writer;
  }

  @Override
  public int map(long ino, InodeRecord inode, List<BlockRange> runs) throws IOException {
    Walk walk = new Walk(runs);
    for (int i = 0; i < DIRECT_WORDS && walk.hasNext(); i++) {
      inode.setBlockWord(i, walk.build(0));
    }
    for (int level = 1; level <= LEVELS && walk.hasNext(); level++) {
      inode.setBlockWord(DIRECT_WORDS + level - 1, walk.build(level));
    }
    assert !walk.hasNext();
    return walk.pointerBlocks;
  }

  @Override
  public long mapBlocksAtMost(long blocks) {
    int words = writer.newBlock().capacity() / Integer.BYTES;
    long lowest = (Math.max(0, blocks - DIRECT_WORDS) + words - 1) / words;
    return lowest <= 1 ? lowest : lowest + 1 + (lowest + words - 1) / words + 1;
  }

  /** The data blocks still to be mapped. */
  private final class Walk {
    private final Iterator<BlockRange> runs;
    private long next;
    private long end;
    private int pointerBlocks;

    Walk(List<BlockRange> runs) {
      this.runs = runs.iterator();
    }

    boolean hasNext() {
      if (next == end && runs.hasNext()) {
        BlockRange run = runs.next();
        next = run.start();
        end = run.end();
      }
      return next < end;
    }

    /**
     * Maps as many blocks as a tree of {@code level} levels holds; its top block, or the block
     * itself.
     */
    long build(int level) throws IOException {
      boolean more = hasNext();
      assert more;
      if (level == 0) {
        return next++;
      }
      long pblk = space.take(next, 1).get(0).start();
      pointerBlocks++;
      ByteBuffer block = writer.newBlock();
      for (int at = 0; at < block.capacity() && hasNext(); at += Integer.BYTES) {
        LittleEndian.put32(block, at, build(level - 1));
      }
      writer.write(pblk, block);
      return pblk;
    }
  }
}
