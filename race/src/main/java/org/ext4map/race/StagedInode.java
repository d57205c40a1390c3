package org.ext4map.race;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.ext4map.dio.DirectChange;
import org.ext4map.dio.DirectInode;
import org.ext4map.model.Mapping;
import org.ext4map.race.schedule.Stage;
import org.ext4map.race.schedule.StageLock;

/**
 * An inode of the engine on a stage: before each call that others can notice there is a point, and
 * the inode lock is the stage's, with the engine's own inside. What the front end does with it is
 * its own business.
 */
final class StagedInode implements DirectInode {
  private static final String TREE = "tree";

  private final Stage stage;
  private final DirectInode inode;
  private final StageLock lock;

  StagedInode(Stage stage, DirectInode inode) {
    this.stage = stage;
    this.inode = inode;
    this.lock = stage.lock("inode lock");
  }

  @Override
  public void lockShared() {
    lock.lockShared();
    inode.lockShared();
  }

  @Override
  public void unlockShared() {
    try {
      stage.point("lets go of the lock, and hands on", "requests");
    } finally {
      inode.unlockShared();
      lock.unlockShared();
    }
  }

  @Override
  public void lockExclusively() {
    lock.lockExclusively();
    inode.lockExclusively();
  }

  @Override
  public void unlockExclusively() {
    try {
      stage.point("lets go of the lock, and hands on", "requests");
    } finally {
      inode.unlockExclusively();
      lock.unlockExclusively();
    }
  }

  @Override
  public void map(long lblk, int len, Mapping out) throws IOException {
    stage.point("maps from " + lblk, TREE);
    inode.map(lblk, len, out);
    stage.note(
        () ->
            "finds "
                + out.lblk()
                + "-"
                + (out.lblk() + out.length() - 1)
                + ":"
                + out.state().letter());
  }

  @Override
  public void allocate(long lblk, int len, Mapping out) throws IOException {
    stage.point("allocates from " + lblk, TREE);
    inode.allocate(lblk, len, out);
  }

  @Override
  public void isolate(long lblk, int len, Mapping out) throws IOException {
    stage.point("splits from " + lblk, TREE);
    inode.isolate(lblk, len, out);
  }

  @Override
  public void enter() {
    stage.point("counts itself in", "gate");
    inode.enter();
  }

  @Override
  public void leave() {
    stage.point("counts itself out", "gate");
    inode.leave();
  }

  @Override
  public DirectChange startChange() throws IOException {
    stage.point("starts a handle", TREE);
    return new StagedChange(inode.startChange());
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
    return inode.hasExtents();
  }

  @Override
  public void requireReadable() throws IOException {
    inode.requireReadable();
  }

  @Override
  public void requireWritable(long position, long length) throws IOException {
    inode.requireWritable(position, length);
  }

  @Override
  public int inFlight() {
    return inode.inFlight();
  }

  @Override
  public void awaitQuiet() {
    inode.awaitQuiet();
  }

  @Override
  public void beginExtension() throws IOException {
    inode.beginExtension();
  }

  @Override
  public void zeroBehindEnd() throws IOException {
    inode.zeroBehindEnd();
  }

  @Override
  public void cutBackAfterFailure() throws IOException {
    inode.cutBackAfterFailure();
  }

  @Override
  public int writeAlone(long position, ByteBuffer source) throws IOException {
    return inode.writeAlone(position, source);
  }

  @Override
  public int readAlone(long position, ByteBuffer target) throws IOException {
    return inode.readAlone(position, target);
  }

  @Override
  public void failExtension() {
    inode.failExtension();
  }

  @Override
  public long syncTid() {
    return inode.syncTid();
  }

  @Override
  public void touch() {
    inode.touch();
  }

  @Override
  public void close() throws IOException {
    inode.close();
  }

  /** A handle, between whose steps others may look. */
  private final class StagedChange implements DirectChange {
    private final DirectChange change;

    StagedChange(DirectChange change) {
      this.change = change;
    }

    @Override
    public void convert(long from, long to) throws IOException {
      stage.point("converts " + from + "-" + (to - 1), TREE);
      change.convert(from, to);
    }

    @Override
    public void grow(long size) throws IOException {
      change.grow(size);
    }

    @Override
    public void endExtension() throws IOException {
      change.endExtension();
    }

    @Override
    public void close() throws IOException {
      try {
        stage.point("ends the handle", TREE);
      } finally {
        change.close();
      }
    }
  }
}
