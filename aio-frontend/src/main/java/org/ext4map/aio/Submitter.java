package org.ext4map.aio;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.LongSupplier;
import org.ext4map.aio.Request.State;
import org.ext4map.aio.ring.IoArena;
import org.ext4map.dio.DirectInode;
import org.ext4map.dio.DirectVolume;
import org.ext4map.locks.ThreadClass;
import org.ext4map.model.ExtentState;
import org.ext4map.model.Mapping;
import org.ext4map.model.NoSpaceException;
import org.jspecify.annotations.Nullable;

/**
 * Accepts requests: chooses the class under the inode lock, maps, and hands over to the I/O thread.
 * Linux fs/ext4/file.c, ext4_dio_write_iter and ext4_dio_read_iter.
 *
 * <p>The gate is entered under the lock and before the first look at the map: who wants to zero
 * blocks beside a conversion either sees us inside, or we see what he has made of the blocks.
 *
 * <p>Threads: any submitter. What fails here is thrown, and then not reported.
 */
final class Submitter {
  /** DIO_MAX_BLOCKS of the kernel: blocks mapped in one step. */
  private static final int MAX_STEP = 4096;

  private static final int MOST_ZEROS = 1 << 16;

  @SuppressWarnings("ThreadLocalUsage") // the answer of the mapper, used again by each submitter
  private final ThreadLocal<Mapping> answers = ThreadLocal.withInitial(Mapping::new);

  private final DirectVolume volume;
  private final RequestPool pool;
  private final IoLoop loop;
  private final Conversions conversions;
  private final Completer completer;
  private final IoArena arena;
  private final Tally tally;
  private final Settings settings;
  private final LongSupplier clock;
  private final int blockSize;
  private final ByteBuffer zeros = ByteBuffer.allocateDirect(MOST_ZEROS).asReadOnlyBuffer();

  /**
   * What a submitter has to know.
   *
   * @param deviceStart where in the ring's file the image begins
   * @param alignment what the device wants offsets and lengths to be multiples of
   * @param memoryAlignment what it wants addresses to be multiples of
   * @param bounceBytes at the start of the arena each request has so many of its own
   * @param defersGrowth see {@link ExtendMode}
   * @param splitsFirst see {@link SplitAt}
   */
  record Settings(
      long deviceStart,
      int alignment,
      int memoryAlignment,
      int bounceBytes,
      boolean defersGrowth,
      boolean splitsFirst,
      Faults faults) {}

  Submitter(
      DirectVolume volume,
      RequestPool pool,
      IoLoop loop,
      Completer completer,
      Conversions conversions,
      IoArena arena,
      Tally tally,
      Settings settings,
      LongSupplier clock) {
    this.volume = volume;
    this.pool = pool;
    this.loop = loop;
    this.completer = completer;
    this.conversions = conversions;
    this.arena = arena;
    this.tally = tally;
    this.settings = settings;
    this.clock = clock;
    this.blockSize = volume.blockSize();
  }

  private Request take(DirectInode inode, long position, @Nullable IoCallback callback, long cookie)
      throws IOException {
    ThreadClass.assertMayWaitForRequests("submitting a request");
    Request request = pool.take();
    request.startNanos = clock.getAsLong();
    request.inode = inode;
    request.position = position;
    request.callback = callback;
    request.cookie = cookie;
    request.move(State.NEW, State.MAPPING);
    return request;
  }

  private int bounceAt(Request request) {
    return request.slot * settings.bounceBytes();
  }

  /** The most that a request at {@code position} can transfer through its own memory. */
  private int bounceRoom(long position) {
    int unit = settings.alignment();
    return settings.bounceBytes() / unit * unit - (int) (position % unit);
  }

  // ---- read ------------------------------------------------------------------------------------

  /**
   * Reads to the arena; what does not fit the device takes the way through the request's own
   * memory.
   */
  long read(
      DirectInode inode,
      int arenaAt,
      int length,
      long position,
      @Nullable IoCallback callback,
      long cookie)
      throws IOException {
    Request request = take(inode, position, callback, cookie);
    request.arenaAt = arenaAt;
    request.length = length;
    if (!fitsDevice(request)) {
      readThroughBounce(request, arena.bytes().slice(arenaAt, length));
    }
    return read(request);
  }

  /** Reads to any buffer. */
  long read(
      DirectInode inode,
      ByteBuffer target,
      long position,
      @Nullable IoCallback callback,
      long cookie)
      throws IOException {
    Request request = take(inode, position, callback, cookie);
    request.length = target.remaining();
    readThroughBounce(request, target);
    return read(request);
  }

  private void readThroughBounce(Request request, ByteBuffer target) {
    request.target = target;
    request.targetStart = target.position();
    request.arenaAt = bounceAt(request);
    request.length = Math.min(request.length, bounceRoom(request.position));
  }

  /** The range is clipped to the size of now. */
  private long read(Request request) throws IOException {
    request.kind = RequestClass.READ;
    DirectInode inode = request.inode();
    inode.lockShared();
    try {
      inode.requireReadable();
      request.enterGate();
      mapForReading(request, inode);
    } catch (IOException | RuntimeException | Error e) {
      refuse(request);
      throw e;
    } finally {
      inode.unlockShared();
    }
    return queue(request);
  }

  private void mapForReading(Request request, DirectInode inode) throws IOException {
    long size = inode.size();
    long left = Math.max(0, size - request.position);
    int shown = (int) Math.min(request.length, left);
    long end = Math.min(request.position + request.length, roundedUp(size));
    long from = request.position;
    int at = request.arenaAt;
    if (request.target != null) {
      long aligned = from - from % settings.alignment();
      request.targetFrom = at + (int) (from - aligned);
      from = aligned;
    }
    long to = shown == 0 ? from : roundUp(end, settings.alignment());
    Mapping found = answers.get();
    for (long next = from; next < to; ) {
      int bytes = step(inode, next, to, found);
      if (found.state() == ExtentState.WRITTEN) {
        request.addSegment(deviceAt(found, next), at, bytes);
      } else {
        zero(at, bytes);
      }
      at += bytes;
      next += bytes;
    }
    request.length = shown;
  }

  private long roundedUp(long size) {
    return roundUp(size, blockSize);
  }

  private static long roundUp(long value, int unit) {
    return (value + unit - 1) / unit * unit;
  }

  /**
   * Looks up the run at byte {@code from}; answers how many of the bytes before {@code to} lie in
   * it.
   */
  private int step(DirectInode inode, long from, long to, Mapping found) throws IOException {
    long lblk = from / blockSize;
    int blocks = (int) Math.min(MAX_STEP, (to - 1) / blockSize - lblk + 1);
    inode.map(lblk, blocks, found);
    return bytesIn(found, from, to);
  }

  private int bytesIn(Mapping found, long from, long to) {
    return (int) (Math.min(to, (found.lblk() + found.length()) * blockSize) - from);
  }

  private long deviceAt(Mapping found, long from) {
    return settings.deviceStart() + found.pblk() * blockSize + (from - found.lblk() * blockSize);
  }

  private void zero(int at, int bytes) {
    for (int done = 0; done < bytes; done += MOST_ZEROS) {
      arena.bytes().put(at + done, zeros, 0, Math.min(MOST_ZEROS, bytes - done));
    }
  }

  // ---- write -----------------------------------------------------------------------------------

  /** Writes from the arena; may write less if space ends. */
  long write(
      DirectInode inode,
      int arenaAt,
      int length,
      long position,
      boolean durable,
      @Nullable IoCallback callback,
      long cookie)
      throws IOException {
    Request request = take(inode, position, callback, cookie);
    request.arenaAt = arenaAt;
    request.length = length;
    request.durable = durable;
    return write(request);
  }

  /** Writes from any buffer, whose position stays; not more than the request's own memory holds. */
  long write(
      DirectInode inode,
      ByteBuffer source,
      long position,
      boolean durable,
      @Nullable IoCallback callback,
      long cookie)
      throws IOException {
    Request request = take(inode, position, callback, cookie);
    request.arenaAt = bounceAt(request);
    request.length = Math.min(source.remaining(), bounceRoom(position));
    request.durable = durable;
    arena.bytes().put(request.arenaAt, source, source.position(), request.length);
    return write(request);
  }

  private long write(Request request) throws IOException {
    Events.MapBlocks event = Events.beginMap();
    boolean shared = mapShared(request);
    if (shared) {
      Events.endMap(event, request);
    }
    return shared ? queue(request) : writeExclusively(request, event);
  }

  /** OVERWRITE, and FILL of blocks that exist; false if that is not what it is. */
  private boolean mapShared(Request request) throws IOException {
    DirectInode inode = request.inode();
    boolean fits = false;
    inode.lockShared();
    try {
      inode.requireWritable(request.position, request.length);
      boolean within = request.position + request.length <= inode.size() || request.length == 0;
      if (within && fitsDevice(request)) {
        request.enterGate();
        fits = mapExisting(request, inode);
      }
      if (!fits) {
        unmap(request);
      }
    } catch (IOException | RuntimeException | Error e) {
      refuse(request);
      throw e;
    } finally {
      inode.unlockShared();
    }
    return fits;
  }

  private boolean fitsDevice(Request request) {
    int unit = settings.alignment();
    return request.position % unit == 0 && request.length % unit == 0 && fitsMemory(request);
  }

  private boolean fitsBlocks(Request request) {
    return request.position % blockSize == 0 && request.length % blockSize == 0;
  }

  private boolean fitsMemory(Request request) {
    return request.arenaAt % settings.memoryAlignment() == 0;
  }

  private static void unmap(Request request) {
    request.ticket.release(request.life());
    request.leaveGate();
    request.metUnwritten = false;
    request.segments = 0;
  }

  /** Maps what exists; false if a block does not, or is unwritten and not covered as a whole. */
  private boolean mapExisting(Request request, DirectInode inode) throws IOException {
    Mapping found = answers.get();
    long end = request.position + request.length;
    for (long next = request.position; next < end; ) {
      int bytes = step(inode, next, end, found);
      if (found.state() == ExtentState.HOLE) {
        return false;
      }
      if (found.state() == ExtentState.UNWRITTEN) {
        if (!fitsBlocks(request)) {
          return false;
        }
        if (settings.splitsFirst()) {
          split(inode, found);
        }
      }
      bytes = bytesIn(found, next, end);
      addWrite(request, found, next, bytes);
      next += bytes;
    }
    request.kind = request.metUnwritten ? RequestClass.FILL : RequestClass.OVERWRITE;
    if (request.kind == RequestClass.OVERWRITE) {
      inode.touch();
    }
    setBlocks(request);
    return true;
  }

  private static void split(DirectInode inode, Mapping found) throws IOException {
    long lblk = found.lblk();
    int length = found.length();
    Events.split(inode.ino(), lblk, length, () -> inode.isolate(lblk, length, found));
  }

  /**
   * The one place where a write learns that it needs a conversion, and so a deferred completion.
   */
  private void addWrite(Request request, Mapping found, long from, int bytes) {
    if (found.state() == ExtentState.UNWRITTEN) {
      request.metUnwritten = true;
      if (!settings.faults().loseTickets()) {
        request.ticket.issue(request.life());
      }
    }
    int at = request.arenaAt + (int) (from - request.position);
    request.addSegment(deviceAt(found, from), at, bytes);
  }

  private void setBlocks(Request request) {
    request.firstBlock = request.position / blockSize;
    request.endBlock = roundUp(request.position + request.length, blockSize) / blockSize;
  }

  private long writeExclusively(Request request, Events.@Nullable MapBlocks event)
      throws IOException {
    DirectInode inode = request.inode();
    inode.lockExclusively();
    try {
      boolean alone = !mapExclusively(request, inode);
      if (alone) {
        return writeAlone(request);
      }
      Events.endMap(event, request);
      return request.waitedFor ? finishHere(request) : queue(request);
    } finally {
      inode.unlockExclusively();
    }
  }

  /** FILL of holes, and EXTEND; false if the file has to be written alone. */
  private boolean mapExclusively(Request request, DirectInode inode) throws IOException {
    try {
      inode.requireWritable(request.position, request.length);
      if (!fitsBlocks(request) || !fitsMemory(request) || !inode.hasExtents()) {
        return false;
      }
      boolean grows = request.position + request.length > inode.size();
      if (grows) {
        prepareEnd(request, inode);
      }
      request.enterGate();
      mapAllocating(request, inode, grows);
      request.waitedFor = grows && !settings.defersGrowth();
      return true;
    } catch (IOException | RuntimeException | Error e) {
      refuse(request);
      throw e;
    }
  }

  /**
   * Before blocks come behind the end: what a failure has left there goes, and the last block's
   * rest is zero.
   */
  private void prepareEnd(Request request, DirectInode inode) throws IOException {
    inode.cutBackAfterFailure();
    long size = inode.size();
    if (request.position > size && size % blockSize != 0) {
      inode.awaitQuiet();
      inode.zeroBehindEnd();
    }
  }

  private void mapAllocating(Request request, DirectInode inode, boolean grows) throws IOException {
    if (grows) {
      inode.beginExtension();
      request.newSize = request.position + request.length;
    }
    Mapping found = answers.get();
    long end = request.position + request.length;
    long next = request.position;
    try {
      while (next < end) {
        step(inode, next, end, found);
        if (found.state() != ExtentState.WRITTEN) {
          obtain(inode, found);
        }
        int bytes = bytesIn(found, next, end);
        addWrite(request, found, next, bytes);
        next += bytes;
      }
    } catch (NoSpaceException e) {
      if (next == request.position) {
        throw e;
      }
      request.length = (int) (next - request.position); // a short write
      request.newSize = grows && next > inode.size() ? next : 0;
      if (grows && request.newSize == 0) {
        inode.failExtension();
      }
    }
    request.kind = grows ? RequestClass.EXTEND : RequestClass.FILL;
    setBlocks(request);
  }

  private void obtain(DirectInode inode, Mapping found) throws IOException {
    if (settings.splitsFirst()) {
      split(inode, found);
    } else if (found.state() == ExtentState.HOLE) {
      inode.allocate(found.lblk(), found.length(), found);
    }
  }

  // ---- in this thread --------------------------------------------------------------------------

  /** What a worker would do, done by the submitter after waiting: the lock is held all the time. */
  private long finishHere(Request request) throws IOException {
    DirectInode inode = request.inode();
    long id = queue(request);
    pool.await(() -> request.state() == State.HANDED_BACK);
    conversions.runAlone(request, State.HANDED_BACK);
    pool.wakeWaiters();
    try {
      inode.cutBackAfterFailure();
    } catch (IOException e) {
      // the request is reported already; whoever extends or closes the file next tries again
    }
    return id;
  }

  /** The engine's own writer: alone with the file, and through its own buffers where needed. */
  private long writeAlone(Request request) throws IOException {
    DirectInode inode = request.inode();
    long id = request.id();
    request.kind = RequestClass.UNALIGNED;
    tally.of(request.kind).increment();
    ByteBuffer source = arena.bytes().slice(request.arenaAt, request.length);
    try {
      request.length = inode.writeAlone(request.position, source);
      if (request.durable) {
        tally.syncs.increment();
        volume.sync(inode.syncTid());
      }
    } catch (IOException e) {
      request.fail(e);
    }
    completer.finish(request, State.MAPPING);
    pool.wakeWaiters();
    return id;
  }

  // ---- the end of mapping ----------------------------------------------------------------------

  /** Hands over; from here on the request belongs to the I/O thread. */
  private long queue(Request request) {
    requirePromises(request);
    tally.of(request.kind).increment();
    long id = request.id();
    Events.enter(request);
    request.move(State.MAPPING, State.QUEUED);
    loop.put(request);
    return id;
  }

  /**
   * INV-4, INV-20, INV-21: what was met, the ticket, the class and the deferral are of one mind.
   */
  private static void requirePromises(Request request) {
    boolean ticket = request.ticket.isIssued();
    boolean sound =
        ticket == request.metUnwritten
            && switch (request.kind) {
              case READ -> !request.mustDefer();
              case OVERWRITE -> !ticket && request.newSize == 0;
              case FILL, EXTEND -> !ticket || request.mustDefer();
              case NONE, UNALIGNED -> false;
            };
    if (!sound) {
      throw new AssertionError(
          request + ": unwritten blocks " + request.metUnwritten + ", ticket " + ticket);
    }
  }

  /** Nothing has been handed over: the request is free again, and the caller gets an exception. */
  private void refuse(Request request) {
    if (request.newSize > 0) {
      request.inode().failExtension();
    }
    unmap(request);
    request.inode = null;
    request.callback = null;
    request.target = null;
    request.move(State.MAPPING, State.FINISHED);
    pool.giveBack(request);
    pool.reported();
    pool.wakeWaiters();
  }
}
