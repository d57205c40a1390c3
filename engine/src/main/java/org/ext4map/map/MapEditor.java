package org.ext4map.map;

import java.io.IOException;
import org.ext4map.alloc.AllocationRequest;
import org.ext4map.alloc.Privilege;
import org.ext4map.journal.JournalHandle;
import org.ext4map.model.BlockRange;
import org.ext4map.model.Extent;
import org.ext4map.model.ExtentState;
import org.ext4map.model.MapIntent;
import org.ext4map.model.Mapping;
import org.ext4map.model.NoSpaceException;
import org.ext4map.ondisk.Geometry;
import org.ext4map.status.ExtentStatusCache;
import org.ext4map.tree.BlockTree;
import org.ext4map.tree.LeafSink;
import org.ext4map.tree.extent.ExtentConverter;
import org.ext4map.tree.extent.ExtentEditor;

/**
 * The changing half of a {@link BlockMapper}: ext4_map_create_blocks and what takes blocks away.
 * All methods are called with dataSem held exclusively; the tree, the status cache and the inode's
 * slot agree whenever one returns.
 *
 * <p>Errors: a {@link NoSpaceException} leaves the map as it was. Any other exception that comes
 * after something was changed aborts the journal: what was half done is never made durable.
 */
final class MapEditor {
  private final BlockTree tree;
  private final long blockLimit;
  private final MapChange change;
  private final MapFormat format;
  private final MapContext context;
  private final MapOwner owner;
  private final ExtentStatusCache cache;
  private final MapCredits credits;

  MapEditor(BlockTree tree, MapContext context, MapOwner owner, ExtentStatusCache cache) {
    this.tree = tree;
    this.context = context;
    this.owner = owner;
    this.cache = cache;
    this.credits =
        MapCredits.of(context.geometry(), context.journal().maxCredits(), owner.isRegularFile());
    this.blockLimit = MapFormat.blockLimit(tree);
    this.change = new MapChange(context, owner, cache, credits, blockLimit);
    this.format = MapFormat.of(tree, context.geometry(), change.edit(), owner::sizeBlocks);
  }

  /** False if all that is mapped is readable. */
  boolean hasUnwritten() {
    return format.hasUnwritten();
  }

  MapCredits credits() {
    return credits;
  }

  /** See {@link BlockMapper#creditsForShift}. */
  int creditsForShift(long from, long to) throws IOException {
    long[] nodes = new long[1];
    tree.forEachNode(node -> ++nodes[0] < credits.mostCredits());
    Geometry geometry = context.geometry();
    long[] groups = {nodes[0]};
    tree.forEach(
        from,
        (lblk, length, pblk, state) -> {
          if (lblk < to) {
            groups[0] += geometry.groupOf(pblk + length - 1) - geometry.groupOf(pblk) + 1;
          }
          return lblk < to && groups[0] < geometry.groupCount();
        });
    return credits.forShift(tree.depth(), nodes[0], Math.min(groups[0], geometry.groupCount()));
  }

  /** One step of a change, which may stop for lack of credits. */
  @FunctionalInterface
  interface Step {
    long run() throws IOException;
  }

  /**
   * Runs {@code step} so that tree, cache and slot agree afterwards, or the journal is aborted.
   *
   * @param saves false to leave the slot to the caller
   */
  long run(JournalHandle handle, boolean saves, Step step) throws IOException {
    change.begin(handle);
    try {
      long result = step.run();
      if (saves) {
        change.save();
      } else {
        change.leaveSlot();
      }
      return result;
    } catch (NoSpaceException e) {
      change.save();
      throw e;
    } catch (IOException | RuntimeException | Error e) {
      abortIfBegun(e);
      throw e;
    } finally {
      change.end();
    }
  }

  /** Writes the slot after changes that have left it to the caller. */
  void saveSlot(JournalHandle handle) throws IOException {
    run(
        handle,
        true,
        () -> {
          change.rootChanged();
          return 0;
        });
  }

  private void abortIfBegun(Throwable cause) {
    if (change.hasBegun()) {
      context.journal().abort(cause);
    }
  }

  /** The tree of extents, to be changed inside {@link #run}. */
  ExtentEditor extents() throws IOException {
    return format.extents();
  }

  /** The cache learns what is true now. */
  void learn(Extent now) {
    cache.insert(now.lblk(), now.length(), now.pblk(), now.state());
  }

  /** What is kept for holes that may not stay where they are. */
  void discardPreallocation() {
    context.allocator().discard(owner.preallocation());
  }

  /** True if {@code found} is what a request of {@code intent} wants. */
  static boolean isEnough(MapIntent intent, Mapping found) {
    return switch (found.state()) {
      case WRITTEN -> intent != MapIntent.TO_UNWRITTEN;
      case UNWRITTEN -> intent == MapIntent.CREATE_UNWRITTEN || intent == MapIntent.TO_UNWRITTEN;
      case HOLE, DELAYED -> false;
    };
  }

  /** Fills {@code out} with what is mapped once the request is met; at most {@code len} blocks. */
  void change(
      JournalHandle handle, MapIntent intent, long lblk, int len, Mapping out, boolean saves)
      throws IOException {
    tree.find(lblk, out, LeafSink.NONE); // somebody may have been here since we looked
    if (isEnough(intent, out)) {
      out.clip(len);
      return;
    }
    run(
        handle,
        saves,
        () -> {
          if (out.state().isMapped()) {
            convert(intent, lblk, Math.min(len, out.length()), out);
          } else {
            allocate(intent, lblk, Math.min(len, out.length()), out);
          }
          cache.insert(lblk, out.length(), out.pblk(), out.state());
          return 0;
        });
  }

  /**
   * CONVERT_DIO where there can be unwritten blocks, without a look first; leaves the slot to the
   * caller.
   */
  void convert(JournalHandle handle, long lblk, int len, Mapping out) throws IOException {
    change.begin(handle);
    try {
      format.converter().afterIo(lblk, len, out);
      cache.insert(lblk, out.length(), out.pblk(), out.state());
      change.leaveSlot();
    } catch (NoSpaceException e) {
      change.save();
      throw e;
    } catch (IOException | RuntimeException | Error e) {
      abortIfBegun(e);
      throw e;
    } finally {
      change.end();
    }
  }

  private void convert(MapIntent intent, long lblk, int len, Mapping out) throws IOException {
    ExtentConverter converter = format.converter();
    switch (intent) {
      case CREATE -> {
        converter.forWrite(lblk, len, out);
        out.markNew();
      }
      case PREPARE_DIO -> {
        converter.isolate(lblk, len, out);
        out.markNew();
      }
      case CONVERT_DIO -> converter.afterIo(lblk, len, out);
      case TO_UNWRITTEN -> converter.toUnwritten(lblk, len, out);
      case LOOKUP, CREATE_UNWRITTEN -> throw new AssertionError(intent);
    }
  }

  private void allocate(MapIntent intent, long lblk, int len, Mapping hole) throws IOException {
    if (intent == MapIntent.CONVERT_DIO) {
      throw new IllegalArgumentException("block " + lblk + " is a hole, allowed mapped blocks");
    }
    ExtentState state = intent == MapIntent.CREATE ? ExtentState.WRITTEN : ExtentState.UNWRITTEN;
    if (state == ExtentState.UNWRITTEN && !format.hasUnwritten()) {
      format.converter(); // refuses by name
    }
    int wanted = Math.min(len, format.longestRun(lblk));
    BlockRange blocks = change.allocate(request(lblk, wanted, hole));
    if (state == ExtentState.WRITTEN && owner.isRegularFile()) {
      change.zero(blocks.start(), blocks.length());
    }
    int length = (int) blocks.length();
    try {
      format.insert(new Extent(lblk, length, blocks.start(), state));
    } catch (NoSpaceException e) {
      discardPreallocation();
      change.free(blocks.start(), length);
      throw e;
    }
    hole.setMapped(lblk, length, blocks.start(), state);
    hole.markNew();
  }

  private AllocationRequest request(long lblk, int wanted, Mapping hole) throws IOException {
    boolean data = owner.isRegularFile();
    long goal = format.goal(lblk, context.allocator().goalFor(owner.ino(), data));
    return data
        ? new AllocationRequest(
            owner.ino(),
            lblk,
            wanted,
            goal,
            true,
            Math.max(owner.sizeBlocks(), lblk + wanted),
            lblk,
            lblk + hole.length(),
            Privilege.SUPER_USER,
            blockLimit)
        : AllocationRequest.metadata(owner.ino(), goal, Privilege.SUPER_USER, blockLimit);
  }

  /**
   * Takes {@code [from, to)} out of the file as far as the handle reaches.
   *
   * @return where the rest ends; {@code from} if there is none
   */
  long remove(JournalHandle handle, long from, long to) throws IOException {
    discardPreallocation();
    return run(handle, false, () -> format.remove(from, to));
  }

  /**
   * As {@link #remove}, but at most one entry and {@link MapCredits#pieceBlocks} of it, from the
   * beginning.
   *
   * @return where the rest begins; {@code to} if there is none
   */
  long removePiece(JournalHandle handle, long from, long to) throws IOException {
    Mapping found = new Mapping();
    for (long lblk = from; lblk < to; lblk += found.length()) {
      tree.find(lblk, found, LeafSink.NONE);
      if (found.state().isMapped()) {
        long end = Math.min(to, lblk + Math.min(credits.pieceBlocks(), found.length()));
        return remove(handle, lblk, end) > lblk ? lblk : end;
      }
    }
    return to;
  }

  /** Moves what lies from {@code from} on towards the beginning; where the rest begins. */
  long shiftLeft(JournalHandle handle, long from, long by) throws IOException {
    discardPreallocation();
    return run(handle, false, () -> extents().shiftLeft(from, by));
  }

  /** Moves what lies in {@code [from, to)} towards the end; where the rest ends. */
  long shiftRight(JournalHandle handle, long from, long to, long by) throws IOException {
    discardPreallocation();
    return run(handle, false, () -> extents().shiftRight(from, to, by));
  }
}
