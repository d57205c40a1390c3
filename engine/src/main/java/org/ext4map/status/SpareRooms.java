package org.ext4map.status;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Rooms that leaves of an image have left, for those that come next: a map that changes without
 * growing makes none. Of the sizes that growing leaves have; others are not kept. Threads: any; its
 * monitor is a leaf in the order of locks.
 */
final class SpareRooms {
  private static final int FIRST_ENTRIES = 1024;

  private final List<ArrayDeque<Room>> shelves = new ArrayList<>();
  private final long limitBytes;
  private long bytes;
  private int @Nullable [] scratch;

  SpareRooms(long limitBytes) {
    this.limitBytes = limitBytes;
    for (int i = 0; i < Leaf.growingSizes(); i++) {
      shelves.add(new ArrayDeque<>());
    }
  }

  /** Room for {@code capacity} entries, with anything in it. */
  Room take(int capacity) {
    int size = Leaf.growingSize(capacity);
    if (size < shelves.size()) {
      synchronized (this) {
        Room room = shelves.get(size).poll();
        if (room != null) {
          bytes -= room.bytes();
          return room;
        }
      }
    }
    return new Room(capacity);
  }

  /** The room of a leaf that has left its directory. */
  void give(Room room) {
    int size = Leaf.growingSize(room.capacity());
    if (size < shelves.size()) {
      synchronized (this) {
        if (bytes + room.bytes() <= limitBytes) {
          bytes += room.bytes();
          shelves.get(size).push(room);
        }
      }
    }
  }

  /** An array to put {@code count} entries together in; to be given back. */
  int[] takeScratch(int count) {
    synchronized (this) {
      int[] last = scratch;
      if (last != null && last.length >= count * Entries.INTS) {
        scratch = null;
        return last;
      }
    }
    return Entries.allocate(Math.max(count, FIRST_ENTRIES));
  }

  void giveScratch(int[] array) {
    synchronized (this) {
      scratch = array;
    }
  }
}
