package org.ext4map.buffer;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.ext4map.device.BlockDevice;
import org.ext4map.locks.LockRank;
import org.ext4map.ondisk.ExtentNode;
import org.ext4map.ondisk.IndirectBlock;
import org.jspecify.annotations.Nullable;

/**
 * One metadata block in memory. For one pblk of one cache there is at most one such object at a
 * time, as long as anybody holds it.
 *
 * <p>Threads: the bytes may be read by many threads as long as nobody writes; who may write is the
 * business of the structure that the block belongs to (for tree nodes, dataSem).
 */
public final class MetaBlock {
  private final long pblk;
  private final ByteBuffer bytes;
  private final ExtentNode extentNode;
  private final IndirectBlock pointers;
  private volatile boolean loaded;
  private volatile long verifiedAs;
  private volatile @Nullable Seal seal;
  private volatile @Nullable Preparation preparation;
  private volatile long writableIn;
  private volatile long dirtyIn;

  /** Makes a copy of a block's bytes fit to be written: stores its checksum. Must be stateless. */
  @FunctionalInterface
  public interface Seal {
    /** Finishes {@code bytes}, one whole block from index 0. */
    void seal(ByteBuffer bytes);
  }

  /** What has to be put in step in other blocks before this one is written together with them. */
  @FunctionalInterface
  public interface Preparation {
    /** Does it; all blocks are in memory. May take the lock of a group. */
    void run() throws IOException;
  }

  /** False as long as the bytes are the zeros they were made with. Guarded by the monitor. */
  private boolean touched;

  /** Used since the clock hand passed; a lost update costs one early eviction. */
  private boolean referenced;

  /** Held by the ring. Changes under the cache's lock; a stale read costs one more lock. */
  private boolean resident;

  /** The short ways from this block, if it is a node; a lost update costs some longer ones. */
  private @Nullable Links links;

  /** The short way to this block, and its entry there. Changes under the cache's lock. */
  private @Nullable Links linkedFrom;

  private int linkedAs;

  MetaBlock(long pblk, int blockSize) {
    this.pblk = pblk;
    this.bytes = ByteBuffer.allocate(blockSize);
    this.extentNode = new ExtentNode(bytes, 0);
    this.pointers = new IndirectBlock(bytes, 0, blockSize / IndirectBlock.POINTER_BYTES);
  }

  /** Where the block stands. */
  public long pblk() {
    return pblk;
  }

  /** The whole block from index 0; position and limit are not to be moved. */
  public ByteBuffer bytes() {
    return bytes;
  }

  /** The bytes seen as a node of an extent tree; always the same object, so it costs nothing. */
  public ExtentNode extentNode() {
    return extentNode;
  }

  /** The bytes seen as a block of the indirect map; always the same object. */
  public IndirectBlock pointers() {
    return pointers;
  }

  /** The tag of the last {@link #markVerified}; 0 since the block was loaded. */
  public long verifiedAs() {
    return verifiedAs;
  }

  /**
   * Remembers that the bytes passed the checks that {@code tag} stands for, so that they run once
   * per load.
   *
   * @param tag as {@link #tag} makes it; not 0
   */
  public void markVerified(long tag) {
    assert tag != 0;
    if (verifiedAs != tag) {
      verifiedAs = tag;
    }
  }

  /**
   * A tag for {@link #markVerified}: which structure of which inode the bytes were found to be.
   *
   * @param kind a letter for the structure, different for each one that is checked differently
   * @param ino the inode it belongs to
   * @param generation i_generation, which the checksum depends on
   */
  public static long tag(char kind, long ino, int generation) {
    return (long) kind << 56 | (generation & 0xFFFFFFL) << 32 | (ino & 0xFFFFFFFFL);
  }

  /**
   * Says how the block's bytes are finished when they are written; a checksum is computed then, not
   * at each change. Replaces what was said before.
   */
  public void sealWith(Seal seal) {
    if (this.seal != seal) { // a volatile write costs more than looking
      this.seal = seal;
    }
  }

  /** Finishes {@code copy}, a copy of this block's bytes that is about to be written. */
  public void seal(ByteBuffer copy) {
    Seal now = seal;
    if (now != null) {
      now.seal(copy);
    }
  }

  /**
   * Says what is done each time before the block is written by the journal, when no handle that has
   * changed it is open any more: for sums over this block that stand in another one, which then is
   * part of the same transaction. Replaces what was said before.
   */
  public void beforeWriting(Preparation preparation) {
    this.preparation = preparation;
  }

  /** Does what {@link #beforeWriting} said. */
  public void prepare() throws IOException {
    Preparation now = preparation;
    if (now != null) {
      now.run();
    }
  }

  /** The transaction under which the bytes may change; 0 if none. Kept by the journal. */
  public long writableIn() {
    return writableIn;
  }

  /** Says under which transaction the bytes may change from now on. */
  public void setWritableIn(long transaction) {
    writableIn = transaction;
  }

  /** The last transaction that has changed the bytes; 0 if none. Kept by the journal. */
  public long dirtyIn() {
    return dirtyIn;
  }

  /** Says which transaction has changed the bytes. */
  public void setDirtyIn(long transaction) {
    if (dirtyIn != transaction) {
      dirtyIn = transaction;
    }
  }

  boolean isLoaded() {
    return loaded;
  }

  /** Reads the bytes unless that has been done; the monitor makes it one reader per block. */
  synchronized void load(BlockDevice device) throws IOException {
    if (!loaded) {
      assert LockRank.BUFFER.mayWait("reading " + this);
      touched = true;
      device.read(pblk * bytes.capacity(), bytes.duplicate());
      loaded = true;
    }
  }

  /** Starts the life of a block that was just allocated. */
  synchronized void blank() {
    if (touched) {
      Arrays.fill(bytes.array(), (byte) 0);
    }
    touched = true;
    verifiedAs = 0;
    seal = null;
    preparation = null;
    links = null;
    loaded = true;
  }

  /** The short ways from this block, as a node of {@code entries} entries. */
  public Links links(int entries) {
    Links known = links;
    if (known == null) {
      known = new Links(entries);
      links = known;
    }
    return known;
  }

  /** Makes {@code entry} of {@code from} the short way to this block, and the only one. */
  void link(Links from, int entry) {
    unlink();
    if (from.put(entry, this)) {
      linkedFrom = from;
      linkedAs = entry;
    }
  }

  /** From now on no short way leads here. */
  void unlink() {
    if (linkedFrom != null) {
      linkedFrom.remove(linkedAs, this);
      linkedFrom = null;
    }
  }

  boolean isResident() {
    return resident;
  }

  void setResident(boolean resident) {
    this.resident = resident;
  }

  boolean isReferenced() {
    return referenced;
  }

  /** Writes only on a change, so that readers on many cores share the cache line. */
  void setReferenced(boolean referenced) {
    if (this.referenced != referenced) {
      this.referenced = referenced;
    }
  }

  @Override
  public String toString() {
    return "block " + pblk;
  }
}
