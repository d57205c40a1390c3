package org.ext4map.bench;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.ext4map.Ext4File;
import org.ext4map.device.BlockDevice;
import org.ext4map.ondisk.InodeRecord;

/**
 * The tree of a file as it lies on the disk, in arrays, and the plainest walk from the root to the
 * extent of a block: no lock, no check, no cache. The baseline of {@link LookupTreeBench}.
 */
final class PlainTree {
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle SHORT =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
  private static final int ENTRY_BYTES = 12;
  private static final int HEADER_BYTES = 12;
  private static final int ENTRIES = 2;
  private static final int DEPTH = 6;
  private static final int LEAF_LOW = 4;
  private static final int START_HIGH = 6;
  private static final int START_LOW = 8;

  private final byte[] root;

  /** The nodes by their place in the image; null where there is none. */
  private final byte[][] blocks;

  PlainTree(BlockDevice device, Ext4File file) throws IOException {
    root = new byte[InodeRecord.I_BLOCK_BYTES];
    for (int i = 0; i < root.length / Integer.BYTES; i++) {
      INT.set(root, i * Integer.BYTES, (int) file.record().blockWord(i));
    }
    blocks = new byte[(int) (device.sizeBytes() / BenchImage.BLOCK)][];
    load(device, root);
  }

  private void load(BlockDevice device, byte[] node) throws IOException {
    if (unsigned16(node, DEPTH) == 0) {
      return;
    }
    for (int i = 0; i < unsigned16(node, ENTRIES); i++) {
      int child = child(node, i);
      blocks[child] = new byte[BenchImage.BLOCK];
      device.read((long) child * BenchImage.BLOCK, ByteBuffer.wrap(blocks[child]));
      load(device, blocks[child]);
    }
  }

  /** Where file block {@code lblk}, which is mapped, lies. */
  long find(int lblk) {
    byte[] node = root;
    for (int depth = unsigned16(node, DEPTH); depth > 0; depth--) {
      node = blocks[child(node, search(node, lblk))];
    }
    int entry = HEADER_BYTES + search(node, lblk) * ENTRY_BYTES;
    long low = Integer.toUnsignedLong((int) INT.get(node, entry + START_LOW));
    return low
        + ((long) unsigned16(node, entry + START_HIGH) << Integer.SIZE)
        + lblk
        - (int) INT.get(node, entry);
  }

  /** The last entry whose key is not behind {@code lblk}; there is one. */
  private static int search(byte[] node, int lblk) {
    int low = 0;
    int high = unsigned16(node, ENTRIES) - 1;
    while (low < high) {
      int middle = (low + high + 1) >>> 1;
      int key = (int) INT.get(node, HEADER_BYTES + middle * ENTRY_BYTES);
      if (key <= lblk) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low;
  }

  private static int child(byte[] node, int i) {
    return (int) INT.get(node, HEADER_BYTES + i * ENTRY_BYTES + LEAF_LOW);
  }

  private static int unsigned16(byte[] node, int offset) {
    return Short.toUnsignedInt((short) SHORT.get(node, offset));
  }
}
