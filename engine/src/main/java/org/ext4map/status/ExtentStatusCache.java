package org.ext4map.status;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.ext4map.model.ExtentState;
import org.ext4map.model.Mapping;
import org.jspecify.annotations.Nullable;

/**
 * What is known about the blocks of one file: struct ext4_es_tree (Linux fs/ext4/extents_status.c).
 * A block is written, unwritten, a hole, or unknown; unknown means "ask the tree".
 *
 * <p>Units: file-system blocks; lblk 0 … 2^32−2, pblk below 2^48. A run may be as long as the file.
 *
 * <p>Threads: {@link #lookup} is for any thread, without a lock. All that changes takes esLock
 * itself, and its caller holds dataSem: exclusively for {@link #insert} and {@link #remove} when
 * the truth changes; shared is enough to add what the tree says. No method is called with esLock
 * held.
 */
public final class ExtentStatusCache {
  /** A leaf below this part of the limit is joined with its neighbour, if both fit into a half. */
  private static final int SPARSE_PART = 8;

  /** How often a reader looks before it answers "unknown" rather than wait for a writer. */
  private static final int LOOKUP_TRIES = 64;

  private static final VarHandle DIRECTORY;

  static {
    try {
      DIRECTORY =
          MethodHandles.lookup()
              .findVarHandle(ExtentStatusCache.class, "directory", Directory.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final StatusBudget budget;
  private final LeafSizes sizes;
  private final ReentrantLock esLock = new ReentrantLock();

  /** Replaced or changed under esLock, published with release. */
  private Directory directory = Directory.NOTHING;

  /** Opened at the first change; guarded by esLock. */
  private StatusBudget.@Nullable Account account;

  /** For changes of one range after another; guarded by esLock. */
  private @Nullable Edit ownEdit;

  /** Bytes of all leaves; guarded by esLock. */
  private long leafBytes;

  /** Where the next sweep goes on; guarded by esLock. */
  private long sweepLblk;

  /** An empty cache: everything is unknown. */
  public ExtentStatusCache(StatusBudget budget) {
    this(budget, LeafSizes.USUAL);
  }

  /** With leaves of other sizes: for tests, which want to split small ones. */
  ExtentStatusCache(StatusBudget budget, LeafSizes sizes) {
    this.budget = budget;
    this.sizes = sizes;
  }

  /**
   * Answers from memory: ext4_es_lookup_extent. Locks: none. Allocates nothing, waits for nobody.
   *
   * <p>Shape: {@code out} is the run or hole that holds {@code lblk}, from {@code lblk} on; it may
   * be shorter than the file's own run, never longer.
   *
   * @param lblk 0 … 2^32−2; not checked here
   * @param limit blocks that the answer may have
   * @return false if nothing is known of the block, or if a writer is busy with it; {@code out} is
   *     as it was
   */
  public boolean lookup(long lblk, int limit, Mapping out) {
    if (out.leadsTo(lblk)) {
      int found = ((Directory) DIRECTORY.getAcquire(this)).lookupFrom(lblk, limit, out);
      if (found != Leaf.RETRY) {
        return found == Leaf.FOUND;
      }
    }
    for (int tries = 0; tries < LOOKUP_TRIES; tries++) {
      int found = ((Directory) DIRECTORY.getAcquire(this)).lookup(lblk, limit, out);
      if (found != Leaf.RETRY) {
        return found == Leaf.FOUND;
      }
      Thread.onSpinWait();
    }
    return false;
  }

  /** As the other one, without a limit. */
  public boolean lookup(long lblk, Mapping out) {
    return lookup(lblk, Integer.MAX_VALUE, out);
  }

  /**
   * Says what is true of {@code [lblk, lblk + length)}, whatever was known of it:
   * ext4_es_insert_extent. Merges with equal neighbours, trims others.
   *
   * @param pblk the first physical block; ignored for a hole
   * @param state written, unwritten or hole
   */
  public void insert(long lblk, long length, long pblk, ExtentState state) {
    requireRun(length, pblk, state);
    change(lblk, length, state, pblk);
  }

  /** Forgets {@code [lblk, lblk + length)}: ext4_es_remove_extent. */
  public void remove(long lblk, long length) {
    change(lblk, length, null, 0);
  }

  /** Forgets everything. */
  public void clear() {
    esLock.lock();
    try {
      replaceLeaves(0, directory.size(), new Leaf[] {Leaf.nothing(0, Directory.END)});
    } finally {
      esLock.unlock();
    }
  }

  /**
   * Adds what a leaf of the tree says about {@code [knownFrom, knownTo)}, where the cache knows
   * nothing: ext4_cache_extents. What is known already stays, even if it is different. Blocks of
   * the range that no run covers are holes.
   */
  public void fill(KnownRuns runs, long knownFrom, long knownTo) {
    requireRange(knownFrom, knownTo - knownFrom);
    requireAccount();
    Edit edit = budget.takeEdit();
    esLock.lock();
    try {
      long from = nextUnknown(knownFrom, knownTo);
      while (from < knownTo) {
        long to = nextKnown(from, knownTo);
        edit.open(directory, from, to);
        edit.appendRuns(runs, from, to);
        apply(edit);
        from = nextUnknown(to, knownTo);
      }
    } finally {
      esLock.unlock();
    }
    budget.giveBack(edit);
    budget.makeRoom();
  }

  /** Whether a lookup that had to go to the tree is to tell what it found there. */
  public boolean wantsToLearn() {
    return budget.admits();
  }

  /** Heap bytes of leaves and directory, as the budget counts them. */
  public long bytes() {
    esLock.lock();
    try {
      return leafBytes;
    } finally {
      esLock.unlock();
    }
  }

  /** For invariant checks. */
  Directory directory() {
    return directory;
  }

  private void change(long lblk, long length, @Nullable ExtentState state, long pblk) {
    requireRange(lblk, length);
    requireAccount();
    esLock.lock();
    try {
      if (state != null
          && state.isMapped()
          && directory.leafOf(lblk).takeFromNext(lblk, length, state, pblk)) {
        return;
      }
      Edit edit = ownEdit;
      if (edit == null) {
        edit = new Edit();
        ownEdit = edit;
      }
      edit.open(directory, lblk, lblk + length);
      edit.append(lblk + length, state, pblk);
      apply(edit);
    } finally {
      esLock.unlock();
    }
    budget.makeRoom();
  }

  private static void requireRun(long length, long pblk, ExtentState state) {
    if (state == ExtentState.DELAYED) {
      throw new IllegalArgumentException("state DELAYED, allowed WRITTEN, UNWRITTEN, HOLE");
    }
    if (state.isMapped() && (pblk < 0 || pblk > EntryWord.PBLK_LIMIT - length)) {
      throw new IllegalArgumentException("pblk=" + pblk + " length=" + length + ", allowed < 2^48");
    }
  }

  private static void requireRange(long lblk, long length) {
    if (lblk < 0 || length < 1 || length > Directory.END - lblk) {
      throw new IllegalArgumentException(
          "lblk=" + lblk + " length=" + length + ", allowed inside 0-" + (Directory.END - 1));
    }
  }

  /** Two threads may come here at once; the second one closes what it opened. */
  private void requireAccount() {
    if (account != null) {
      return;
    }
    StatusBudget.Account opened = budget.open(this);
    boolean first;
    esLock.lock();
    try {
      first = account == null;
      if (first) {
        account = opened;
      }
    } finally {
      esLock.unlock();
    }
    if (!first) {
      budget.close(opened);
    }
  }

  /** Completes {@code edit} and puts it in its place. */
  private void apply(Edit edit) {
    assert esLock.isHeldByCurrentThread();
    edit.close(directory);
    int leaf = edit.firstLeaf();
    Leaf first = directory.leaf(leaf);
    int newCount = first.count() - (edit.afterEntry() - edit.firstEntry()) + edit.count();
    if (leaf == edit.lastLeaf()
        && newCount <= sizes.most()
        && directory != Directory.NOTHING
        && first.splice(edit.firstEntry(), edit.afterEntry(), edit)) {
      joinIfSparse(leaf);
    } else {
      rebuild(leaf, edit.firstEntry(), edit.lastLeaf(), edit.afterEntry(), edit);
    }
  }

  /**
   * Replaces leaves {@code first … last} by new ones: the entries of the first one before {@code
   * firstEntry}, those of {@code edit} if there is one, those of the last one from {@code
   * afterEntry} on.
   */
  private void rebuild(int first, int firstEntry, int last, int afterEntry, @Nullable Edit edit) {
    Leaf left = directory.leaf(first);
    Leaf right = directory.leaf(last);
    int added = edit == null ? 0 : edit.count();
    int behind = right.count() - afterEntry;
    int total = firstEntry + added + behind;
    int[] entries = budget.rooms().takeScratch(total + 1);
    left.copyTo(0, firstEntry, entries, 0);
    if (edit != null) {
      edit.copyTo(entries, firstEntry);
    }
    right.copyTo(afterEntry, behind, entries, firstEntry + added);
    Entries.setKey(entries, total, right.end());
    int most = sizes.most();
    int pieces = (total + most - 1) / most;
    boolean appended = edit != null && behind == 0 && last == directory.size() - 1;
    boolean prepended = edit != null && firstEntry == 0 && first == 0;
    boolean grows = first == last && left.count() > 1 && total > left.count();
    grows &= pieces == 1 || (pieces == 2 && !appended && !prepended);
    Leaf[] leaves = new Leaf[pieces];
    int from = 0;
    for (int i = 0; i < pieces; i++) {
      int to;
      if (appended) {
        to = Math.min(total, from + most); // what stays behind is full
      } else if (prepended) {
        to = total - (pieces - 1 - i) * most;
      } else {
        to = (int) ((long) total * (i + 1) / pieces);
      }
      Room room = budget.rooms().take(sizes.capacityFor(to - from, grows));
      leaves[i] = new Leaf(room, entries, from, to - from, Entries.key(entries, to));
      from = to;
    }
    budget.rooms().giveScratch(entries);
    replaceLeaves(first, last + 1, leaves);
  }

  private void replaceLeaves(int from, int to, Leaf[] added) {
    Directory old = directory;
    boolean sameRange = added.length == 1 && to - from == 1 && old != Directory.NOTHING;
    Directory next = sameRange ? old : old.with(from, to, added);
    boolean nothing = next.size() == 1 && added[0].knowsNothing();
    long delta = 0;
    for (Leaf leaf : added) {
      delta += leaf.bytes();
    }
    if (old != Directory.NOTHING) {
      for (int i = from; i < to; i++) {
        delta -= old.leaf(i).bytes();
        retire(old.leaf(i)); // nobody sees the old state once somebody sees the new one
      }
    }
    if (nothing) {
      publish(Directory.NOTHING);
    } else if (sameRange) {
      old.replace(from, added[0]);
    } else {
      publish(next);
    }
    charge(nothing ? -leafBytes : delta);
  }

  private void retire(Leaf leaf) {
    leaf.retire();
    if (sizes.isUsual(leaf.room().capacity())) {
      budget.rooms().give(leaf.room());
    }
  }

  private void publish(Directory next) {
    assert esLock.isHeldByCurrentThread();
    DIRECTORY.setRelease(this, next);
  }

  private void charge(long delta) {
    leafBytes += delta;
    if (delta != 0 && account != null) {
      budget.charge(account, leafBytes);
    }
  }

  private void joinIfSparse(int i) {
    int count = directory.leaf(i).count();
    if (count > sizes.most() / SPARSE_PART || directory.size() == 1) {
      return;
    }
    int left = i > 0 ? i - 1 : i;
    int leftCount = directory.leaf(left).count();
    if (leftCount + directory.leaf(left + 1).count() <= sizes.most() / 2) {
      rebuild(left, leftCount, left + 1, 0, null);
    }
  }

  /** The first block of {@code [from, to)} of which nothing is known, or {@code to}. */
  private long nextUnknown(long from, long to) {
    return nextBoundary(from, to, true);
  }

  /** The first block of {@code [from, to)} of which something is known, or {@code to}. */
  private long nextKnown(long from, long to) {
    return nextBoundary(from, to, false);
  }

  private long nextBoundary(long from, long to, boolean wantUnknown) {
    long lblk = from;
    while (lblk < to) {
      Leaf leaf = directory.leafOf(lblk);
      for (int i = leaf.indexOf(lblk); i < leaf.count() && lblk < to; i++) {
        long key = leaf.key(i);
        long word = leaf.word(i);
        long end = leaf.intervalEnd(i);
        long knownEnd =
            EntryWord.isHoleAfter(word) ? end : key + EntryWord.runLength(word, end - key);
        if (wantUnknown ? knownEnd < end : lblk < knownEnd) {
          return Math.min(to, wantUnknown ? Math.max(lblk, knownEnd) : lblk);
        }
        lblk = end;
      }
    }
    return to;
  }

  /**
   * Forgets leaves until about {@code wantedBytes} are free, going on where the last sweep stopped,
   * once round at most. Any thread, with no lock but the budget's.
   *
   * @param polite true to take the mark from a leaf that was looked at, instead of the leaf
   */
  void evict(long wantedBytes, boolean polite) {
    esLock.lock();
    try {
      if (directory == Directory.NOTHING) {
        return;
      }
      boolean[] evicted = new boolean[directory.size()];
      int start = directory.indexOf(sweepLblk);
      long freed = 0;
      int next = start;
      for (int visits = evicted.length; visits > 0 && freed < wantedBytes; visits--) {
        Leaf leaf = directory.leaf(next);
        boolean spared = leaf.takeReferenced() && polite;
        if (!spared && !leaf.knowsNothing()) {
          evicted[next] = true;
          freed += leaf.bytes();
        }
        next = (next + 1) % evicted.length;
      }
      sweepLblk = directory.leaf(next).key(0);
      if (freed > 0) {
        dropLeaves(evicted);
      }
    } finally {
      esLock.unlock();
    }
  }

  /** Puts one leaf that knows nothing in the place of each row of evicted ones. */
  private void dropLeaves(boolean[] evicted) {
    Directory old = directory;
    List<Leaf> kept = new ArrayList<>();
    for (int i = 0; i < evicted.length; i++) {
      if (!evicted[i] && !old.leaf(i).knowsNothing()) {
        kept.add(old.leaf(i));
        continue;
      }
      long first = old.leaf(i).key(0);
      while (i + 1 < evicted.length && (evicted[i + 1] || old.leaf(i + 1).knowsNothing())) {
        i++;
      }
      kept.add(Leaf.nothing(first, old.leaf(i).end()));
    }
    boolean nothing = kept.size() == 1;
    publish(nothing ? Directory.NOTHING : Directory.of(kept.toArray(Leaf[]::new)));
    long bytes = 0;
    for (Leaf leaf : kept) {
      bytes += leaf.bytes();
    }
    for (int i = 0; i < evicted.length; i++) {
      if (evicted[i] || old.leaf(i).knowsNothing()) {
        retire(old.leaf(i));
      }
    }
    charge((nothing ? 0 : bytes) - leafBytes);
  }
}
