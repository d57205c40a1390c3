package org.ext4map.tree.extent;

import java.io.IOException;
import org.ext4map.model.ExtentState;
import org.ext4map.ondisk.ExtentNode;

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
 * Used again and again; holds nothing between {@link #finish} and {@link #begin}. The caller holds
 * dataSem exclusively.
 */
final class LeafEdit {
  /** Two neighbours, and three pieces of what was one entry. */
  private static final int MOST = 5;

  private final NodeEditor nodes;
  private final long[] lblks = new long[MOST];
  private final int[] lengths = new int[MOST];
  private final long[] pblks = new long[MOST];
  private final ExtentState[] states = new ExtentState[MOST];
  private int count;

  /** The entries {@code [first, behind)} give way, neighbours included. */
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
    count = 0;
    first = from;
    behind = to;
    if (from > 0) {
      first--;
      copy(path.leaf(), first);
    }
  }

  private void copy(ExtentNode leaf, int i) {
    add(leaf.key(i), leaf.length(i), leaf.pblk(i), leaf.state(i));
  }

  /** Adds a piece behind all that was added before; none if it is empty. */
  void add(long lblk, int length, long pblk, ExtentState state) {
    if (length == 0) {
      return;
    }
    int last = count - 1;
    if (last >= 0
        && states[last] == state
        && lblks[last] + lengths[last] == lblk
        && pblks[last] + lengths[last] == pblk
        && lengths[last] + length <= maxLength(state)) {
      lengths[last] += length;
      return;
    }
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
    int grown = close(path.leaf());
    if (path.leaf().entries() + grown > path.leaf().capacity()) {
      return false;
    }
    nodes.replace(path, first, behind, this);
    return true;
  }

  /** As {@link #finish}, but only if fewer entries are left than there were. */
  void finishIfJoined(TreePath path) throws IOException {
    if (close(path.leaf()) < 0) {
      nodes.replace(path, first, behind, this);
    }
  }

  /** Adds the neighbour behind; by how many entries the leaf grows. */
  private int close(ExtentNode leaf) {
    if (behind < leaf.entries()) {
      copy(leaf, behind);
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
