package org.ext4map.journal;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.ext4map.buffer.MetaBlock;

/**
 * What becomes durable together, while handles still add to it. Guarded by the journal's lock until
 * it is locked and its last handle has ended; then the committing thread alone has it.
 */
final class Transaction {
  final long id;
  final Instant started;

  /** Held strongly: a changed block must not leave memory. By pblk, for one order of writing. */
  final TreeMap<Long, MetaBlock> blocks = new TreeMap<>();

  final Set<Long> revokes = new TreeSet<>();
  final List<Runnable> callbacks = new ArrayList<>();

  /** Open handles. */
  int updates;

  /** Credits given out and not given back. */
  int reserved;

  /** No more handles are let in. */
  boolean locked;

  Transaction(long id, Instant started) {
    this.id = id;
    this.started = started;
  }
}
