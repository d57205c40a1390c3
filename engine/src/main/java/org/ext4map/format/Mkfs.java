package org.ext4map.format;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.ext4map.device.BlockDevice;
import org.ext4map.device.MemoryBlockDevice;
import org.ext4map.model.Ext4Exception;
import org.ext4map.model.NoSpaceException;
import org.ext4map.model.UnsupportedFeatureException;
import org.ext4map.ondisk.Geometry;
import org.ext4map.ondisk.Superblock;
import org.ext4map.ondisk.SuperblockEditor;

/**
 * Makes an ext4 file system on a device: what {@code mke2fs} does, for the features of {@link
 * MkfsOptions}.
 */
public final class Mkfs {
  /** The boot block and the old superblock. */
  private static final int WIPED_BYTES = 2048;

  private static final int STATE_VALID = 1;

  private Mkfs() {}

  /**
   * The superblock that {@link #format} would write, but for free counts, overhead and what the
   * first files add. Writes nothing; what this accepts, {@link #format} accepts too.
   *
   * @throws NoSpaceException if {@code sizeBytes} is too small for the options, the journal's size
   *     among them
   * @throws UnsupportedFeatureException if a feature is asked for, or would be needed, that is not
   *     made
   * @throws IllegalArgumentException if options contradict each other or the size
   */
  public static Superblock plan(long sizeBytes, MkfsOptions options) throws Ext4Exception {
    Superblock superblock = Sizing.superblock(sizeBytes, options);
    Geometry geometry = Sizing.geometry(superblock);
    SpaceMap space = new SpaceMap(geometry, new TableLayout(geometry, options.groupsPerFlex()));
    BlockWriter nowhere = new BlockWriter(MemoryBlockDevice.of(new byte[0]), geometry.blockSize());
    space.requireFree(new FirstFiles(geometry, options, space, nowhere).blocksWanted());
    return superblock.copy();
  }

  /**
   * Makes the file system. All of the device is its space; what it holds is lost. Memory: a few
   * blocks. One thread; nobody else may use the device meanwhile.
   *
   * @return the primary superblock as written
   * @throws NoSpaceException if the device is too small for the options; nothing was written
   * @throws UnsupportedFeatureException if a feature is asked for, or would be needed, that is not
   *     made; nothing was written
   * @throws IllegalArgumentException if options contradict each other or the size; nothing was
   *     written
   * @throws IOException if the device fails; it then holds no file system
   */
  public static Superblock format(BlockDevice device, MkfsOptions options) throws IOException {
    Superblock superblock = Sizing.superblock(device.sizeBytes(), options);
    Geometry geometry = Sizing.geometry(superblock);
    TableLayout tables = new TableLayout(geometry, options.groupsPerFlex());
    SpaceMap space = new SpaceMap(geometry, tables);
    BlockWriter writer = new BlockWriter(device, geometry.blockSize());
    FirstFiles files = new FirstFiles(geometry, options, space, writer);
    GroupWriter groups = new GroupWriter(geometry, options, tables, space, files, writer);
    SuperblockEditor editor = new SuperblockEditor(superblock);

    space.requireFree(files.blocksWanted());
    device.write(0, ByteBuffer.allocate(WIPED_BYTES));
    writer.flush();
    files.make(editor);
    groups.write();
    long free = groups.freeBlocks();
    editor
        .freeBlocksCount(free)
        .freeInodesCount(geometry.inodesCount() - files.inodesInUse())
        .overheadClusters(geometry.blocksCount() - free - files.dataBlocks());
    writeBackups(superblock, editor, geometry, writer);
    writer.flush();
    writePrimary(superblock, editor, device);
    writer.flush();
    return superblock.copy();
  }

  /** Backups say that they were not cleanly unmounted: who uses one is to check first. */
  private static void writeBackups(
      Superblock superblock, SuperblockEditor editor, Geometry geometry, BlockWriter writer)
      throws IOException {
    editor.state(0);
    long[] groups = GroupWriter.superblockGroups(geometry).skip(1).toArray();
    for (long group : groups) {
      editor.blockGroupNumber(group);
      seal(superblock, geometry);
      ByteBuffer block = writer.newBlock();
      block.put(0, superblock.bytes(), 0, Superblock.BYTES);
      writer.write(geometry.firstBlockOf(group), block);
    }
  }

  private static void writePrimary(
      Superblock superblock, SuperblockEditor editor, BlockDevice device) throws IOException {
    editor.state(STATE_VALID).blockGroupNumber(0);
    seal(superblock, Sizing.geometry(superblock));
    device.write(Superblock.OFFSET_BYTES, superblock.bytes());
  }

  private static void seal(Superblock superblock, Geometry geometry) {
    if (geometry.hasMetadataChecksums()) {
      superblock.updateChecksum();
    }
  }
}
