package org.ext4map.aio;

import java.io.IOException;
import org.ext4map.aio.Request.State;
import org.ext4map.dio.DirectChange;
import org.ext4map.dio.DirectVolume;
import org.ext4map.model.NoSpaceException;
import org.jspecify.annotations.Nullable;

/**
 * What follows the I/O of deferred requests, many at once: one handle for all of an inode, ranges
 * that touch each other as one, one commit for all that must be durable.
 *
 * <pre>
 *   inode 12: [4,5) [5,6) [9,10)+size   ─▶ handle: convert [4,6), convert [9,10), grow ─▶ gate − 3
 *   inode 14: [0,1) durable             ─▶ handle: convert [0,1)                       ─▶ gate − 1
 *                                       ─▶ commit and flush, once
 *                                       ─▶ report all, in this order
 * </pre>
 *
 * <p>A request whose I/O failed is not converted; one whose conversion fails reports that. Threads:
 * a worker, or a submitter for a request that it has waited for; holds no handle while it waits for
 * a commit.
 */
final class Conversions {
  private final DirectVolume volume;
  private final Completer completer;
  private final Tally tally;

  Conversions(DirectVolume volume, Completer completer, Tally tally) {
    this.volume = volume;
    this.completer = completer;
    this.tally = tally;
  }

  /**
   * Sees requests in state CONVERTING to their end.
   *
   * @param batch {@code [first, end)} in order of inode and first block
   * @param endings the thread's; who called says when that was all
   */
  void run(@Nullable Request[] batch, int first, int end, Endings endings) {
    tally.batches.increment();
    Events.DeferRun event = Events.beginRun();
    int finished = first;
    try {
      for (int from = first, to; from < end; from = to) {
        to = endOfInode(batch, from, end);
        changeInode(batch, from, to);
      }
      sync(batch, first, end);
      while (finished < end) {
        endings.ended(at(batch, finished++));
      }
      Events.endRun(event, end - first);
    } catch (RuntimeException | Error e) {
      giveUp(batch, finished, end, e, endings);
      throw e;
    }
  }

  /** Our own mistake: those that are left end with it, so that nobody waits for them for ever. */
  void giveUp(@Nullable Request[] batch, int from, int end, Throwable mistake, Endings endings) {
    IOException failure = new IOException("conversion: " + mistake.getMessage(), mistake);
    for (int i = from; i < end; i++) {
      Request request = at(batch, i);
      request.fail(failure);
      settle(request);
      endings.ended(request);
    }
  }

  /** The same for one request, whose submitter has waited for it. */
  void runAlone(Request request, State from) {
    request.move(from, State.CONVERTING);
    Endings endings = completer.reporting();
    try {
      run(new Request[] {request}, 0, 1, endings);
    } finally {
      endings.endOfBatch();
    }
  }

  private static Request at(@Nullable Request[] batch, int i) {
    Request request = batch[i];
    if (request == null) {
      throw new AssertionError("no request at " + i);
    }
    return request;
  }

  private static int endOfInode(@Nullable Request[] batch, int from, int count) {
    long ino = at(batch, from).inode().ino();
    int to = from + 1;
    while (to < count && at(batch, to).inode().ino() == ino) {
      to++;
    }
    return to;
  }

  /** All changes of one inode; each request has either succeeded or failed afterwards. */
  private void changeInode(@Nullable Request[] batch, int from, int to) {
    int i = from;
    try {
      if (wantsChange(batch, from, to)) {
        try (DirectChange change = at(batch, from).inode().startChange()) {
          while (i < to) {
            int end = endOfRange(batch, i, to);
            convert(change, batch, i, end);
            i = end;
          }
        }
      }
    } catch (IOException e) {
      // not even the handle's end is sure, so nothing of it is
      for (int failed = from; failed < to; failed++) {
        at(batch, failed).fail(e);
      }
    } finally {
      for (int k = from; k < to; k++) {
        settle(at(batch, k));
      }
    }
  }

  private static boolean wantsChange(@Nullable Request[] batch, int from, int to) {
    for (int i = from; i < to; i++) {
      if (changes(at(batch, i))) {
        return true;
      }
    }
    return false;
  }

  private static boolean changes(Request request) {
    return !request.hasFailed() && (request.ticket.isIssued() || request.newSize > 0);
  }

  /** The end of the run of requests that are converted as one, or of one that is not. */
  private static int endOfRange(@Nullable Request[] batch, int from, int to) {
    Request first = at(batch, from);
    int end = from + 1;
    if (!changes(first)) {
      return end;
    }
    long reached = first.endBlock;
    while (end < to && changes(at(batch, end)) && at(batch, end).firstBlock <= reached) {
      reached = Math.max(reached, at(batch, end).endBlock);
      end++;
    }
    return end;
  }

  private void convert(DirectChange change, @Nullable Request[] batch, int from, int to)
      throws IOException {
    if (!changes(at(batch, from))) {
      return;
    }
    long end = 0;
    long size = 0;
    for (int i = from; i < to; i++) {
      end = Math.max(end, at(batch, i).endBlock);
      size = Math.max(size, at(batch, i).newSize);
    }
    try {
      Request first = at(batch, from);
      Events.ConvertUnwritten event = Events.beginConvert();
      change.convert(first.firstBlock, end);
      Events.endConvert(event, first, end, to - from);
      tally.conversions.increment();
    } catch (NoSpaceException e) {
      for (int i = from; i < to; i++) {
        at(batch, i).fail(e);
      }
      return;
    }
    if (size > 0) {
      change.grow(size);
    }
    for (int i = from; i < to; i++) {
      Request request = at(batch, i);
      if (request.newSize > 0) {
        change.endExtension();
        request.newSize = 0;
      }
    }
  }

  /** The blocks are done with: a failed extension is noted, the ticket ends, then the gate. */
  private static void settle(Request request) {
    if (request.newSize > 0) {
      request.newSize = 0;
      request.inode().failExtension();
    }
    request.ticket.release(request.life());
    request.leaveGate();
  }

  private void sync(@Nullable Request[] batch, int first, int end) {
    long tid = 0;
    boolean wanted = false;
    for (int i = first; i < end; i++) {
      Request request = at(batch, i);
      if (request.durable && !request.hasFailed()) {
        wanted = true;
        tid = Math.max(tid, request.inode().syncTid());
      }
    }
    if (!wanted) {
      return;
    }
    tally.syncs.increment();
    try {
      Events.SyncFile event = Events.beginCommit();
      volume.sync(tid);
      Events.endCommit(event, tid);
    } catch (IOException e) {
      for (int i = first; i < end; i++) {
        if (at(batch, i).durable) {
          at(batch, i).fail(e);
        }
      }
    }
  }
}
