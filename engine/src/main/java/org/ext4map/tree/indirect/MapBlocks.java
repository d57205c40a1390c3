package org.ext4map.tree.indirect;

import java.io.IOException;
import org.ext4map.buffer.MetaBlock;
import org.ext4map.model.CorruptionException;
import org.ext4map.ondisk.IndirectBlock;
import org.ext4map.tree.TreeContext;
import org.ext4map.tree.TreeRoot;

/**
 * Reads the map blocks of one inode and checks where their pointers lead:
 * ext4_check_indirect_blockref. Any thread.
 */
final class MapBlocks {
  private static final String NAME = "indirect map";

  private final TreeContext context;
  private final long ino;
  private final long tag;

  MapBlocks(TreeContext context, TreeRoot root) {
    this.context = context;
    this.ino = root.ino();
    this.tag = MetaBlock.tag('I', ino, root.generation());
  }

  /** Pointers in a map block. */
  int perBlock() {
    return context.geometry().blockSize() / IndirectBlock.POINTER_BYTES;
  }

  MetaBlock read(long pblk) throws IOException {
    MetaBlock block = context.cache().read(pblk);
    if (block.verifiedAs() != tag) {
      checkPointers(block.pointers(), "pblk=" + pblk);
      block.markVerified(tag);
    }
    return block;
  }

  /** Makes {@code block}, all zeros, a map block that needs no check. */
  void adopt(MetaBlock block) {
    block.markVerified(tag);
  }

  void checkRoot(IndirectBlock root) throws CorruptionException {
    checkPointers(root, "i_block");
  }

  private void checkPointers(IndirectBlock node, String place) throws CorruptionException {
    for (int i = 0; i < node.count(); i++) {
      long pblk = node.pointer(i);
      if (pblk != 0 && !context.zones().allows(pblk, 1, ino)) {
        throw bad("pointer " + i, pblk, "0 or a block that the inode may own", place);
      }
    }
  }

  /** Refuses a pointer in {@code holder} that leads back to it or to a block above it. */
  void requireNotAbove(long pblk, long holder, long above) throws CorruptionException {
    if (pblk == holder || pblk == above) {
      throw bad("pointer", pblk, "a block that is not above it", "pblk=" + holder);
    }
  }

  /** Counts what a walk has met, so that blocks used twice cannot make it endless. */
  void requireFits(String what, long met) throws CorruptionException {
    long most = context.geometry().blocksCount();
    if (met > most) {
      throw bad(what, met, "<= " + most + " (s_blocks_count)", "i_block");
    }
  }

  private CorruptionException bad(String field, long found, String allowed, String place) {
    return CorruptionException.of(NAME, field, found, allowed, "ino=" + ino + " " + place);
  }
}
