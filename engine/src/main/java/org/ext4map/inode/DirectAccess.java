package org.ext4map.inode;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.ext4map.dio.DirectChange;
import org.ext4map.dio.DirectInode;
import org.ext4map.dio.Waiting;
import org.ext4map.journal.JournalHandle;
import org.ext4map.locks.ThreadClass;
import org.ext4map.model.CorruptionException;
import org.ext4map.model.MapIntent;
import org.ext4map.model.Mapping;
import org.ext4map.model.ReadOnlyException;
import org.ext4map.model.UnsupportedFeatureException;
import org.ext4map.ondisk.Geometry;
import org.ext4map.ondisk.InodeRecord;
import org.jspecify.annotations.Nullable;

/** The engine's half of direct I/O for one inode. See {@link DirectInode}. */
public final class DirectAccess implements DirectInode {
  private final Volume volume;
  private final Inode inode;
  private final FileReader reader;
  private volatile boolean touched;

  /** The change that ended last, for the next one: a worker's change makes no object. */
  private final AtomicReference<@Nullable Change> spare = new AtomicReference<>();

  /**
   * Opens {@code inode}.
   *
   * @throws NoSuchFileException if it is deleted
   * @throws UnsupportedFeatureException if the contents are encrypted
   */
  public DirectAccess(Volume volume, Inode inode) throws IOException {
    this.volume = volume;
    this.inode = inode;
    this.reader = new FileReader(volume, inode);
    if (!inode.open()) {
      throw new NoSuchFileException("<" + inode.ino() + ">", null, "is deleted");
    }
  }

  @Override
  public long ino() {
    return inode.ino();
  }

  @Override
  public long size() {
    return inode.size();
  }

  @Override
  public boolean hasExtents() {
    return inode.layout() == Layout.EXTENTS;
  }

  // ---- locks and the gate ----------------------------------------------------------------------

  @Override
  public void lockShared() {
    inode.lock().readLock().lock();
  }

  @Override
  public void unlockShared() {
    inode.lock().readLock().unlock();
  }

  @Override
  public void lockExclusively() {
    inode.lock().writeLock().lock();
  }

  @Override
  public void unlockExclusively() {
    inode.lock().writeLock().unlock();
  }

  private void requireLock() {
    if (!inode.lock().isHeldByCurrentThread()) {
      throw new AssertionError("direct I/O on " + this + " without the inode lock");
    }
  }

  private void requireExclusiveLock() {
    if (!inode.lock().isWriteLockedByCurrentThread()) {
      throw new AssertionError("direct I/O on " + this + " without the exclusive inode lock");
    }
  }

  @Override
  public void enter() {
    requireLock();
    inode.gate().enter();
  }

  @Override
  public void leave() {
    Waiting waiting = volume.waiting();
    if (inode.gate().leave() && waiting != null) {
      waiting.changed();
    }
  }

  @Override
  public int inFlight() {
    return inode.gate().inFlight();
  }

  @Override
  public void awaitQuiet() {
    requireExclusiveLock();
    inode.awaitDirectIo();
  }

  // ---- rules and maps --------------------------------------------------------------------------

  @Override
  public void requireReadable() throws UnsupportedFeatureException {
    if (inode.layout() == Layout.INLINE) {
      throw new UnsupportedFeatureException(
          "inline_data", "direct I/O on contents in the inode", "ino=" + ino());
    }
  }

  @Override
  public void requireWritable(long position, long length) throws IOException {
    if (!volume.isWritable()) {
      throw new ReadOnlyException("writing to " + this + ": the image is open for reading");
    }
    FileRules.requireChangeable(volume, inode, position == inode.size());
    FileRules.requireReach(volume, inode, position, length);
  }

  @Override
  public void map(long lblk, int len, Mapping out) throws IOException {
    requireLock();
    inode.map(lblk, len, out);
  }

  @Override
  public void allocate(long lblk, int len, Mapping out) throws IOException {
    requireExclusiveLock();
    change(MapIntent.CREATE_UNWRITTEN, lblk, len, out);
  }

  @Override
  public void isolate(long lblk, int len, Mapping out) throws IOException {
    requireLock();
    change(MapIntent.PREPARE_DIO, lblk, len, out);
  }

  private void change(MapIntent intent, long lblk, int len, Mapping out) throws IOException {
    WriteContext context = volume.writeContext();
    context.retryingForSpace(
        () -> {
          try (JournalHandle handle = context.start(inode.creditsForChange())) {
            inode.mapBlocks(handle, intent, lblk, len, out);
          }
        });
  }

  @Override
  public void zeroBehindEnd() throws IOException {
    requireExclusiveLock();
    new PartialBlocks(volume, inode).zeroTail(inode.size());
  }

  // ---- growing ---------------------------------------------------------------------------------

  @Override
  public void beginExtension() throws IOException {
    requireExclusiveLock();
    WriteContext context = volume.writeContext();
    try (JournalHandle handle = context.start(OrphanList.CREDITS)) {
      inode.extensions().begin(context.orphans(), handle, inode);
    }
  }

  @Override
  public void failExtension() {
    inode.extensions().fail();
  }

  @Override
  public void cutBackAfterFailure() throws IOException {
    requireExclusiveLock();
    if (!inode.extensions().haveFailed()) {
      return;
    }
    inode.awaitDirectIo();
    WriteContext context = volume.writeContext();
    try (JournalHandle handle = context.start(inode.creditsForRemoval() + OrphanList.CREDITS)) {
      inode.removeBlocks(handle, inode.sizeBlocks(), Geometry.maxLogicalBlocks());
      inode.extensions().repaired(context.orphans(), handle, inode);
    }
  }

  // ---- synchronous -----------------------------------------------------------------------------

  @Override
  public int writeAlone(long position, ByteBuffer source) throws IOException {
    return new FileWriter(volume, inode).write(position, source);
  }

  @Override
  public int readAlone(long position, ByteBuffer target) throws IOException {
    return reader.read(position, target);
  }

  // ---- after the I/O ---------------------------------------------------------------------------

  @Override
  public DirectChange startChange() throws IOException {
    ThreadClass.assertMaySleep("converting what direct I/O has written");
    if (touched) {
      touched = false;
    }
    Change last = spare.getAndSet(null);
    Change change = last == null ? new Change() : last;
    change.begin();
    return change;
  }

  @Override
  public long syncTid() {
    return inode.dataSyncTid();
  }

  @Override
  public void touch() {
    if (!touched) {
      touched = true;
    }
  }

  @Override
  public void close() throws IOException {
    try {
      if (volume.isWritable()) {
        finish();
      }
    } finally {
      inode.close();
    }
    if (volume.isWritable() && inode.record().linksCount() == 0) {
      new InodeLife(volume).reap(inode);
    }
  }

  private void finish() throws IOException {
    lockExclusively();
    try {
      cutBackAfterFailure();
      if (touched && volume.writeContext().journal().failure().isEmpty()) {
        startChange().close();
      }
    } finally {
      unlockExclusively();
    }
  }

  @Override
  public String toString() {
    return "<" + ino() + ">";
  }

  /** One handle for many conversions, and then another one. */
  private final class Change implements DirectChange {
    /** For the size and the times. */
    private static final int INODE_CREDITS = 1;

    /** With assertions each is used once, so that whoever uses one after its end is found. */
    private static final boolean REUSED = !DirectAccess.class.desiredAssertionStatus();

    private final WriteContext context = volume.writeContext();
    private final Mapping done = new Mapping();
    private final Consumer<InodeRecord> stamp = this::stamp; // made once

    /** Null if the change has ended. */
    private @Nullable JournalHandle open;

    void begin() throws IOException {
      open = context.start(inode.creditsForChange() + OrphanList.CREDITS + INODE_CREDITS);
    }

    private void stamp(InodeRecord record) {
      Instant now = context.now();
      record.setMtime(now);
      record.setCtime(now);
    }

    private JournalHandle handle() {
      JournalHandle handle = open;
      if (handle == null) {
        throw new IllegalStateException("the change has ended");
      }
      return handle;
    }

    /** The handle, with credits for one more step. */
    private JournalHandle reserve() throws IOException {
      JournalHandle handle = handle();
      int wanted = inode.creditsForChange() + OrphanList.CREDITS + INODE_CREDITS;
      wanted = Math.min(wanted, context.journal().maxCredits());
      int missing = wanted - handle.credits();
      if (missing > 0 && !handle.extend(missing)) {
        inode.updateWithMap(handle, record -> {});
        handle.restart(wanted);
      }
      return handle;
    }

    @Override
    public void convert(long from, long to) throws IOException {
      for (long lblk = from; lblk < to; lblk += done.length()) {
        JournalHandle handle = reserve();
        int rest = (int) Math.min(Integer.MAX_VALUE, to - lblk);
        inode.mapBlocksOnly(handle, MapIntent.CONVERT_DIO, lblk, rest, done);
        if (done.length() < 1) {
          throw CorruptionException.of("mapping", "length", done.length(), ">= 1", "ino=" + ino());
        }
      }
    }

    @Override
    public void grow(long size) throws IOException {
      if (size > inode.size()) {
        inode.update(reserve(), record -> record.setSize(Math.max(record.size(), size)));
      }
    }

    @Override
    public void endExtension() throws IOException {
      inode.extensions().end(context.orphans(), reserve(), inode);
    }

    @Override
    public void close() throws IOException {
      JournalHandle ending = open;
      if (ending == null) {
        return;
      }
      try (ending) {
        if (context.journal().failure().isEmpty()) {
          inode.updateWithMap(reserve(), stamp);
        }
      } finally {
        open = null;
        if (REUSED) {
          spare.set(this);
        }
      }
    }
  }
}
