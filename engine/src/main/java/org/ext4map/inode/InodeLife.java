package org.ext4map.inode;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.ext4map.buffer.MetaBlock;
import org.ext4map.journal.JournalHandle;
import org.ext4map.model.CorruptionException;
import org.ext4map.model.Mapping;
import org.ext4map.model.UnsupportedFeatureException;
import org.ext4map.ondisk.Feature;
import org.ext4map.ondisk.FileType;
import org.ext4map.ondisk.Geometry;
import org.ext4map.ondisk.InodeRecord;
import org.ext4map.ondisk.OrphanBlock;
import org.ext4map.ondisk.XattrArea;
import org.ext4map.tree.extent.ExtentTree;

/**
 * How inodes come and go: ext4_new_inode, ext4_evict_inode, ext4_orphan_cleanup.
 *
 * <pre>
 *   create ──▶ named ──setLinks to 0──▶ on the orphan list ──reap, nobody has it open──▶ free
 * </pre>
 *
 * Threads: any; a method that takes a handle is called under it, the others open their own.
 */
public final class InodeLife {
  /** Inode bitmap, descriptor, slot. */
  private static final int CREATE_CREDITS = 3;

  /** The same, attribute block with bitmap and descriptor. */
  private static final int FREE_CREDITS = 6;

  private final Volume volume;
  private final WriteContext context;
  private final Geometry geometry;

  /** For a volume that is open for writing. */
  public InodeLife(Volume volume) {
    this.volume = volume;
    this.context = volume.writeContext();
    this.geometry = volume.geometry();
  }

  /** Credits for {@link #create}. */
  public static int creditsForCreate() {
    return CREATE_CREDITS;
  }

  /** Credits for {@link #setLinks}. */
  public static int creditsForLinks() {
    return OrphanList.CREDITS;
  }

  /** Credits for {@link #discard}. */
  public static int creditsForDiscard() {
    return FREE_CREDITS;
  }

  /**
   * Makes an inode. It is locked exclusively before anybody can find it; the caller unlocks it, and
   * gives it a name or says {@link #discard}.
   *
   * @param handle open, with {@link #creditsForCreate} credits
   * @throws org.ext4map.model.NoSpaceException if there is no inode; nothing has changed
   */
  public Inode create(JournalHandle handle, NewInode wanted) throws IOException {
    boolean isDirectory = FileType.ofMode(wanted.mode()) == FileType.DIRECTORY;
    long ino =
        isDirectory
            ? context.inodes().allocateDirectory(handle, wanted.parentIno(), wanted.nameHash())
            : context.inodes().allocateFile(handle, wanted.parentIno());
    try {
      InodeRecord record = blank();
      record.setGeneration(volume.table().lastGeneration(ino) + 1);
      record.setMode(wanted.mode());
      record.setUid(wanted.uid());
      record.setGid(wanted.gid());
      record.setLinksCount(1);
      record.setFlags(wanted.flags());
      Layout layout = format(record, wanted);
      record.setAllTimes(context.now());
      return volume.adopt(handle, ino, record, layout);
    } catch (IOException e) {
      try {
        context.orAbort(() -> context.inodes().free(handle, ino, isDirectory));
      } catch (IOException worse) {
        e.addSuppressed(worse);
      }
      throw e;
    }
  }

  /**
   * Takes back {@link #create}, and the few blocks that the inode got since, under the same handle:
   * it has never had a name. If that fails the journal is aborted.
   *
   * @param inode locked exclusively, and still so afterwards
   */
  public void discard(JournalHandle handle, Inode inode) throws IOException {
    context.orAbort(
        () -> {
          for (long lblk = 0; inode.hasMap() && lblk < inode.sizeBlocks(); lblk++) {
            inode.removeBlock(handle, lblk);
          }
          free(handle, inode);
        });
  }

  private void free(JournalHandle handle, Inode inode) throws IOException {
    inode.markDeleted();
    inode.update(
        handle,
        record -> {
          record.setLinksCount(0);
          record.setSize(0);
          record.setDtime(context.now().getEpochSecond());
        });
    boolean isDirectory = inode.type() == FileType.DIRECTORY;
    volume.drop(inode);
    context.inodes().free(handle, inode.ino(), isDirectory);
  }

  private InodeRecord blank() {
    InodeRecord record = new InodeRecord(geometry, ByteBuffer.allocate(geometry.inodeSize()), 0);
    int room = geometry.inodeSize() - InodeRecord.BASE_BYTES;
    if (room > 0) {
      int wanted = Math.max(volume.superblock().wantExtraIsize(), InodeRecord.EXTRA_BYTES);
      record.setExtraIsize(Math.min(room, wanted));
    }
    return record;
  }

  private Layout format(InodeRecord record, NewInode wanted) {
    if (wanted.iBlock() != null) {
      record.setBlockBytes(ByteBuffer.wrap(wanted.iBlock()));
      return Layout.NONE;
    }
    boolean mapped =
        switch (record.type()) {
          case REGULAR, DIRECTORY, SYMLINK -> true;
          default -> false;
        };
    if (!mapped) {
      return Layout.NONE;
    }
    if (!geometry.has(Feature.EXTENTS)) {
      return Layout.INDIRECT;
    }
    ByteBuffer root = ByteBuffer.allocate(InodeRecord.I_BLOCK_BYTES);
    ExtentTree.format(root);
    record.setBlockBytes(root);
    record.setFlags(wanted.flags() | InodeRecord.EXTENTS_FL);
    return Layout.EXTENTS;
  }

  /**
   * Sets the link count. With 0 the inode is put on the orphan list: after the handle has ended the
   * caller says {@link #reap}, or a crash sees to it.
   *
   * @param handle open, with {@link #creditsForLinks} credits
   */
  public void setLinks(JournalHandle handle, Inode inode, int count) throws IOException {
    inode.update(
        handle,
        record -> {
          record.setLinksCount(count);
          record.setCtime(context.now());
        });
    if (count == 0) {
      context.orphans().add(handle, inode);
    }
  }

  /**
   * Deletes {@code inode} if it has lost its last link and nobody has it open; otherwise does
   * nothing: ext4_evict_inode. The caller has no open handle and no lock but the inode's.
   */
  public void reap(Inode inode) throws IOException {
    inode.lock().writeLock().lock();
    try {
      if (inode.record().linksCount() == 0
          && context.orphans().contains(inode)
          && inode.claimForDeletion()) {
        delete(inode);
      }
    } finally {
      inode.lock().writeLock().unlock();
    }
  }

  private void delete(Inode inode) throws IOException {
    if (inode.hasMap()) {
      try (JournalHandle handle = context.start(inode.creditsForRemoval() + OrphanList.CREDITS)) {
        context.orphans().add(handle, inode);
        inode.update(handle, record -> record.setSize(0));
        inode.removeBlocks(handle, 0, Geometry.maxLogicalBlocks());
      }
    }
    try (JournalHandle handle = context.start(FREE_CREDITS + OrphanList.CREDITS)) {
      context.orAbort(
          () -> {
            releaseAttributes(handle, inode);
            context.orphans().remove(handle, inode);
            free(handle, inode);
          });
    }
  }

  /**
   * Refuses to delete what cannot be deleted whole, before its last name goes.
   *
   * @throws UnsupportedFeatureException if an attribute has an inode of its own
   * @throws CorruptionException if the attributes break a rule
   */
  public void requireDeletable(Inode inode) throws IOException {
    for (Xattrs.Attribute attribute : Xattrs.list(volume, inode)) {
      if (attribute.hasInode()) {
        throw new UnsupportedFeatureException(
            "ea_inode", "deleting a file with large attributes", "ino=" + inode.ino());
      }
    }
  }

  /** ext4_xattr_delete_inode: the block goes with the last inode that shares it. */
  private void releaseAttributes(JournalHandle handle, Inode inode) throws IOException {
    long pblk = inode.record().fileAcl();
    if (pblk == 0) {
      return;
    }
    synchronized (context.sharedAttributes()) {
      MetaBlock block = Xattrs.block(volume, inode, pblk);
      XattrArea area = XattrArea.ofBlock(geometry, block.bytes());
      if (area.refcount() > 1) {
        handle.getWriteAccess(block);
        area.setRefcount(area.refcount() - 1, pblk);
        handle.markDirty(block);
      } else {
        handle.forget(block);
        context.blocks().free(handle, inode.ino(), pblk, 1);
      }
    }
    inode.update(
        handle,
        record -> {
          record.setFileAcl(0);
          record.setSectors(record.sectors() - geometry.blockSize() / 512);
        });
  }

  /**
   * Does what a crash has left undone: ext4_orphan_cleanup. For an image that is being opened.
   *
   * @return how many inodes were finished
   * @throws CorruptionException if the list, the orphan file or one of the inodes breaks a rule
   */
  public int finishOrphans() throws IOException {
    List<Inode> listed = context.orphans().load();
    for (Inode inode : listed) {
      finish(inode);
    }
    return listed.size() + finishOrphanFile();
  }

  private void finish(Inode inode) throws IOException {
    if (inode.record().linksCount() == 0) {
      reap(inode);
    } else if (inode.hasMap()) {
      new FileSpace(volume, inode).finishTruncate();
    } else {
      try (JournalHandle handle = context.start(OrphanList.CREDITS)) {
        context.orphans().removeIfLinked(handle, inode);
      }
    }
  }

  private int finishOrphanFile() throws IOException {
    if (!geometry.has(Feature.ORPHAN_PRESENT)) {
      return 0;
    }
    int finished = 0;
    long holder = volume.superblock().orphanFileInum();
    if (holder != 0) {
      Inode file = volume.inode(holder);
      long blocks = file.size() / geometry.blockSize();
      Mapping mapping = new Mapping();
      for (long lblk = 0; lblk < blocks; lblk++) {
        file.map(lblk, 1, mapping);
        if (mapping.state().isMapped()) {
          finished += finishOrphanBlock(file, mapping.pblk());
        }
      }
    }
    try (JournalHandle handle = context.start(1)) {
      context.superblock().change(handle, sb -> sb.setFeature(Feature.ORPHAN_PRESENT, false));
    }
    return finished;
  }

  private int finishOrphanBlock(Inode file, long pblk) throws IOException {
    MetaBlock block = volume.buffers().read(pblk);
    OrphanBlock orphans = new OrphanBlock(geometry, block.bytes());
    orphans.verify(file.checksumSeed(), pblk);
    int seed = file.checksumSeed();
    int finished = 0;
    for (int slot = 0; slot < orphans.capacity(); slot++) {
      long ino = orphans.inode(slot);
      if (ino == 0) {
        continue;
      }
      if (!volume.isForUsers(ino)) {
        throw CorruptionException.of(
            "orphan file block", "slot " + slot, ino, "a file's number", "pblk=" + pblk);
      }
      Inode inode = volume.inode(ino);
      try (JournalHandle handle = context.start(1 + OrphanList.CREDITS)) {
        handle.getWriteAccess(block);
        block.sealWith(bytes -> new OrphanBlock(geometry, bytes).seal(seed, pblk));
        orphans.setInode(slot, 0);
        handle.markDirty(block);
        context.orphans().add(handle, inode);
      }
      finish(inode);
      finished++;
    }
    return finished;
  }
}
