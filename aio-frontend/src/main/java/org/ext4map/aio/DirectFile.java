package org.ext4map.aio;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousFileChannel;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import org.ext4map.Ext4File;
import org.ext4map.dio.DirectInode;
import org.jspecify.annotations.Nullable;

/**
 * One file, for direct I/O. Threads: any; several requests at once, also for the same bytes, which
 * then end up as one of the two.
 *
 * <p>Two forms. With a callback and a buffer of {@link DirectIo#allocate} nothing is allocated and
 * nothing is copied. With a future any buffer will do.
 *
 * <p><b>Short results.</b> A read ends at the end of the file as it was when the request was made;
 * a write may be cut short by lack of space. A request that does not fit the device's alignment, or
 * a buffer that is not of {@link DirectIo#allocate}, is not transferred further than {@link
 * DirectIo#bounceBytes} allow.
 *
 * <p><b>What a completed write promises:</b> whoever reads after the report sees the bytes. Durable
 * they are after {@link org.ext4map.Ext4File#fsync}, or if they were written with {@code
 * writeDurably}.
 */
public final class DirectFile implements AutoCloseable {
  private final DirectIo io;
  private final Ext4File plain;
  private final DirectInode inode;
  private final AtomicBoolean closed = new AtomicBoolean();

  DirectFile(DirectIo io, Ext4File plain, DirectInode inode) {
    this.io = io;
    this.plain = plain;
    this.inode = inode;
  }

  /** The inode number. */
  public long ino() {
    return inode.ino();
  }

  /** The size now. */
  public long size() {
    return inode.size();
  }

  // ---- callbacks -------------------------------------------------------------------------------

  /**
   * Reads {@code length} bytes at {@code position} to byte {@code offset} of {@code buffer}.
   *
   * @param callback told once, unless this call throws
   * @param cookie given to it
   * @return names the request for {@link DirectIo#cancel}
   * @throws QueueFullException if too many are in flight and the submitter does not want to wait
   * @throws IOException if the request cannot be accepted; the callback is not called
   */
  public long read(
      IoBuffer buffer, int offset, int length, long position, IoCallback callback, long cookie)
      throws IOException {
    int at = begin(buffer, offset, length, position);
    return io.submitter().read(inode, at, length, position, callback, cookie);
  }

  /** Writes; otherwise as {@link #read(IoBuffer, int, int, long, IoCallback, long)}. */
  public long write(
      IoBuffer buffer, int offset, int length, long position, IoCallback callback, long cookie)
      throws IOException {
    int at = begin(buffer, offset, length, position);
    return io.submitter().write(inode, at, length, position, false, callback, cookie);
  }

  /** Writes, and reports when that is durable: O_DSYNC. Otherwise as {@link #write}. */
  public long writeDurably(
      IoBuffer buffer, int offset, int length, long position, IoCallback callback, long cookie)
      throws IOException {
    int at = begin(buffer, offset, length, position);
    return io.submitter().write(inode, at, length, position, true, callback, cookie);
  }

  private int begin(IoBuffer buffer, int offset, int length, long position) {
    requireOpen();
    requirePosition(position);
    return buffer.arenaAt(offset, length);
  }

  private static void requirePosition(long position) {
    if (position < 0) {
      throw new IllegalArgumentException("position " + position + ", allowed >= 0");
    }
  }

  private void requireOpen() {
    if (closed.get()) {
      throw new IllegalStateException(this + " is closed");
    }
  }

  // ---- futures ---------------------------------------------------------------------------------

  /**
   * Reads to the rest of {@code target}, whose position moves when the future completes.
   *
   * @return bytes read; 0 at or behind the end of the file. Cancelling it asks for the request to
   *     be cancelled; it completes when the buffer is not used any more
   */
  public CompletableFuture<Integer> read(ByteBuffer target, long position) {
    if (target.isReadOnly()) {
      throw new IllegalArgumentException("the buffer is read-only");
    }
    return submit(
        position,
        (at, callback) ->
            at < 0
                ? io.submitter().read(inode, target, position, callback, 0)
                : io.submitter().read(inode, at, target.remaining(), position, callback, 0),
        target);
  }

  /** Writes the rest of {@code source}, whose position moves when the future completes. */
  public CompletableFuture<Integer> write(ByteBuffer source, long position) {
    return write(source, position, false);
  }

  /** As {@link #write(ByteBuffer, long)}, and completes when that is durable. */
  public CompletableFuture<Integer> writeDurably(ByteBuffer source, long position) {
    return write(source, position, true);
  }

  CompletableFuture<Integer> write(ByteBuffer source, long position, boolean durable) {
    return submit(
        position,
        (at, callback) ->
            at < 0
                ? io.submitter().write(inode, source, position, durable, callback, 0)
                : io.submitter()
                    .write(inode, at, source.remaining(), position, durable, callback, 0),
        source);
  }

  @FunctionalInterface
  private interface Submission {
    /** Submits; {@code arenaAt} is −1 if the buffer is elsewhere. */
    long submit(int arenaAt, IoCallback callback) throws IOException;
  }

  private CompletableFuture<Integer> submit(
      long position, Submission submission, ByteBuffer buffer) {
    requireOpen();
    requirePosition(position);
    Pending pending = new Pending(io, buffer);
    try {
      pending.id = submission.submit(io.arenaAt(buffer), pending);
    } catch (IOException e) {
      pending.completeExceptionally(e);
    }
    return pending;
  }

  /** A future whose cancellation reaches the request, and comes true when that is over. */
  private static final class Pending extends DrivenFuture<Integer> implements IoCallback {
    private static final long NOT_YET = -1;

    private final ByteBuffer buffer;
    private final int start;
    private volatile long id = NOT_YET;

    Pending(DirectIo io, ByteBuffer buffer) {
      super(io);
      this.buffer = buffer;
      this.start = buffer.position();
    }

    @Override
    public void completed(long cookie, int result, @Nullable IOException failure) {
      if (failure == null) {
        buffer.position(start + result);
        complete(result);
      } else if (result == -Errno.ECANCELED) {
        super.cancel(false);
      } else {
        completeExceptionally(failure);
      }
    }

    /** The device may be using the buffer: the future is cancelled when it is not any more. */
    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
      long now = id;
      if (now != NOT_YET) {
        io().cancel(now);
      }
      return isCancelled();
    }
  }

  /**
   * The same as a channel, whose handlers run on {@code handlers} and may wait and submit. Locks
   * are refused. Closing it leaves this open.
   *
   * @throws IllegalStateException in poll mode: who waits for a handler does not drive
   */
  public AsynchronousFileChannel channel(Executor handlers) {
    requireOpen();
    if (io.isPolled()) {
      throw new IllegalStateException("a channel needs an I/O thread, allowed without poll mode");
    }
    return new DirectChannel(this, plain, handlers);
  }

  /**
   * Waits until no request of the inode is in flight, and ends its use.
   *
   * @throws IOException if the device does not answer in {@link DirectIo.Builder#closeTimeout}: it
   *     can be closed later then; or if what was put off until now fails
   */
  @Override
  public void close() throws IOException {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    inode.lockExclusively();
    try {
      if (!io.awaitInTime(() -> inode.inFlight() == 0)) {
        closed.set(false);
        throw new IOException(inode.inFlight() + " requests of " + this + " are still in flight");
      }
    } finally {
      inode.unlockExclusively();
    }
    io.forget(this);
    inode.close();
  }

  @Override
  public String toString() {
    return "<" + ino() + ">";
  }
}
