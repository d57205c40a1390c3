package org.ext4map.aio;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.ext4map.aio.ring.IoArena;
import org.ext4map.dio.DirectInode;
import org.ext4map.model.ExtentState;
import org.ext4map.model.Mapping;
import org.ext4map.model.NoSpaceException;

/**
 * Turns the range of a request into pieces for the device, and says what has to follow: which is
 * its class, and whether it needs a ticket.
 *
 * <pre>
 *   file    |  W  |  U  |  H  |         read:  segment, zeros, zeros
 *   device  [seg 0][seg 1][seg 2]       write: segment, segment + ticket, allocate, segment + ticket
 * </pre>
 *
 * <p>Threads: the submitter, who holds the inode lock and is inside the gate.
 */
final class Mapper {
  /** DIO_MAX_BLOCKS of the kernel: blocks mapped in one step. */
  private static final int MAX_STEP = 4096;

  private static final int MOST_ZEROS = 1 << 16;

  @SuppressWarnings("ThreadLocalUsage") // the answer of the tree, used again by each submitter
  private final ThreadLocal<Mapping> answers = ThreadLocal.withInitial(Mapping::new);

  private final IoArena arena;
  private final Submitter.Settings settings;
  private final int blockSize;
  private final ByteBuffer zeros = ByteBuffer.allocateDirect(MOST_ZEROS).asReadOnlyBuffer();

  Mapper(IoArena arena, Submitter.Settings settings, int blockSize) {
    this.arena = arena;
    this.settings = settings;
    this.blockSize = blockSize;
  }

  // ---- what fits -------------------------------------------------------------------------------

  /** True if the device can take the request as it is. */
  boolean fitsDevice(Request request) {
    int unit = settings.alignment();
    return request.position % unit == 0 && request.length % unit == 0 && fitsMemory(request);
  }

  /** True if the request is whole blocks. */
  boolean fitsBlocks(Request request) {
    return request.position % blockSize == 0 && request.length % blockSize == 0;
  }

  /** True if the device can take the request's memory as it is. */
  boolean fitsMemory(Request request) {
    return request.arenaAt % settings.memoryAlignment() == 0;
  }

  // ---- reads -----------------------------------------------------------------------------------

  /** Written blocks become segments, what else there is becomes zeros here; clipped to the size. */
  void mapForReading(Request request, DirectInode inode) throws IOException {
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

  // ---- writes ----------------------------------------------------------------------------------

  /** Maps what exists; false if a block does not, or is unwritten and not covered as a whole. */
  boolean mapExisting(Request request, DirectInode inode) throws IOException {
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
    Events.SplitExtent event = Events.beginSplit();
    inode.isolate(lblk, length, found);
    Events.endSplit(event, inode.ino(), lblk, length);
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

  /**
   * Before blocks come behind the end: what a failure has left there goes, and the last block's
   * rest is zero.
   */
  void prepareEnd(Request request, DirectInode inode) throws IOException {
    inode.cutBackAfterFailure();
    long size = inode.size();
    if (request.position > size && size % blockSize != 0) {
      inode.awaitQuiet();
      inode.zeroBehindEnd();
    }
  }

  /** Maps all, with new unwritten blocks for the holes; less if space ends on the way. */
  void mapAllocating(Request request, DirectInode inode, boolean grows) throws IOException {
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

  /** The request goes another way, or nowhere: what was found out about it is forgotten. */
  static void unmap(Request request) {
    request.ticket.release(request.life());
    request.leaveGate();
    request.metUnwritten = false;
    request.segments = 0;
  }
}
