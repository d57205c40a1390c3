package org.ext4map.inode;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.Consumer;
import org.ext4map.journal.JournalHandle;
import org.ext4map.ondisk.Geometry;
import org.ext4map.ondisk.InodeRecord;
import org.jspecify.annotations.Nullable;

/**
 * The slot of one inode: its fields in memory, how they get into the table of inodes, and which
 * transactions have them. Threads: any. The fields are replaced as a whole, under a monitor that is
 * a leaf but for the journal's own lock; a reader sees one state of all of them.
 *
 * <p>The map says what it has become with {@link #mapChanged}, which costs no write; the next
 * {@link #update} with the map stores it.
 */
final class InodeSlot {
  private static final int SECTOR_BYTES = 512;

  private final InodeTable table;
  private final long ino;
  private final int generation;
  private final int sectorsPerBlock;
  private final ByteBuffer iBlock;

  /** Changes under the monitor. */
  private final SlotImage fields;

  /** Where the slot stands; null until it is written for the first time. */
  private volatile InodeTable.@Nullable Place place;

  private volatile long syncTid;
  private volatile long dataSyncTid;

  /** What the map has more than the slot says, until that is written. Guarded by the monitor. */
  private long unsavedSectors;

  /** True if i_block is not what the slot says. Set with dataSem held exclusively. */
  private volatile boolean rootUnsaved;

  InodeSlot(InodeTable table, Geometry geometry, long ino, InodeRecord record) {
    this.table = table;
    this.ino = ino;
    this.generation = record.generation();
    this.sectorsPerBlock = geometry.blockSize() / SECTOR_BYTES;
    this.fields = new SlotImage(record);
    this.iBlock = ByteBuffer.allocate(InodeRecord.I_BLOCK_BYTES);
    iBlock.put(0, record.bytes(), record.base() + InodeRecord.I_BLOCK, InodeRecord.I_BLOCK_BYTES);
  }

  /** i_block as the map has it, under the map's lock: newer than the slot if unsaved. */
  ByteBuffer iBlock() {
    return iBlock;
  }

  /** The fields as they are now: a copy that never changes. */
  InodeRecord record() {
    InodeRecord known = fields.snapshot();
    if (known != null) {
      return known;
    }
    synchronized (this) {
      return fields.makeSnapshot();
    }
  }

  /** i_flags: {@link InodeRecord#flags} without a copy of the rest. */
  synchronized int flags() {
    return fields.now().flags();
  }

  /** i_links_count, likewise. */
  synchronized int linksCount() {
    return fields.now().linksCount();
  }

  /** i_size in bytes. */
  long size() {
    return fields.size();
  }

  /** The transaction that fsync has to wait for; 0 if there is none. */
  long syncTid() {
    return syncTid;
  }

  /** The transaction that fdatasync has to wait for. */
  long dataSyncTid() {
    return dataSyncTid;
  }

  /** Announces {@link #update} under {@code handle}; what could fail is done then. */
  void prepare(JournalHandle handle) throws IOException {
    table.prepare(handle, place());
  }

  /** Changes fields and writes the slot under {@code handle}. Takes one credit. */
  void update(JournalHandle handle, Consumer<InodeRecord> change) throws IOException {
    write(handle, false, false, change);
  }

  /**
   * As {@link #update}, with the number of sectors that the map has now; with {@code still}, which
   * says that nobody changes the map meanwhile, its root as well.
   */
  void updateWithMap(JournalHandle handle, boolean still, Consumer<InodeRecord> change)
      throws IOException {
    write(handle, true, still, change);
  }

  /** The slot is written for the first time; fdatasync waits for that too. */
  void bornUnder(JournalHandle handle) throws IOException {
    update(handle, record -> {});
    dataSyncTid = syncTid;
  }

  /**
   * The map got {@code blocks} blocks more, or another root; the caller has dataSem exclusively.
   */
  void mapChanged(JournalHandle handle, long blocks, boolean rootChanged) {
    if (rootChanged && !rootUnsaved) {
      rootUnsaved = true;
    }
    if (blocks != 0 || dataSyncTid != handle.tid()) {
      synchronized (this) {
        unsavedSectors += blocks * sectorsPerBlock;
        syncTid = Math.max(syncTid, handle.tid());
        dataSyncTid = syncTid;
      }
    }
  }

  /** True if i_block is not what the slot says. */
  boolean rootUnsaved() {
    return rootUnsaved;
  }

  private void write(
      JournalHandle handle, boolean withMap, boolean still, Consumer<InodeRecord> change)
      throws IOException {
    InodeTable.Place at = place();
    table.prepare(handle, at);
    synchronized (this) {
      InodeRecord next = fields.change();
      if (withMap) {
        storeMap(next, still);
      }
      change.accept(next);
      table.write(handle, at, next);
      if (syncTid < handle.tid()) {
        syncTid = handle.tid();
      }
      if (next.size() != size()) {
        dataSyncTid = syncTid;
      }
      fields.take();
    }
  }

  private void storeMap(InodeRecord next, boolean still) {
    assert Thread.holdsLock(this);
    if (still && rootUnsaved) {
      next.setBlockBytes(iBlock);
      rootUnsaved = false;
    }
    if (unsavedSectors != 0) {
      next.setSectors(next.sectors() + unsavedSectors);
      unsavedSectors = 0;
    }
  }

  private InodeTable.Place place() throws IOException {
    InodeTable.Place known = place;
    if (known == null) {
      known = table.place(ino, generation);
      place = known;
    }
    return known;
  }
}
