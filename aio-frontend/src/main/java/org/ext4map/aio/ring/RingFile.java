package org.ext4map.aio.ring;

import com.sun.nio.file.ExtendedOpenOption;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadFactory;
import java.util.function.UnaryOperator;
import org.ext4map.aio.DirectIoProbe;
import org.ext4map.aio.jna.Libc;
import org.ext4map.aio.jna.Syscall;
import org.ext4map.device.BlockDevice;

/**
 * An image file opened for a ring: chooses the engine, says why, and closes what it opened.
 *
 * <p>AUTO tries io_uring, then kernel AIO, then FileChannel. Kernel AIO without direct I/O would
 * wait inside submit, so AUTO passes it over then.
 */
public final class RingFile implements Closeable {
  private static final int CHANNEL_THREADS = 8;

  /** Which engine to use. */
  public enum Engine {
    AUTO,
    IO_URING,
    AIO,
    CHANNEL
  }

  private final IoRing ring;
  private final IoArena arena;
  private final DirectIoProbe.Result direct;
  private final Closeable file;
  private final String choice;

  private RingFile(
      IoRing ring, IoArena arena, DirectIoProbe.Result direct, Closeable file, String choice) {
    this.ring = ring;
    this.arena = arena;
    this.direct = direct;
    this.file = file;
    this.choice = choice;
  }

  /**
   * Opens {@code path} for reading and writing.
   *
   * @param path the image; must exist
   * @param engine which engine, or AUTO
   * @param capacity requests in flight at most
   * @param arenaBytes size of the memory that requests use
   * @param threads makes the threads of the FileChannel engine
   * @throws IOException if the file cannot be opened, or the engine asked for cannot be had; the
   *     message says why
   */
  public static RingFile open(
      Path path, Engine engine, int capacity, int arenaBytes, ThreadFactory threads)
      throws IOException {
    return open(path, engine, true, capacity, arenaBytes, threads);
  }

  /**
   * The same, and says whether the page cache is to be passed by if it can be.
   *
   * @param wantsDirect false for a file that others use through the page cache
   */
  public static RingFile open(
      Path path,
      Engine engine,
      boolean wantsDirect,
      int capacity,
      int arenaBytes,
      ThreadFactory threads)
      throws IOException {
    DirectIoProbe.Result direct =
        wantsDirect
            ? DirectIoProbe.probe(path)
            : new DirectIoProbe.Result(DirectIoProbe.Kind.BUFFERED, 1, 1, "as the image");
    List<String> refusals = new ArrayList<>();
    for (Engine candidate : List.of(Engine.IO_URING, Engine.AIO)) {
      if (engine != Engine.AUTO && engine != candidate) {
        continue;
      }
      if (engine == Engine.AUTO
          && candidate == Engine.AIO
          && direct.kind() == DirectIoProbe.Kind.BUFFERED) {
        refusals.add("kernel AIO: would wait inside submit on a buffered file");
        continue;
      }
      try {
        return openNative(path, candidate, capacity, arenaBytes, direct, refusals);
      } catch (IOException | LinkageError e) {
        refusals.add(reason(e));
        if (engine == candidate) {
          throw new IOException("engine " + engine + ": " + reason(e), e);
        }
      }
    }
    return openChannel(path, capacity, arenaBytes, threads, direct, refusals);
  }

  /** A class that cannot be loaded says why only the first time; later its cause does. */
  private static String reason(Throwable failure) {
    Throwable cause = failure instanceof LinkageError ? failure.getCause() : null;
    return String.valueOf((cause == null ? failure : cause).getMessage());
  }

  /**
   * A queue over a device of the engine, of whatever kind: a few threads that make its blocking
   * calls. Any alignment will do; the device stays the caller's.
   *
   * @param why one line for a person
   */
  public static RingFile over(
      BlockDevice device, int capacity, int arenaBytes, ThreadFactory threads, String why) {
    IoArena arena = IoArena.ofDirectBuffer(arenaBytes);
    IoRing ring =
        new ChannelRing(
            new DeviceTarget(device),
            "blocking calls",
            capacity,
            arena,
            threads,
            Math.min(CHANNEL_THREADS, capacity));
    DirectIoProbe.Result direct =
        new DirectIoProbe.Result(DirectIoProbe.Kind.BUFFERED, 1, 1, device.describe());
    String choice = ring.describe() + "; " + device.describe() + "; " + why;
    return new RingFile(ring, arena, direct, () -> {}, choice);
  }

  /** A device transfers all or nothing. */
  private record DeviceTarget(BlockDevice device) implements ChannelRing.Target {
    @Override
    public int read(ByteBuffer buffer, long offset) throws IOException {
      int wanted = buffer.remaining();
      device.read(offset, buffer);
      return wanted;
    }

    @Override
    public int write(ByteBuffer buffer, long offset) throws IOException {
      int wanted = buffer.remaining();
      device.write(offset, buffer);
      return wanted;
    }

    @Override
    public void sync() throws IOException {
      device.flush();
    }
  }

  private record ChannelTarget(FileChannel channel) implements ChannelRing.Target {
    @Override
    public int read(ByteBuffer buffer, long offset) throws IOException {
      return channel.read(buffer, offset);
    }

    @Override
    public int write(ByteBuffer buffer, long offset) throws IOException {
      return channel.write(buffer, offset);
    }

    @Override
    public void sync() throws IOException {
      channel.force(false);
    }
  }

  private static RingFile openNative(
      Path path,
      Engine engine,
      int capacity,
      int arenaBytes,
      DirectIoProbe.Result direct,
      List<String> refusals)
      throws IOException {
    int directFlag = isDirect(direct) ? Syscall.Numbers.ofThisMachine().directFlag() : 0;
    int fd = Libc.open(path.toString(), Libc.O_RDWR | Libc.O_CLOEXEC | directFlag, 0);
    if (fd < 0) {
      throw Libc.failure("open " + path);
    }
    if (isDirect(direct)) {
      // as long as one page is cached, each direct write looks for more; the advice may be ignored
      Libc.posix_fadvise(fd, 0, 0, Libc.POSIX_FADV_DONTNEED);
    }
    try {
      IoArena arena = IoArena.ofNativeMemory(arenaBytes);
      try {
        IoRing ring =
            engine == Engine.IO_URING
                ? IoUring.open(fd, capacity, arena)
                : KernelAio.open(fd, capacity, arena);
        return new RingFile(
            ring, arena, direct, () -> Libc.close(fd), tell(ring, direct, refusals));
      } catch (IOException | RuntimeException e) {
        arena.close();
        throw e;
      }
    } catch (IOException | RuntimeException e) {
      Libc.close(fd);
      throw e;
    }
  }

  private static RingFile openChannel(
      Path path,
      int capacity,
      int arenaBytes,
      ThreadFactory threads,
      DirectIoProbe.Result direct,
      List<String> refusals)
      throws IOException {
    List<OpenOption> options =
        new ArrayList<>(List.of(StandardOpenOption.READ, StandardOpenOption.WRITE));
    if (isDirect(direct)) {
      options.add(ExtendedOpenOption.DIRECT);
    }
    FileChannel channel = FileChannel.open(path, options.toArray(new OpenOption[0]));
    IoArena arena = IoArena.ofDirectBuffer(arenaBytes);
    IoRing ring =
        new ChannelRing(
            new ChannelTarget(channel),
            "FileChannel",
            capacity,
            arena,
            threads,
            Math.min(CHANNEL_THREADS, capacity));
    return new RingFile(ring, arena, direct, channel, tell(ring, direct, refusals));
  }

  private static boolean isDirect(DirectIoProbe.Result direct) {
    return direct.kind() != DirectIoProbe.Kind.BUFFERED;
  }

  private static String tell(IoRing ring, DirectIoProbe.Result direct, List<String> refusals) {
    String engine = ring.describe() + "; " + direct.kind() + " (" + direct.reason() + ")";
    return refusals.isEmpty() ? engine : engine + "; not " + String.join("; not ", refusals);
  }

  /**
   * The same file through another queue, which is made of this one's; this object is used no more.
   *
   * @param note what it is, for the person who reads {@link #choice}
   */
  public RingFile through(UnaryOperator<IoRing> wrapper, String note) {
    return new RingFile(wrapper.apply(ring), arena, direct, file, choice + "; " + note);
  }

  /** The queue; its owner is whoever calls {@link IoRing#start}. */
  public IoRing ring() {
    return ring;
  }

  /** The memory its requests use. */
  public IoArena arena() {
    return arena;
  }

  /** True if it is one of the kernel's, not threads. */
  public boolean isOfTheKernel() {
    return !(ring instanceof ChannelRing);
  }

  /** What the probe found. */
  public DirectIoProbe.Result direct() {
    return direct;
  }

  /** One line for a person: the engine, how it reads, and why no other was taken. */
  public String choice() {
    return choice;
  }

  /**
   * Closes queue, memory and file, in this order; on the owner's thread, with nothing in flight.
   */
  @Override
  public void close() throws IOException {
    ring.close();
    arena.close();
    file.close();
  }
}
