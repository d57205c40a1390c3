package org.ext4map.cli;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SeekableByteChannel;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.ext4map.Ext4File;
import org.ext4map.aio.DirectFile;
import org.ext4map.aio.DirectIo;

/** A file through asynchronous direct I/O, one request after the other: each is waited for. */
final class WaitingChannel implements SeekableByteChannel {
  private final DirectFile file;
  private final Ext4File inode;
  private long position;
  private boolean isOpen = true;

  WaitingChannel(DirectIo io, Ext4File inode) throws IOException {
    this.file = io.open(inode);
    this.inode = inode;
  }

  @Override
  public int read(ByteBuffer target) throws IOException {
    requireOpen();
    int count = result(file.read(target, position));
    position += count;
    return count == 0 && target.hasRemaining() ? -1 : count;
  }

  @Override
  public int write(ByteBuffer source) throws IOException {
    requireOpen();
    int count = 0;
    do {
      count += result(file.write(source, position + count));
    } while (source.hasRemaining());
    position += count;
    return count;
  }

  /** Waits for a request; answers bytes transferred, or throws why there are none. */
  static int result(CompletableFuture<Integer> request) throws IOException {
    try {
      return request.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException told) {
        throw told;
      }
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("cancelled");
    }
  }

  private void requireOpen() throws ClosedChannelException {
    if (!isOpen) {
      throw new ClosedChannelException();
    }
  }

  @Override
  public long position() throws ClosedChannelException {
    requireOpen();
    return position;
  }

  @Override
  public SeekableByteChannel position(long newPosition) throws ClosedChannelException {
    requireOpen();
    position = newPosition;
    return this;
  }

  @Override
  public long size() {
    return inode.size();
  }

  @Override
  public SeekableByteChannel truncate(long size) throws IOException {
    if (size < inode.size()) {
      inode.truncate(size);
    }
    position = Math.min(position, size);
    return this;
  }

  @Override
  public boolean isOpen() {
    return isOpen;
  }

  @Override
  public void close() throws IOException {
    if (isOpen) {
      isOpen = false;
      file.close();
    }
  }
}
