package org.ext4map.dio;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.ext4map.model.Mapping;

/**
 * One regular file, as a front end sees it; it is not deleted before {@link #close}.
 *
 * <p>Units: {@code lblk} and {@code len} in blocks, the rest in bytes. Threads: any number of
 * submitters; each method says what it needs. Where nothing is said it is called under the inode
 * lock, shared or exclusive, by the thread that holds it, and fails an assertion elsewhere.
 */
public interface DirectInode extends Closeable {
  /** The inode number. Any thread. */
  long ino();

  /** i_size. Any thread; stands still under the exclusive lock with a quiet gate. */
  long size();

  /** False if the file has block pointers: then there is no unwritten space. Any thread. */
  boolean hasExtents();

  // ---- submitter -------------------------------------------------------------------------------

  /** Takes the inode lock, shared. Submitters alone. */
  void lockShared();

  /** Lets go of it. */
  void unlockShared();

  /** Takes the inode lock, exclusively. Submitters alone. */
  void lockExclusively();

  /** Lets go of it. */
  void unlockExclusively();

  /**
   * Refuses what may not be read in place.
   *
   * @throws org.ext4map.model.UnsupportedFeatureException if the contents are encrypted, or stand
   *     in the inode
   */
  void requireReadable() throws IOException;

  /**
   * Refuses what may not be written.
   *
   * @throws java.nio.file.FileSystemException if the file may not be changed, or gets too large
   * @throws org.ext4map.model.ReadOnlyException if the image is open for reading
   */
  void requireWritable(long position, long length) throws IOException;

  /** What is mapped: 1 … len blocks in one state; no handle. */
  void map(long lblk, int len, Mapping out) throws IOException;

  /**
   * Maps a hole to unwritten space, under a handle of its own; 1 … len blocks. Exclusive lock.
   *
   * @throws org.ext4map.model.NoSpaceException if there is none, not even after a commit
   */
  void allocate(long lblk, int len, Mapping out) throws IOException;

  /**
   * Makes unwritten blocks an extent of their own, or allocates them so, under a handle of its own:
   * the split at submission. A hole needs the exclusive lock.
   */
  void isolate(long lblk, int len, Mapping out) throws IOException;

  /** One more request is in flight: the gate. */
  void enter();

  /** Requests in flight. Any thread. */
  int inFlight();

  /** Returns when none is in flight. Exclusive lock; submitters alone. */
  void awaitQuiet();

  /**
   * The file is about to grow: from here to {@link DirectChange#endExtension} or {@link
   * #failExtension} a crash cuts it back to its size. Exclusive lock.
   */
  void beginExtension() throws IOException;

  /** Zeros between the end of the file and the end of its block. Exclusive lock, quiet gate. */
  void zeroBehindEnd() throws IOException;

  /**
   * Takes away what lies behind the end, if an extension has failed since the last time. Exclusive
   * lock; waits until the gate is quiet.
   */
  void cutBackAfterFailure() throws IOException;

  /**
   * Writes at any position and length, and returns when the bytes are on the device. Takes the lock
   * exclusively and waits for a quiet gate: what neither fits blocks nor can be unwritten.
   */
  int writeAlone(long position, ByteBuffer source) throws IOException;

  /** Reads at any position and length; −1 behind the end. Takes the lock, shared. */
  int readAlone(long position, ByteBuffer target) throws IOException;

  // ---- worker, or a submitter that waits for its own request -----------------------------------

  /** Opens a handle for what follows finished writes. No lock is needed: the gate is held. */
  DirectChange startChange() throws IOException;

  /** An extension has failed; {@link #cutBackAfterFailure} does the rest. Any thread. */
  void failExtension();

  /** What a sync of the data so far has to wait for. Any thread. */
  long syncTid();

  /** The contents were overwritten in place: the times follow with the next change. Any thread. */
  void touch();

  // ---- completion thread, or any other ---------------------------------------------------------

  /** One request less is in flight. Never waits. */
  void leave();

  /**
   * Ends the use; with a quiet gate. Submitters alone.
   *
   * @throws IOException if what was put off fails: times, cutting back, deletion
   */
  @Override
  void close() throws IOException;
}
