package org.ext4map.aio;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.LongSupplier;
import org.ext4map.aio.Request.State;
import org.ext4map.aio.ring.IoArena;
import org.ext4map.dio.DirectInode;
import org.ext4map.dio.DirectVolume;
import org.ext4map.locks.ThreadClass;
import org.ext4map.model.NoSpaceException;
import org.jspecify.annotations.Nullable;

/**
 * Accepts requests: takes the inode lock and the gate, lets {@link Mapper} find out the class and
 * the segments, and hands over to the I/O thread. Linux fs/ext4/file.c, ext4_dio_write_iter and
 * ext4_dio_read_iter.
 *
 * <p>The gate is entered under the lock and before the first look at the map: who wants to zero
 * blocks beside a conversion either sees us inside, or we see what he has made of the blocks.
 *
 * <p>Threads: any submitter. What fails here is thrown, and then not reported.
 */
final class Submitter {
  /** A range may be cut out at both ends; each cut may split a leaf, and rarely the node above. */
  private static final int NODES_PER_REQUEST = 4;

  private static final int SPARE_NODES = 8;

  private final DirectVolume volume;
  private final RequestPool pool;
  private final IoLoop loop;
  private final Conversions conversions;
  private final Completer completer;
  private final IoArena arena;
  private final Tally tally;
  private final Settings settings;
  private final LongSupplier clock;
  private final Mapper mapper;

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
    this.mapper = new Mapper(arena, settings, volume.blockSize());
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
    if (!mapper.fitsDevice(request)) {
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
      mapper.mapForReading(request, inode);
    } catch (IOException | RuntimeException | Error e) {
      refuse(request);
      throw e;
    } finally {
      inode.unlockShared();
    }
    return queue(request);
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
      if (within && mapper.fitsDevice(request)) {
        request.enterGate();
        fits = mapper.mapExisting(request, inode) && !(request.metUnwritten && isSpaceTight());
      }
      if (!fits) {
        Mapper.unmap(request);
      }
    } catch (IOException | RuntimeException | Error e) {
      refuse(request);
      throw e;
    } finally {
      inode.unlockShared();
    }
    return fits;
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

  /**
   * INV-44: what is accepted must be converted later, and a conversion may need nodes of the tree.
   * True if there might not be enough for all that is in flight; then writes go alone, because who
   * is alone may zero the rest of an extent instead of splitting it.
   */
  private boolean isSpaceTight() {
    return volume.blocksForConversions() < (long) NODES_PER_REQUEST * pool.inFlight() + SPARE_NODES;
  }

  /** FILL of holes, and EXTEND; false if the file has to be written alone. */
  private boolean mapExclusively(Request request, DirectInode inode) throws IOException {
    try {
      inode.requireWritable(request.position, request.length);
      if (isSpaceTight()
          || !mapper.fitsBlocks(request)
          || !mapper.fitsMemory(request)
          || !inode.hasExtents()) {
        return false;
      }
      boolean grows = request.position + request.length > inode.size();
      if (grows) {
        mapper.prepareEnd(request, inode);
      }
      request.enterGate();
      mapper.mapAllocating(request, inode, grows);
      request.waitedFor = grows && !settings.defersGrowth();
      return true;
    } catch (IOException | RuntimeException | Error e) {
      refuse(request);
      throw e;
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
    ByteBuffer source = arena.bytes().slice(request.arenaAt, request.length);
    try {
      request.length = inode.writeAlone(request.position, source);
      if (request.durable) {
        tally.syncs.increment();
        volume.sync(inode.syncTid());
      }
    } catch (NoSpaceException nothingWritten) {
      refuse(request);
      throw nothingWritten;
    } catch (IOException e) {
      request.fail(e);
    }
    tally.of(request.kind).increment();
    Reports reports = completer.reports();
    completer.finish(request, State.MAPPING, reports);
    reports.end();
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
    Mapper.unmap(request);
    request.inode = null;
    request.callback = null;
    request.target = null;
    request.move(State.MAPPING, State.FINISHED);
    pool.giveBack(request);
    pool.reported(1);
    pool.wakeWaiters();
  }
}
