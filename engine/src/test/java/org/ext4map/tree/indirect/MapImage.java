package org.ext4map.tree.indirect;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import org.ext4map.alloc.SystemZones;
import org.ext4map.buffer.BufferCache;
import org.ext4map.device.MemoryBlockDevice;
import org.ext4map.ondisk.Geometry;
import org.ext4map.ondisk.IndirectBlock;
import org.ext4map.tree.TreeContext;
import org.ext4map.tree.TreeRoot;

/** An indirect map of inode 12 on a memory device, its pointers set by hand. */
final class MapImage {
  final Geometry geometry;
  final ByteBuffer root = ByteBuffer.allocate(60);
  final MemoryBlockDevice device = new MemoryBlockDevice(64L << 20);

  MapImage(Geometry geometry) {
    this.geometry = geometry;
  }

  /** Stores pointer {@code slot} of i_block. */
  MapImage root(int slot, long pblk) {
    new IndirectBlock(root, 0, 15).setPointer(slot, pblk);
    return this;
  }

  /** Stores pointers from {@code slot} on in map block {@code holder}. */
  MapImage map(long holder, int slot, long... pblks) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * pblks.length);
    IndirectBlock pointers = new IndirectBlock(bytes, 0, pblks.length);
    for (int i = 0; i < pblks.length; i++) {
      pointers.setPointer(i, pblks[i]);
    }
    try {
      device.write(holder * geometry.blockSize() + 4L * slot, bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return this;
  }

  IndirectTree open() {
    BufferCache cache =
        new BufferCache(device, geometry.blockSize(), geometry.blocksCount(), 1 << 20);
    return new IndirectTree(
        new TreeContext(geometry, cache, SystemZones.none(geometry)), treeRoot());
  }

  TreeRoot treeRoot() {
    return new TreeRoot() {
      @Override
      public long ino() {
        return 12;
      }

      @Override
      public int generation() {
        return 0;
      }

      @Override
      public ByteBuffer iBlock() {
        return root;
      }
    };
  }
}
