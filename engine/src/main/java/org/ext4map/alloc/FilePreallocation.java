package org.ext4map.alloc;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Blocks set aside for one file, each for one logical block: the inode's preallocations. They exist
 * in memory only and are free on disk. One for each open inode; give them back with {@link
 * BlockAllocator#discard} when it is closed, truncated or punched.
 *
 * <p>Threads: any; its monitor is held for moments only, and no other lock is taken under it.
 */
public final class FilePreallocation {
  /** More pieces than this are not worth keeping. */
  private static final int MAX_PIECES = 512;

  private final TreeMap<Long, Piece> byLblk = new TreeMap<>();

  /** Blocks {@code [pblk, pblk + length)}, hidden, kept for logical blocks from {@code lblk} on. */
  record Piece(long lblk, long pblk, int length) {
    long end() {
      return lblk + length;
    }
  }

  /** Takes the blocks kept for {@code lblk} and up to {@code most} after it; null if none are. */
  synchronized @Nullable Piece take(long lblk, int most, long limit) {
    Map.Entry<Long, Piece> entry = byLblk.floorEntry(lblk);
    if (entry == null || entry.getValue().end() <= lblk) {
      return null;
    }
    Piece piece = entry.getValue();
    int before = (int) (lblk - piece.lblk);
    int length = Math.min(most, piece.length - before);
    if (piece.pblk + before + length > limit) {
      return null;
    }
    byLblk.remove(piece.lblk);
    put(new Piece(piece.lblk, piece.pblk, before));
    int rest = piece.length - before - length;
    put(new Piece(lblk + length, piece.pblk + before + length, rest));
    return new Piece(lblk, piece.pblk + before, length);
  }

  private void put(Piece piece) {
    if (piece.length > 0) {
      byLblk.put(piece.lblk, piece);
    }
  }

  /** Keeps the piece, unless there are too many or one for the same blocks; false then. */
  synchronized boolean add(Piece piece) {
    Map.Entry<Long, Piece> before = byLblk.lowerEntry(piece.end());
    if (byLblk.size() >= MAX_PIECES || (before != null && before.getValue().end() > piece.lblk)) {
      return false;
    }
    put(piece);
    return true;
  }

  /** The end of the last piece before {@code lblk}, 0 if there is none. */
  synchronized long keptBefore(long lblk) {
    Map.Entry<Long, Piece> before = byLblk.lowerEntry(lblk);
    return before == null ? 0 : before.getValue().end();
  }

  /** The start of the first piece after {@code lblk}, the largest number if there is none. */
  synchronized long keptAfter(long lblk) {
    Long after = byLblk.higherKey(lblk);
    return after == null ? Long.MAX_VALUE : after;
  }

  /** Takes everything out. */
  synchronized List<Piece> drain() {
    List<Piece> pieces = new ArrayList<>(byLblk.values());
    byLblk.clear();
    return pieces;
  }

  synchronized boolean isEmpty() {
    return byLblk.isEmpty();
  }
}
