package org.ext4map.map;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.ext4map.alloc.AllocationRequest;
import org.ext4map.alloc.Privilege;
import org.ext4map.buffer.MetaBlock;
import org.ext4map.journal.JournalHandle;
import org.ext4map.model.BlockRange;
import org.ext4map.status.ExtentStatusCache;
import org.ext4map.tree.TreeEdit;
import org.ext4map.tree.TreeJournal;
import org.ext4map.tree.TreeSpace;
import org.ext4map.tree.Zeroer;
import org.jspecify.annotations.Nullable;

/**
 * One change of one map after another, each under a handle: what the tree asks of the floors below,
 * counted for i_blocks. Used by whoever holds dataSem exclusively.
 */
final class MapChange implements TreeJournal, TreeSpace, Zeroer, TreeEdit.ChangeWatcher {
  private static final int ZERO_BYTES = 1 << 18;
  private static final ByteBuffer ZEROS = ByteBuffer.allocate(ZERO_BYTES).asReadOnlyBuffer();

  private final TreeEdit edit = new TreeEdit(this, this, this, this);
  private final MapContext context;
  private final MapOwner owner;
  private final ExtentStatusCache cache;
  private final MapCredits credits;
  private final long blockLimit;
  private @Nullable JournalHandle open;
  private long blocks;
  private boolean begun;
  private boolean rootChanged;

  MapChange(
      MapContext context,
      MapOwner owner,
      ExtentStatusCache cache,
      MapCredits credits,
      long blockLimit) {
    this.context = context;
    this.owner = owner;
    this.cache = cache;
    this.credits = credits;
    this.blockLimit = blockLimit;
  }

  /** What the tree works with in all changes. */
  TreeEdit edit() {
    return edit;
  }

  /** A change begins. */
  void begin(JournalHandle handle) {
    assert open == null : "a change inside a change";
    open = handle;
    blocks = 0;
    begun = false;
    rootChanged = false;
  }

  /** The change has ended, one way or another. */
  void end() {
    open = null;
  }

  private JournalHandle handle() {
    JournalHandle handle = open;
    if (handle == null) {
      throw new IllegalStateException("no change has begun");
    }
    return handle;
  }

  /** True once something is not as it was before. */
  boolean hasBegun() {
    return begun;
  }

  /** Brings the inode's slot in step. */
  void save() throws IOException {
    tellOwner(rootChanged || blocks != 0);
  }

  /** The caller of all this brings the inode's slot in step, before the handle ends. */
  void leaveSlot() throws IOException {
    tellOwner(false);
  }

  private void tellOwner(boolean save) throws IOException {
    if (begun) {
      owner.mapChanged(handle(), blocks, rootChanged, save);
      blocks = 0;
    }
  }

  // ---- TreeJournal -----------------------------------------------------------------------------

  @Override
  public void willChange(MetaBlock block) throws IOException {
    handle().getWriteAccess(block);
    begun = true;
  }

  @Override
  public MetaBlock create(long pblk) throws IOException {
    return handle().create(pblk);
  }

  @Override
  public void changed(MetaBlock block) throws IOException {
    handle().markDirty(block);
  }

  @Override
  public void forget(MetaBlock block) throws IOException {
    begun = true;
    handle().forget(block);
  }

  @Override
  public void rootChanged() {
    begun = true;
    rootChanged = true;
  }

  @Override
  public boolean extend(int wanted) throws IOException {
    JournalHandle handle = handle();
    int missing = wanted + credits.beside() - handle.credits();
    return missing <= 0 || handle.extend(missing);
  }

  // ---- TreeSpace -------------------------------------------------------------------------------

  /** Takes blocks for the file's contents. */
  BlockRange allocate(AllocationRequest request) throws IOException {
    BlockRange range =
        owner.isRegularFile()
            ? context.allocator().allocate(handle(), request, owner.preallocation())
            : context.allocator().allocate(handle(), request);
    begun = true;
    blocks += range.length();
    context.buffers().invalidate(range.start(), range.length());
    return range;
  }

  @Override
  public long allocateNode(long goal, boolean useReserved) throws IOException {
    Privilege privilege = useReserved ? Privilege.RESERVED_POOL : Privilege.SUPER_USER;
    AllocationRequest request =
        AllocationRequest.metadata(owner.ino(), goal, privilege, blockLimit);
    BlockRange node = context.allocator().allocate(handle(), request);
    begun = true;
    blocks++;
    return node.start();
  }

  @Override
  public void freeNode(long pblk) throws IOException {
    free(pblk, 1);
  }

  @Override
  public void freeData(long pblk, long count) throws IOException {
    if (!owner.isRegularFile()) {
      for (long each = pblk; each < pblk + count; each++) {
        handle().forget(context.buffers().blank(each));
      }
    }
    free(pblk, count);
  }

  /** Gives blocks back that were the file's, or were to be. */
  void free(long pblk, long count) throws IOException {
    begun = true;
    context.allocator().free(handle(), owner.ino(), pblk, count);
    blocks -= count;
  }

  // ---- Zeroer, ChangeWatcher -------------------------------------------------------------------

  @Override
  public void zero(long pblk, long count) throws IOException {
    int blockSize = context.geometry().blockSize();
    long end = (pblk + count) * blockSize;
    for (long at = pblk * blockSize; at < end; ) {
      ByteBuffer part = ZEROS.slice(0, (int) Math.min(ZERO_BYTES, end - at));
      int length = part.remaining();
      context.device().write(at, part);
      at += length;
    }
  }

  @Override
  public boolean mayZeroBeside() {
    return owner.mayZeroBeside();
  }

  @Override
  public void changed(long fromLblk, long toLblk) {
    cache.remove(fromLblk, toLblk - fromLblk);
  }
}
