package org.ext4map.tree.extent;

import java.io.IOException;
import java.util.Objects;
import org.ext4map.model.ExtentState;
import org.ext4map.ondisk.ExtentNode;
import org.jspecify.annotations.Nullable;

/**
 * A change inside one leaf, made in one go: some entries give way to others, which join with each
 * other and with the neighbours where they continue each other. Nearly every change of a tree is
 * one, for a leaf has room for hundreds.
 *
 * <pre>
 *   leaf     | 0-1:W@100 | 2-7:U@102 | 9-9:W@300 |
 *   begin at 1, behind 2;  add 2-2:W@102;  add 3-7:U@103
 *   leaf     | 0-2:W@100 | 3-7:U@103 | 9-9:W@300 |
 * </pre>
 *
 * Used again and again; nothing counts between {@link #finish} and {@link #begin}. The caller holds
 * dataSem exclusively.
 */
final class LeafEdit {
  /** Three pieces of what was one entry. */
  private static final int MOST = 3;

  private final NodeEditor nodes;
  private final long[] lblks = new long[MOST];
  private final int[] lengths = new int[MOST];
  private final long[] pblks = new long[MOST];
  private final ExtentState[] states = new ExtentState[MOST];
  private int count;
  private @Nullable ExtentNode leaf;

  /** The entries {@code [first, behind)} give way, neighbours that are joined included. */
  private int first;

  private int behind;

  LeafEdit(NodeEditor nodes) {
    this.nodes = nodes;
  }

  /** Blocks that an entry of that state can have. */
  static int maxLength(ExtentState state) {
    return state == ExtentState.WRITTEN
        ? ExtentNode.MAX_WRITTEN_LENGTH
        : ExtentNode.MAX_UNWRITTEN_LENGTH;
  }

  /** Begins to replace entries {@code [from, to)} of the path's leaf; they may be none. */
  void begin(TreePath path, int from, int to) {
    leaf = path.leaf();
    count = 0;
    first = from;
    behind = to;
  }

  /** Adds a piece behind all that was added before; none if it is empty. */
  void add(long lblk, int length, long pblk, ExtentState state) {
    if (length == 0) {
      return;
    }
    if (count == 0 && first > 0) {
      joinBefore(lblk, length, pblk, state);
    }
    if (count == 0 || !joinLast(lblk, length, pblk, state)) {
      push(lblk, length, pblk, state);
    }
  }

  /** Makes a run the end of the last piece, if it continues that. */
  private boolean joinLast(long lblk, int length, long pblk, ExtentState state) {
    int last = count - 1;
    if (states[last] != state
        || lblks[last] + lengths[last] != lblk
        || pblks[last] + lengths[last] != pblk
        || lengths[last] + length > maxLength(state)) {
      return false;
    }
    lengths[last] += length;
    return true;
  }

  private ExtentNode leaf() {
    return Objects.requireNonNull(leaf, "begin comes first");
  }

  /** Begins with the entry before, if the piece continues that. */
  private void joinBefore(long lblk, int length, long pblk, ExtentState state) {
    ExtentNode node = leaf();
    int i = first - 1;
    int before = node.length(i);
    if (node.state(i) == state
        && node.key(i) + before == lblk
        && node.pblk(i) + before == pblk
        && before + length <= maxLength(state)) {
      push(node.key(i), before, node.pblk(i), state);
      first = i;
    }
  }

  private void push(long lblk, int length, long pblk, ExtentState state) {
    lblks[count] = lblk;
    lengths[count] = length;
    pblks[count] = pblk;
    states[count] = state;
    count++;
  }

  /**
   * Puts the pieces in their place.
   *
   * @return false if the leaf has no room for them; nothing has changed
   */
  boolean finish(TreePath path) throws IOException {
    int grown = joinBehind();
    if (leaf().entries() + grown > leaf().capacity()) {
      return false;
    }
    nodes.replace(path, first, behind, this);
    return true;
  }

  /** As {@link #finish}, but only if fewer entries are left than there were. */
  void finishIfJoined(TreePath path) throws IOException {
    if (joinBehind() < 0) {
      nodes.replace(path, first, behind, this);
    }
  }

  /**
   * Joins the entry behind, if that continues the last piece; by how many entries the leaf grows.
   */
  private int joinBehind() {
    ExtentNode node = leaf();
    ExtentState last = states[count - 1];
    if (behind < node.entries()
        && node.state(behind) == last // most are not, and are read no further
        && joinLast(node.key(behind), node.length(behind), node.pblk(behind), last)) {
      behind++;
    }
    return count - (behind - first);
  }

  /** Entries that are to be stored. */
  int count() {
    return count;
  }

  /** The first logical block of the first one. */
  long firstLblk() {
    return lblks[0];
  }

  /** Stores them in {@code leaf} from entry {@code i} on. */
  void store(ExtentNode leaf, int i) {
    for (int k = 0; k < count; k++) {
      leaf.setExtent(i + k, lblks[k], lengths[k], pblks[k], states[k]);
    }
  }
}
