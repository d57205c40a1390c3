package org.ext4map.inode;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.ext4map.alloc.GroupTable;
import org.ext4map.buffer.BufferCache;
import org.ext4map.buffer.MetaBlock;
import org.ext4map.journal.JournalHandle;
import org.ext4map.model.CorruptionException;
import org.ext4map.ondisk.Geometry;
import org.ext4map.ondisk.InodeRecord;

/**
 * The slots of all inodes: ext4_iget (Linux fs/ext4/inode.c). Threads: any; the monitor of a block
 * guards its slots, so that each is read and written as a whole.
 */
public final class InodeTable {
  private static final String NAME = "inode";

  private final Geometry geometry;
  private final GroupTable groups;
  private final BufferCache buffers;

  InodeTable(Geometry geometry, GroupTable groups, BufferCache buffers) {
    this.geometry = geometry;
    this.groups = groups;
    this.buffers = buffers;
  }

  /**
   * The slot of inode {@code ino}: a copy that nobody changes, its checksum checked. A slot that
   * was never used is all zero and has no valid checksum; see {@link InodeRecord#isBlank}.
   *
   * @throws CorruptionException if there is no such inode, or the slot breaks a rule
   */
  public InodeRecord read(long ino) throws IOException {
    if (ino < 1 || ino > geometry.inodesCount()) {
      throw CorruptionException.of(
          NAME, "number", ino, "1 … " + geometry.inodesCount(), "ino=" + ino);
    }
    byte[] slot = new byte[geometry.inodeSize()];
    MetaBlock block = block(ino);
    synchronized (block) {
      block.bytes().get(indexInBlock(ino), slot);
    }
    InodeRecord record = new InodeRecord(geometry, ByteBuffer.wrap(slot).asReadOnlyBuffer(), 0);
    if (!record.isBlank()) {
      verify(record, ino);
    }
    return record;
  }

  /** The block that holds the slot of {@code ino}, which exists. */
  private MetaBlock block(long ino) throws IOException {
    long byteInTable = geometry.indexInGroup(ino) * geometry.inodeSize();
    long table = groups.descriptor(geometry.groupOfInode(ino)).inodeTable();
    return buffers.read(table + byteInTable / geometry.blockSize());
  }

  private int indexInBlock(long ino) {
    return (int) (geometry.indexInGroup(ino) * geometry.inodeSize() % geometry.blockSize());
  }

  /**
   * Where a slot stands, which never changes, and what its checksum begins with.
   *
   * @param pblk the block
   * @param index in the block
   */
  record Place(long pblk, int index, int checksumSeed) {}

  /** The place of inode {@code ino}, which exists. */
  Place place(long ino, int generation) throws IOException {
    int seed = geometry.inodeChecksumSeed(ino, generation);
    return new Place(block(ino).pblk(), indexInBlock(ino), seed);
  }

  /** Announces {@link #write}; may read from the device. Takes one credit. */
  void prepare(JournalHandle handle, Place place) throws IOException {
    handle.getWriteAccess(buffers.read(place.pblk()));
  }

  /** Finishes {@code record} with its checksum and stores it in its place. */
  void write(JournalHandle handle, Place place, InodeRecord record) throws IOException {
    record.updateChecksumFrom(place.checksumSeed());
    MetaBlock block = buffers.read(place.pblk());
    handle.getWriteAccess(block);
    synchronized (block) {
      block.bytes().put(place.index(), record.bytes(), record.base(), geometry.inodeSize());
    }
    handle.markDirty(block);
  }

  /** i_generation that the slot had last, whatever else it holds. */
  int lastGeneration(long ino) throws IOException {
    return new InodeRecord(geometry, block(ino).bytes(), indexInBlock(ino)).generation();
  }

  private void verify(InodeRecord record, long ino) throws CorruptionException {
    String place = "ino=" + ino;
    int room = geometry.inodeSize() - InodeRecord.BASE_BYTES;
    if (record.extraIsize() > room || record.extraIsize() % 4 != 0) {
      throw CorruptionException.of(
          NAME, "i_extra_isize", record.extraIsize(), "a multiple of 4, <= " + room, place);
    }
    record.verifyChecksum(ino);
    if (record.size() < 0) {
      throw CorruptionException.of(NAME, "i_size", record.size(), "<= " + Long.MAX_VALUE, place);
    }
  }
}
