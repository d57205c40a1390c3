package org.ext4map.status;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Rooms that leaves of an image have left, for those that come next: a map that changes without
 * growing makes none. Few sizes are brought here, see {@link LeafSizes}. Threads: any; its monitor
 * is a leaf in the order of locks.
 */
final class SpareRooms {
  private static final int FIRST_ENTRIES = 1024;

  private final List<Shelf> shelves = new ArrayList<>();
  private final long limitBytes;
  private long bytes;
  private int @Nullable [] scratch;

  /** Rooms of one size. */
  private static final class Shelf {
    final int capacity;
    final ArrayDeque<Room> rooms = new ArrayDeque<>();

    Shelf(int capacity) {
      this.capacity = capacity;
    }
  }

  SpareRooms(long limitBytes) {
    this.limitBytes = limitBytes;
  }

  /** Room for {@code capacity} entries, with anything in it. */
  synchronized Room take(int capacity) {
    Shelf shelf = shelfOf(capacity);
    Room room = shelf == null ? null : shelf.rooms.poll();
    if (room == null) {
      return new Room(capacity);
    }
    bytes -= room.bytes();
    return room;
  }

  /** The room of a leaf that has left its directory. */
  synchronized void give(Room room) {
    if (bytes + room.bytes() > limitBytes) {
      return;
    }
    Shelf shelf = shelfOf(room.capacity());
    if (shelf == null) {
      shelf = new Shelf(room.capacity());
      shelves.add(shelf);
    }
    bytes += room.bytes();
    shelf.rooms.push(room);
  }

  private @Nullable Shelf shelfOf(int capacity) {
    for (Shelf shelf : shelves) {
      if (shelf.capacity == capacity) {
        return shelf;
      }
    }
    return null;
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
