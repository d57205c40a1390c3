package org.ext4map.device;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * An image in a file or on a block device, read through the page cache or past it (O_DIRECT).
 *
 * <p>Threads: any. An interrupt neither fails a request nor closes the image; the thread's flag is
 * set again when the request returns. Opening and reading change nothing of the file. A device that
 * is open for writing holds the exclusive lock of the file (against other processes that ask for
 * it).
 *
 * <p>Locks: {@code edges} keeps a read-modify-write of an unaligned request in direct mode from
 * undoing a write to the neighbouring bytes of the same sector: writes of whole sectors hold it
 * shared, others exclusively.
 */
public final class FileBlockDevice implements BlockDevice {
  /** What the file is opened for. */
  public enum Access {
    /** Reading; the file is never changed. */
    READ_ONLY,
    /** Reading and writing, under the file's exclusive lock. */
    READ_WRITE
  }

  /** Whether the page cache is passed by. */
  public enum DirectMode {
    /** Through the page cache. */
    NEVER,
    /** O_DIRECT where a trial read works, else through the page cache; told by describe(). */
    IF_POSSIBLE,
    /** O_DIRECT, or opening fails with the reason. */
    REQUIRED
  }

  /** A transfer is cut into pieces of this size, which bounds the memory the JDK takes for it. */
  private static final int MOST_BYTES_AT_ONCE = 1 << 20;

  private static final int BOUNCE_BYTES = 1 << 17;
  private static final int MOST_POOLED_BOUNCES = 4;

  private final ImageFile file;
  private final Path path;
  private final Access access;
  private final String mode;
  private final long sizeBytes;

  /** 1 through the page cache, else what offset, length and address must be multiples of. */
  private final int alignment;

  private final ReadWriteLock edges = new ReentrantReadWriteLock();
  private final ConcurrentLinkedQueue<ByteBuffer> bounces = new ConcurrentLinkedQueue<>();

  private FileBlockDevice(
      ImageFile file, Path path, Access access, String mode, long sizeBytes, int alignment) {
    this.file = file;
    this.path = path;
    this.access = access;
    this.mode = mode;
    this.sizeBytes = sizeBytes;
    this.alignment = alignment;
  }

  /** Opens an image for reading through the page cache. */
  public static FileBlockDevice open(Path path) throws IOException {
    return open(path, Access.READ_ONLY, DirectMode.NEVER);
  }

  /**
   * Opens an image. Its size is taken now and does not change while it is open.
   *
   * @throws java.nio.file.NoSuchFileException if there is no such file
   * @throws java.nio.file.FileSystemException if it is a directory, a pipe or the like; for
   *     writing: if another process holds its lock, or the kernel uses it, mounted or attached to a
   *     loop device
   * @throws IOException if it cannot be opened so, or if direct mode is required and does not work;
   *     the message gives the reason
   */
  public static FileBlockDevice open(Path path, Access access, DirectMode mode) throws IOException {
    boolean writable = access == Access.READ_WRITE;
    ImageKind.requireSeekable(path);
    if (writable) {
      ImageInUse.requireFree(path);
    }
    if (mode == DirectMode.NEVER) {
      return buffered(path, access, "buffered (asked for)");
    }
    DirectProbe.Result probe = DirectProbe.probe(path);
    ImageLocks.descriptorClosed(ImageLocks.keyOf(path));
    if (probe.works()) {
      ImageFile file = ImageFile.open(path, writable, true);
      return new FileBlockDevice(
          file, path, access, "direct (" + probe.reason() + ")", file.size(), probe.alignment());
    }
    if (mode == DirectMode.REQUIRED) {
      throw new IOException("direct I/O on " + path + " does not work: " + probe.reason());
    }
    return buffered(path, access, "buffered (" + probe.reason() + ")");
  }

  /** Looks at what is going to be lost. */
  @FunctionalInterface
  public interface LastLook {
    /**
     * Throws if it is to be kept.
     *
     * @param before open for writing and locked
     */
    void at(FileBlockDevice before) throws IOException;
  }

  /**
   * Opens a file for writing, and under its lock makes it {@code sizeBytes} zeros, sparse where the
   * file system allows.
   *
   * @param lastLook is asked before anything changes; what it throws is thrown
   * @throws IllegalArgumentException if the size is not positive
   * @throws IOException as {@link #open(Path, Access, DirectMode)}, or if it cannot be so large
   */
  public static FileBlockDevice openBlank(Path path, long sizeBytes, LastLook lastLook)
      throws IOException {
    if (sizeBytes <= 0) {
      throw new IllegalArgumentException("sizeBytes=" + sizeBytes + ", allowed > 0");
    }
    FileBlockDevice before = open(path, Access.READ_WRITE, DirectMode.NEVER);
    try {
      lastLook.at(before);
      before.file.blank(sizeBytes);
      return new FileBlockDevice(
          before.file, path, before.access, before.mode, sizeBytes, before.alignment);
    } catch (IOException | RuntimeException | Error e) {
      before.close();
      throw e;
    }
  }

  private static FileBlockDevice buffered(Path path, Access access, String mode)
      throws IOException {
    ImageFile file = ImageFile.open(path, access == Access.READ_WRITE, false);
    return new FileBlockDevice(file, path, access, mode, file.size(), 1);
  }

  @Override
  public long sizeBytes() {
    return sizeBytes;
  }

  @Override
  public boolean isWritable() {
    return access == Access.READ_WRITE;
  }

  /** The file that is the image. */
  public Path path() {
    return path;
  }

  /** True if requests pass the page cache by. */
  public boolean isDirect() {
    return alignment > 1;
  }

  /**
   * What reaches the file is a multiple of so many bytes, 1 through the page cache. A write of less
   * takes what lies beside it along, as it was a moment ago: who writes to the file by another way
   * must keep clear of these units.
   */
  public int unitBytes() {
    return alignment;
  }

  @Override
  public void read(long offsetBytes, ByteBuffer target) throws IOException {
    Requests.requireInside(this, offsetBytes, target);
    if (goesStraight(offsetBytes, target)) {
      transfer(offsetBytes, target, Step.READ);
    } else {
      readThroughBounce(offsetBytes, target);
    }
  }

  @Override
  public void write(long offsetBytes, ByteBuffer source) throws IOException {
    Requests.requireWritable(this);
    Requests.requireInside(this, offsetBytes, source);
    file.requireLock();
    boolean wholeSectors = isMultiple(offsetBytes, source.remaining());
    Lock lock = wholeSectors ? edges.readLock() : edges.writeLock();
    lock.lock();
    try {
      if (goesStraight(offsetBytes, source)) {
        transfer(offsetBytes, source, Step.WRITE);
      } else {
        writeThroughBounce(offsetBytes, source);
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void flush() throws IOException {
    if (isWritable()) {
      file.force();
    }
  }

  /**
   * Takes the lock of an image that is open for writing again. Needed after anybody in this process
   * has closed another descriptor of the file: POSIX then lets go of all locks of the process. For
   * descriptors of this class that happens by itself.
   *
   * @throws IOException if another process has taken it meanwhile; the image is not written to then
   */
  public void renewLock() throws IOException {
    file.renewLock();
  }

  @Override
  public void close() throws IOException {
    file.close();
  }

  @Override
  public String describe() {
    return path
        + ", "
        + sizeBytes
        + " bytes, "
        + (isWritable() ? "read-write" : "read-only")
        + ", "
        + mode;
  }

  private boolean isMultiple(long offsetBytes, int length) {
    return offsetBytes % alignment == 0 && length % alignment == 0;
  }

  /**
   * True if the JDK can take the buffer as it is. In direct mode that means native memory: for a
   * heap buffer JDK 17 takes an aligned temporary one and fails with a NullPointerException when it
   * comes to free it.
   */
  private boolean goesStraight(long offsetBytes, ByteBuffer buffer) {
    return alignment == 1
        || (isMultiple(offsetBytes, buffer.remaining())
            && buffer.isDirect()
            && buffer.alignmentOffset(buffer.position(), alignment) == 0);
  }

  // A request that an interrupt has cut off may have moved the buffer: each attempt starts afresh.

  private record Read(ByteBuffer target, int start, long offsetBytes) implements ImageFile.Request {
    @Override
    public int run(FileChannel channel) throws IOException {
      return channel.read(target.position(start), offsetBytes);
    }
  }

  private record Write(ByteBuffer source, int start, long offsetBytes)
      implements ImageFile.Request {
    @Override
    public int run(FileChannel channel) throws IOException {
      return channel.write(source.position(start), offsetBytes);
    }
  }

  /** Moves some bytes of a buffer, at least one; answers how many, or -1 at the end of the file. */
  private enum Step {
    READ,
    WRITE;

    int move(ImageFile file, ByteBuffer buffer, long offsetBytes) throws IOException {
      int start = buffer.position();
      return file.call(
          this == READ
              ? new Read(buffer, start, offsetBytes)
              : new Write(buffer, start, offsetBytes));
    }
  }

  /** Repeats {@code step} until the buffer is through; no progress is an error. */
  private void transfer(long offsetBytes, ByteBuffer buffer, Step step) throws IOException {
    int start = buffer.position();
    int limit = buffer.limit();
    try {
      while (buffer.position() < limit) {
        int from = buffer.position();
        buffer.limit(Math.min(limit, from + MOST_BYTES_AT_ONCE));
        int moved = step.move(file, buffer, offsetBytes + (from - start));
        buffer.limit(limit);
        if (moved <= 0 || (moved % alignment != 0 && buffer.hasRemaining())) {
          throw new EOFException(
              "only "
                  + (from - start + Math.max(moved, 0))
                  + " of "
                  + (limit - start)
                  + " bytes at "
                  + offsetBytes
                  + " could be moved: "
                  + path
                  + " has become shorter or its device is failing");
        }
      }
    } finally {
      buffer.limit(limit);
    }
  }

  private void readThroughBounce(long offsetBytes, ByteBuffer target) throws IOException {
    ByteBuffer bounce = takeBounce();
    try {
      long at = offsetBytes;
      while (target.hasRemaining()) {
        int length = window(bounce, at, target.remaining());
        long windowStart = at - at % alignment;
        transfer(windowStart, bounce, Step.READ);
        target.put(target.position(), bounce, (int) (at - windowStart), length);
        target.position(target.position() + length);
        at += length;
      }
    } finally {
      giveBack(bounce);
    }
  }

  private void writeThroughBounce(long offsetBytes, ByteBuffer source) throws IOException {
    ByteBuffer bounce = takeBounce();
    try {
      long at = offsetBytes;
      while (source.hasRemaining()) {
        int length = window(bounce, at, source.remaining());
        long windowStart = at - at % alignment;
        if (!isMultiple(at, length)) {
          transfer(windowStart, bounce, Step.READ);
        }
        bounce.put((int) (at - windowStart), source, source.position(), length);
        bounce.position(0);
        transfer(windowStart, bounce, Step.WRITE);
        source.position(source.position() + length);
        at += length;
      }
    } finally {
      giveBack(bounce);
    }
  }

  /**
   * Sets the bounce buffer to the aligned window that starts before {@code at}; answers how many of
   * the {@code wanted} bytes from {@code at} on lie in it.
   */
  private int window(ByteBuffer bounce, long at, int wanted) {
    int before = (int) (at % alignment);
    int length = Math.min(wanted, bounce.capacity() - before);
    int rounded = (before + length + alignment - 1) / alignment * alignment;
    bounce.limit(rounded).position(0);
    return length;
  }

  private ByteBuffer takeBounce() {
    ByteBuffer pooled = bounces.poll();
    if (pooled != null) {
      return pooled;
    }
    int bytes = Math.max(BOUNCE_BYTES, alignment);
    return ByteBuffer.allocateDirect(bytes + alignment - 1).alignedSlice(alignment);
  }

  private void giveBack(ByteBuffer bounce) {
    if (bounces.size() < MOST_POOLED_BOUNCES) {
      bounces.add(bounce);
    }
  }
}
