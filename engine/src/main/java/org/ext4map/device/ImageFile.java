package org.ext4map.device;

import com.sun.nio.file.ExtendedOpenOption;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileSystemException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A file channel that survives interrupts. The JDK closes a channel under the feet of everybody
 * when one thread is interrupted in it; here the file is opened again and the request repeated,
 * which is harmless because requests name their offset.
 *
 * <p>Locks: the monitor guards opening, closing and the change of channel. Under it the monitor of
 * the one who holds the file's lock may be taken, see {@link ImageLocks}; he takes no other.
 */
final class ImageFile implements Closeable {
  /** A request that can be repeated. */
  interface Request {
    int run(FileChannel channel) throws IOException;
  }

  private final Path path;
  private final Set<OpenOption> options;
  private final boolean writable;
  private final @Nullable Object key;
  private volatile @Nullable FileChannel channel;

  /** Null if the file is open for reading. Guarded by the monitor. */
  private @Nullable FileLock held;

  /** Why the lock could not be taken again; null as long as it is held. */
  private volatile @Nullable IOException lost;

  private ImageFile(Path path, Set<OpenOption> options, boolean writable, @Nullable Object key) {
    this.path = path;
    this.options = options;
    this.writable = writable;
    this.key = key;
  }

  /** Opens the file; for writing also takes its exclusive lock. */
  static ImageFile open(Path path, boolean writable, boolean direct) throws IOException {
    Set<OpenOption> options = new HashSet<>();
    options.add(StandardOpenOption.READ);
    if (writable) {
      options.add(StandardOpenOption.WRITE);
    }
    if (direct) {
      options.add(ExtendedOpenOption.DIRECT);
    }
    ImageFile file = new ImageFile(path, options, writable, ImageLocks.keyOf(path));
    file.channel = file.openChannel();
    return file;
  }

  private FileChannel openChannel() throws IOException {
    FileChannel fresh = FileChannel.open(path, options);
    try {
      if (writable) {
        lock(fresh);
      }
      return fresh;
    } catch (IOException | RuntimeException e) {
      fresh.close();
      ImageLocks.descriptorClosed(key);
      throw e;
    }
  }

  /** See {@link FileBlockDevice#renewLock}. */
  synchronized void renewLock() throws IOException {
    FileLock old = held;
    FileChannel current = channel;
    if (old == null || current == null) {
      return;
    }
    try {
      old.release();
      lock(current);
    } catch (IOException e) {
      lost = e;
      throw e;
    }
  }

  /** As {@link #renewLock}; if that fails, {@link #requireLock} tells it. */
  void renewLockOrLoseIt() {
    try {
      renewLock();
    } catch (IOException told) {
      assert lost == told;
    }
  }

  /**
   * Returns if nobody else can have written to the file.
   *
   * @throws IOException if another process took the lock when it had to be taken again
   */
  void requireLock() throws IOException {
    IOException why = lost;
    if (why != null) {
      throw new IOException(path + " is written to no more: its lock was lost", why);
    }
  }

  /** The lock lives as long as the channel, or until another of the same file is closed. */
  private synchronized void lock(FileChannel fresh) throws IOException {
    FileLock lock;
    try {
      lock = fresh.tryLock();
    } catch (OverlappingFileLockException e) {
      throw refusal("open for writing elsewhere in this process", e);
    }
    if (lock == null) {
      throw refusal("locked by another process", null);
    }
    held = lock;
    ImageLocks.taken(key, this);
  }

  private FileSystemException refusal(String why, @Nullable Throwable cause) {
    FileSystemException refusal =
        new FileSystemException(path.toString(), null, "opening for writing: " + why);
    refusal.initCause(cause);
    return refusal;
  }

  /** Runs {@code request}, again on a fresh channel each time an interrupt has closed the old. */
  int call(Request request) throws IOException {
    boolean interrupted = false;
    try {
      while (true) {
        interrupted |= Thread.interrupted();
        FileChannel current = current();
        try {
          return request.run(current);
        } catch (ClosedChannelException closed) {
          replace(current);
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  long size() throws IOException {
    return current().size();
  }

  /** Leaves nothing of what was there: {@code sizeBytes} zeros, without space where possible. */
  void blank(long sizeBytes) throws IOException {
    call(
        current -> {
          current.truncate(0);
          return current.write(ByteBuffer.allocate(1), sizeBytes - 1);
        });
  }

  void force() throws IOException {
    call(
        current -> {
          current.force(false);
          return 0;
        });
  }

  private FileChannel current() throws IOException {
    FileChannel current = channel;
    if (current == null) {
      throw new ClosedChannelException();
    }
    return current;
  }

  /** Opens the file again unless that has happened already or the image was closed on purpose. */
  private synchronized void replace(FileChannel broken) throws IOException {
    if (channel == broken) {
      broken.close(); // waits until the interrupt has closed it and its lock is free
      channel = openChannel();
      ImageLocks.descriptorClosed(key);
    }
  }

  @Override
  public synchronized void close() throws IOException {
    FileChannel last = channel;
    channel = null;
    ImageLocks.givenUp(key, this);
    if (last != null) {
      last.close();
      ImageLocks.descriptorClosed(key);
    }
  }
}
