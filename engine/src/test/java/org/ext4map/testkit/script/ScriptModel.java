package org.ext4map.testkit.script;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.StringTokenizer;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a script should lead to: a tree of names, bytes and block states in plain collections. Knows
 * no lack of space. Not thread-safe.
 */
public final class ScriptModel {
  private static final int MAX_SYMLINKS = 40;

  /** An error on the way. */
  private static final class Refusal extends Exception {
    private static final long serialVersionUID = 1;
    private final Outcome outcome;

    Refusal(Outcome outcome) {
      super(outcome.name());
      this.outcome = outcome;
    }
  }

  /** One inode: a directory if it has children, a link if it has a target, else a file. */
  static final class Node {
    final int id;
    final @Nullable SortedMap<String, Node> children;
    final @Nullable String target;
    final FileModel file;
    int links;

    Node(
        int id,
        @Nullable SortedMap<String, Node> children,
        @Nullable String target,
        FileModel file) {
      this.id = id;
      this.children = children;
      this.target = target;
      this.file = file;
      this.links = children == null ? 1 : 2;
    }

    boolean isFile() {
      return children == null && target == null;
    }
  }

  /** A directory and a name that may be in it. */
  private record Place(Node parent, SortedMap<String, Node> siblings, String name) {
    @Nullable Node node() {
      return siblings.get(name);
    }
  }

  private final int blockSize;
  private final boolean extents;
  private final Node root;
  private int nextId;

  /**
   * An empty file system.
   *
   * @param extents false if files have block pointers, which know holes alone
   */
  public ScriptModel(int blockSize, boolean extents) {
    this(blockSize, extents, 0);
    this.nextId = 1;
  }

  private ScriptModel(int blockSize, boolean extents, int rootId) {
    this.blockSize = blockSize;
    this.extents = extents;
    this.root = new Node(rootId, new TreeMap<>(), null, new FileModel(blockSize));
    this.root.links = 3; // lost+found
  }

  /** The same once more, inodes with their numbers. */
  public ScriptModel copy() {
    ScriptModel copy = new ScriptModel(blockSize, extents, root.id);
    copy.nextId = nextId;
    copy.root.links = root.links;
    Map<Node, Node> twins = new HashMap<>();
    copyInto(root, copy.root, twins);
    return copy;
  }

  private static void copyInto(Node from, Node to, Map<Node, Node> twins) {
    SortedMap<String, Node> source = childrenOf(from);
    for (Map.Entry<String, Node> entry : source.entrySet()) {
      Node child = entry.getValue();
      Node twin = twins.get(child);
      if (twin == null) {
        SortedMap<String, Node> children = child.children == null ? null : new TreeMap<>();
        twin = new Node(child.id, children, child.target, child.file.copy());
        twin.links = child.links;
        twins.put(child, twin);
        if (children != null) {
          copyInto(child, twin, twins);
        }
      }
      childrenOf(to).put(entry.getKey(), twin);
    }
  }

  private static SortedMap<String, Node> childrenOf(Node directory) {
    return Objects.requireNonNull(directory.children);
  }

  // ---- names -----------------------------------------------------------------------------------

  /** Without dots; two dots are not known here. */
  private static Deque<String> words(String path) {
    Deque<String> words = new ArrayDeque<>();
    for (StringTokenizer tokens = new StringTokenizer(path, "/"); tokens.hasMoreTokens(); ) {
      String word = tokens.nextToken();
      if (!word.equals(".")) {
        words.add(word);
      }
    }
    return words;
  }

  private Place place(String path) throws Refusal {
    Deque<String> rest = words(path);
    Node way = root;
    for (int links = 0; rest.size() > 1; ) {
      String word = rest.removeFirst();
      Node next = childrenOf(way).get(word);
      if (next == null) {
        throw new Refusal(Outcome.ENOENT);
      } else if (next.target != null) {
        if (++links > MAX_SYMLINKS) {
          throw new Refusal(Outcome.ELOOP);
        }
        prepend(rest, next.target);
      } else if (next.children == null) {
        throw new Refusal(Outcome.ENOTDIR);
      } else {
        way = next;
      }
    }
    return new Place(way, childrenOf(way), rest.removeFirst());
  }

  private static void prepend(Deque<String> rest, String target) {
    List<String> words = new ArrayList<>(words(target));
    for (int i = words.size() - 1; i >= 0; i--) {
      rest.addFirst(words.get(i));
    }
  }

  /** The inode behind a path, links followed to the end. */
  private Node follow(String path) throws Refusal {
    String now = path;
    for (int links = 0; links <= MAX_SYMLINKS; links++) {
      Place place = place(now);
      Node node = place.node();
      if (node == null) {
        throw new Refusal(Outcome.ENOENT);
      } else if (node.target == null) {
        return node;
      }
      now = now.substring(0, now.lastIndexOf('/') + 1) + node.target;
    }
    throw new Refusal(Outcome.ELOOP);
  }

  private Node present(Place place) throws Refusal {
    Node node = place.node();
    if (node == null) {
      throw new Refusal(Outcome.ENOENT);
    }
    return node;
  }

  private static void require(boolean condition, Outcome otherwise) throws Refusal {
    if (!condition) {
      throw new Refusal(otherwise);
    }
  }

  // ---- operations ------------------------------------------------------------------------------

  /** Does one operation, or nothing. */
  public Outcome run(Operation operation) {
    try {
      if (operation.kind().isOfNames()) {
        changeNames(operation);
      } else {
        switch (operation.kind()) {
          case SYNC, REOPEN -> {}
          case FSYNC, FDATASYNC -> follow(operation.path());
          case SWAP -> swap(operation);
          default -> changeFile(operation);
        }
      }
      return Outcome.OK;
    } catch (Refusal refusal) {
      return refusal.outcome;
    }
  }

  private void changeNames(Operation operation) throws Refusal {
    switch (operation.kind()) {
      case CREATE -> add(operation.path(), null, null);
      case MKDIR -> add(operation.path(), new TreeMap<>(), null);
      case SYMLINK -> add(operation.path(), null, operation.other());
      case LINK -> {
        Node node = present(place(operation.path()));
        Place place = place(operation.other());
        require(place.node() == null, Outcome.EEXIST);
        require(node.children == null, Outcome.EPERM);
        place.siblings().put(place.name(), node);
        node.links++;
      }
      case UNLINK -> {
        Place place = place(operation.path());
        require(present(place).children == null, Outcome.EISDIR);
        drop(place);
      }
      case RMDIR -> {
        Place place = place(operation.path());
        SortedMap<String, Node> children = present(place).children;
        require(children != null, Outcome.ENOTDIR);
        require(children == null || children.isEmpty(), Outcome.ENOTEMPTY);
        drop(place);
      }
      default -> rename(place(operation.path()), place(operation.other()));
    }
  }

  private void add(String path, @Nullable SortedMap<String, Node> children, @Nullable String target)
      throws Refusal {
    Place place = place(path);
    require(place.node() == null, Outcome.EEXIST);
    place
        .siblings()
        .put(place.name(), new Node(nextId++, children, target, new FileModel(blockSize)));
    place.parent().links += children == null ? 0 : 1;
  }

  private void drop(Place place) {
    Node node = place.siblings().remove(place.name());
    if (node != null) {
      node.links--;
      place.parent().links -= node.children == null ? 0 : 1;
    }
  }

  private void rename(Place from, Place to) throws Refusal {
    Node node = present(from);
    require(!contains(node, to.parent()), Outcome.EINVAL);
    Node there = to.node();
    if (there != null) {
      require(!contains(there, from.parent()), Outcome.ENOTEMPTY);
      if (there == node) {
        return;
      }
      SortedMap<String, Node> children = there.children;
      require(node.children == null || children != null, Outcome.ENOTDIR);
      require(node.children != null || children == null, Outcome.EISDIR);
      require(children == null || children.isEmpty(), Outcome.ENOTEMPTY);
      drop(to);
    }
    from.siblings().remove(from.name());
    to.siblings().put(to.name(), node);
    if (node.children != null) {
      from.parent().links--;
      to.parent().links++;
    }
  }

  private static boolean contains(Node node, Node wanted) {
    if (node == wanted) {
      return true;
    }
    SortedMap<String, Node> children = node.children;
    return children != null
        && children.values().stream().anyMatch(child -> contains(child, wanted));
  }

  private void changeFile(Operation operation) throws Refusal {
    Node node = follow(operation.path());
    require(node.children == null, Outcome.EISDIR);
    FileModel file = node.file;
    int at = (int) operation.offset();
    int length = (int) operation.length();
    switch (operation.kind()) {
      case WRITE -> file.write(at, operation.data());
      case TRUNCATE -> file.truncate(length);
      case PUNCH -> file.punch(at, length);
      default -> {
        require(extents, Outcome.EOPNOTSUPP);
        changeSpace(file, operation.kind(), at, length);
      }
    }
  }

  private void changeSpace(FileModel file, Operation.Kind kind, int at, int length) throws Refusal {
    switch (kind) {
      case FALLOC -> file.allocate(at, length, false);
      case FALLOC_KEEP -> file.allocate(at, length, true);
      case ZERO -> file.zero(at, length, false);
      case ZERO_KEEP -> file.zero(at, length, true);
      case COLLAPSE -> {
        require(isWholeBlocks(at, length) && file.mayCollapse(at, length), Outcome.EINVAL);
        file.collapse(at, length);
      }
      case INSERT -> {
        require(isWholeBlocks(at, length) && file.mayInsert(at), Outcome.EINVAL);
        file.insert(at, length);
      }
      default -> {}
    }
  }

  private void swap(Operation operation) throws Refusal {
    Node donor = follow(operation.other());
    Node node = follow(operation.path());
    require(node.children == null && donor.children == null, Outcome.EISDIR);
    require(node != donor, Outcome.EINVAL);
    require(extents, Outcome.EOPNOTSUPP);
    int at = (int) operation.offset() / blockSize;
    int blocks = (int) operation.length() / blockSize;
    require(node.file.maySwap(donor.file, at, at, blocks), Outcome.EINVAL);
    node.file.swap(donor.file, at, at, blocks);
  }

  private boolean isWholeBlocks(int at, int length) {
    return at % blockSize == 0 && length % blockSize == 0;
  }

  // ---- what there is ---------------------------------------------------------------------------

  Node root() {
    return root;
  }

  /** What a path leads to, links followed; null if to nothing. */
  @Nullable Node find(String path) {
    try {
      return follow(path);
    } catch (Refusal absent) {
      return null;
    }
  }

  /** All names but {@code /}, with what they lead to. */
  SortedMap<String, Node> nodes() {
    SortedMap<String, Node> nodes = new TreeMap<>();
    collect("", root, nodes);
    return nodes;
  }

  private static void collect(String path, Node directory, SortedMap<String, Node> nodes) {
    for (Map.Entry<String, Node> entry : childrenOf(directory).entrySet()) {
      String child = path + "/" + entry.getKey();
      nodes.put(child, entry.getValue());
      if (entry.getValue().children != null) {
        collect(child, entry.getValue(), nodes);
      }
    }
  }

  /** What a user of the file system would see. */
  public Listing listing() {
    SortedMap<String, Listing.Entry> entries = new TreeMap<>();
    entries.put("/", new Listing.Entry("dir", root.links, 0, "", "", ""));
    nodes().forEach((path, node) -> entries.put(path, entry(node)));
    return new Listing(entries);
  }

  private static Listing.Entry entry(Node node) {
    if (node.children != null) {
      return new Listing.Entry("dir", node.links, 0, "", "", "");
    } else if (node.target != null) {
      int length = node.target.getBytes(StandardCharsets.UTF_8).length;
      return new Listing.Entry("symlink", node.links, length, node.target, "", "");
    }
    FileModel file = node.file;
    byte[] bytes = file.bytes();
    return new Listing.Entry(
        "file", node.links, bytes.length, Listing.hash(bytes), file.map(), file.data());
  }
}
