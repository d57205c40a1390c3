package org.ext4map.aio;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.CompletionHandler;
import java.nio.channels.FileLock;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.ext4map.Ext4File;
import org.jspecify.annotations.Nullable;

/**
 * A {@link DirectFile} for code that knows {@link AsynchronousFileChannel}. Handlers run on an
 * executor, so that they may do what they like. Closing the channel leaves the file open.
 */
final class DirectChannel extends AsynchronousFileChannel {
  private static final int END_OF_FILE = -1;

  private final DirectFile file;
  private final Ext4File plain;
  private final Executor handlers;
  private final AtomicBoolean closed = new AtomicBoolean();

  DirectChannel(DirectFile file, Ext4File plain, Executor handlers) {
    this.file = file;
    this.plain = plain;
    this.handlers = handlers;
  }

  private void requireOpen() throws ClosedChannelException {
    if (closed.get()) {
      throw new ClosedChannelException();
    }
  }

  @Override
  public long size() throws IOException {
    requireOpen();
    return file.size();
  }

  /** As the contract has it: a greater size changes nothing. */
  @Override
  public AsynchronousFileChannel truncate(long size) throws IOException {
    requireOpen();
    if (size < 0) {
      throw new IllegalArgumentException("size=" + size + ", allowed >= 0");
    }
    if (size < file.size()) {
      plain.truncate(size);
    }
    return this;
  }

  @Override
  public void force(boolean metaData) throws IOException {
    requireOpen();
    if (metaData) {
      plain.fsync();
    } else {
      plain.fdatasync();
    }
  }

  /** There are no locks in an image: always refused. */
  @Override
  public <A extends @Nullable Object> void lock(
      long position,
      long size,
      boolean shared,
      A attachment,
      CompletionHandler<FileLock, ? super A> handler) {
    throw new UnsupportedOperationException("locks on files in an image");
  }

  /** Always refused. */
  @Override
  public Future<FileLock> lock(long position, long size, boolean shared) {
    throw new UnsupportedOperationException("locks on files in an image");
  }

  /** Always refused. */
  @Override
  public FileLock tryLock(long position, long size, boolean shared) {
    throw new UnsupportedOperationException("locks on files in an image");
  }

  private CompletableFuture<Integer> closedFuture() {
    return CompletableFuture.failedFuture(new ClosedChannelException());
  }

  @Override
  public CompletableFuture<Integer> read(ByteBuffer target, long position) {
    if (closed.get()) {
      return closedFuture();
    }
    boolean wantsBytes = target.hasRemaining();
    return file.read(target, position)
        .thenApply(count -> count == 0 && wantsBytes ? END_OF_FILE : count);
  }

  @Override
  public CompletableFuture<Integer> write(ByteBuffer source, long position) {
    return closed.get() ? closedFuture() : file.write(source, position);
  }

  @Override
  public <A extends @Nullable Object> void read(
      ByteBuffer target,
      long position,
      A attachment,
      CompletionHandler<Integer, ? super A> handler) {
    tell(read(target, position), attachment, handler);
  }

  @Override
  public <A extends @Nullable Object> void write(
      ByteBuffer source,
      long position,
      A attachment,
      CompletionHandler<Integer, ? super A> handler) {
    tell(write(source, position), attachment, handler);
  }

  private <A extends @Nullable Object> void tell(
      CompletableFuture<Integer> future,
      A attachment,
      CompletionHandler<Integer, ? super A> handler) {
    CompletableFuture<Integer> told =
        future.whenCompleteAsync(
            (count, failure) -> {
              if (failure == null) {
                handler.completed(count, attachment);
              } else {
                handler.failed(cause(failure), attachment);
              }
            },
            handlers);
    assert told != null;
  }

  private static Throwable cause(Throwable failure) {
    Throwable cause = failure instanceof CompletionException ? failure.getCause() : null;
    return cause == null ? failure : cause;
  }

  @Override
  public boolean isOpen() {
    return !closed.get();
  }

  @Override
  public void close() {
    closed.set(true);
  }
}
