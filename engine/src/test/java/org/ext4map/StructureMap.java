package org.ext4map;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.ext4map.device.BlockDevice;
import org.ext4map.model.Extent;
import org.ext4map.ondisk.DirBlock;
import org.ext4map.ondisk.ExtentNode;
import org.ext4map.ondisk.Feature;
import org.ext4map.ondisk.FileType;
import org.ext4map.ondisk.Geometry;
import org.ext4map.ondisk.GroupDescriptor;
import org.ext4map.ondisk.HashTreeNode;
import org.ext4map.ondisk.InodeRecord;
import org.ext4map.ondisk.Jbd2Superblock;
import org.ext4map.ondisk.LittleEndian;
import org.ext4map.ondisk.OrphanBlock;
import org.ext4map.ondisk.Superblock;
import org.ext4map.ondisk.XattrArea;

/** Where the structures of a sound image stand, so that damage can be aimed at them. */
public final class StructureMap {
  private static final long MOST_INODES = 400;
  private static final long MOST_GROUPS = 16;
  private static final int MOST_BLOCKS_EACH = 16;

  /** The journal's usual inode. */
  private static final long JOURNAL_INO = 8;

  private final Superblock superblock;
  private final Geometry geometry;
  private final BlockDevice device;
  private final List<Structure> all = new ArrayList<>();

  /** Makes the checksum of a changed structure right again. */
  @FunctionalInterface
  public interface Sealer {
    void seal(ByteBuffer bytes);
  }

  /**
   * One structure.
   *
   * @param kind for messages
   * @param offsetBytes where it starts on the device
   * @param length in bytes
   */
  public record Structure(String kind, long offsetBytes, int length, Sealer sealer) {
    @Override
    public String toString() {
      return kind + "@" + offsetBytes;
    }
  }

  private StructureMap(Superblock superblock, Geometry geometry, BlockDevice device) {
    this.superblock = superblock;
    this.geometry = geometry;
    this.device = device;
  }

  /** The structures that {@code image} shows; damage found on the way ends that way. */
  public static List<Structure> of(Ext4Image image) throws IOException {
    StructureMap map = new StructureMap(image.superblock(), image.geometry(), image.device());
    map.all.add(superblock());
    for (long group = 0; group < Math.min(MOST_GROUPS, image.geometry().groupCount()); group++) {
      map.addDescriptor(group);
    }
    for (long ino = 1; ino <= Math.min(MOST_INODES, image.geometry().inodesCount()); ino++) {
      map.addInode(image, ino);
    }
    return map.all;
  }

  /** The superblock, which needs no others to be found. */
  public static Structure superblock() {
    return new Structure(
        "superblock",
        Superblock.OFFSET_BYTES,
        Superblock.BYTES,
        bytes -> {
          Superblock changed = new Superblock(bytes, 0);
          if (changed.features().has(Feature.METADATA_CSUM)) {
            changed.updateChecksum();
          }
        });
  }

  private void add(String kind, long offsetBytes, int length, Sealer sealer) {
    all.add(new Structure(kind, offsetBytes, length, sealer));
  }

  private void addDescriptor(long group) {
    int size = geometry.descSize();
    long block = geometry.descBlock(group / geometry.descsPerBlock());
    long offset = block * geometry.blockSize() + group % geometry.descsPerBlock() * size;
    add(
        "descriptor " + group,
        offset,
        size,
        bytes -> new GroupDescriptor(geometry, group, bytes, 0).updateChecksum());
  }

  private void addInode(Ext4Image image, long ino) throws IOException {
    long table = image.group(geometry.groupOfInode(ino)).inodeTable();
    long offset = table * geometry.blockSize() + geometry.indexInGroup(ino) * geometry.inodeSize();
    ByteBuffer slot = ByteBuffer.allocate(geometry.inodeSize());
    device.read(offset, slot);
    InodeRecord record = new InodeRecord(geometry, slot, 0);
    if (record.isBlank()) {
      return;
    }
    add(
        "inode " + ino,
        offset,
        geometry.inodeSize(),
        bytes -> new InodeRecord(geometry, bytes, 0).updateChecksum(ino));
    try {
      addBlocksOf(image.inode(ino));
    } catch (IOException damaged) {
      // a sound image may hold inodes that are not files; what they point to stays out
      assert damaged.getMessage() != null;
    }
  }

  private void addBlocksOf(Ext4File file) throws IOException {
    int seed = geometry.inodeChecksumSeed(file.ino(), file.record().generation());
    if (file.record().fileAcl() != 0) {
      long pblk = file.record().fileAcl();
      addBlock("xattrs of " + file.ino(), pblk, bytes -> sealXattrs(bytes, pblk));
    }
    int[] left = {MOST_BLOCKS_EACH};
    file.forEachNode(
        node -> {
          if (node.pblk().isPresent()) {
            addBlock(
                "node of " + file.ino(),
                node.pblk().getAsLong(),
                bytes -> sealNode(bytes, seed, file.hasExtents()));
          }
          return left[0]-- > 0;
        });
    if (file.type() == FileType.DIRECTORY || holdsMetadata(file.ino())) {
      addContents(file, seed);
    }
  }

  /** True for the journal, quota files and the file of orphans. */
  private boolean holdsMetadata(long ino) {
    return ino < superblock.firstIno() || ino == superblock.orphanFileInum();
  }

  private void addContents(Ext4File file, int seed) throws IOException {
    int left = MOST_BLOCKS_EACH;
    for (Extent extent : file.extents()) {
      for (int i = 0; i < extent.length() && left-- > 0; i++) {
        boolean first = extent.lblk() + i == 0;
        long pblk = extent.pblk() + i;
        boolean isDirectory = file.type() == FileType.DIRECTORY;
        boolean hashed = isDirectory && file.record().hasFlag(InodeRecord.INDEX_FL);
        addBlock(
            "block of " + file.ino(),
            pblk,
            bytes -> {
              if (isDirectory) {
                sealDirectory(bytes, seed, hashed, first);
              } else if (file.ino() == superblock.orphanFileInum()) {
                new OrphanBlock(geometry, bytes).seal(seed, pblk);
              } else if (file.ino() == JOURNAL_INO && first) {
                sealJournal(bytes);
              }
            });
      }
    }
  }

  private void addBlock(String kind, long pblk, Sealer sealer) {
    add(kind, pblk * geometry.blockSize(), geometry.blockSize(), sealer);
  }

  private static void sealJournal(ByteBuffer bytes) {
    Jbd2Superblock journal = new Jbd2Superblock(bytes);
    if (journal.features().hasBlockChecksums()) {
      journal.updateChecksum();
    }
  }

  private void sealXattrs(ByteBuffer bytes, long pblk) {
    LittleEndian.put32(bytes, 0x10, XattrArea.ofBlock(geometry, bytes).computeChecksum(pblk));
  }

  private void sealNode(ByteBuffer bytes, int seed, boolean extents) {
    ExtentNode node = new ExtentNode(bytes, 0);
    boolean fits = node.capacity() <= ExtentNode.capacityOf(geometry.blockSize() - 4);
    if (extents && geometry.hasMetadataChecksums() && fits) {
      node.updateChecksum(seed);
    }
  }

  private void sealDirectory(ByteBuffer bytes, int seed, boolean hashed, boolean first) {
    if (!hashed || (!first && !HashTreeNode.looksLikeNode(geometry, bytes))) {
      DirBlock.ofBlock(geometry, bytes, 0).updateChecksum(seed);
      return;
    }
    HashTreeNode node = new HashTreeNode(geometry, bytes, first);
    int most = (geometry.blockSize() - 40) / 8;
    if (node.limit() <= most && node.count() <= most) {
      node.updateChecksum(seed);
    }
  }
}
