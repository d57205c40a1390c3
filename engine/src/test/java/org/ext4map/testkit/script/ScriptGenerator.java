package org.ext4map.testkit.script;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Predicate;
import org.ext4map.testkit.script.Operation.Kind;
import org.ext4map.testkit.script.ScriptModel.Node;

/**
 * Makes scripts from a seed: few names, little room in each file, so that operations meet. Follows
 * along in a model, so that most operations are possible; some are not, on purpose.
 */
public final class ScriptGenerator {
  private static final String[] DIRECTORIES = {"", "", "/d", "/d/e", "/g"};
  private static final String[] DIRECTORY_NAMES = {"d", "e", "g"};
  private static final String[] NAMES = {"a", "b", "c", "f", "h", "long-name-of-a-file"};

  /** One operation in so many goes to a name that may not be there. */
  private static final int ASTRAY = 15;

  private final SplittableRandom random;
  private final int blockSize;
  private final int spanBlocks;
  private final Predicate<Kind> allowed;
  private final ScriptModel model;
  private int serial;

  /**
   * A generator.
   *
   * @param model what is there at the start; follows the script
   * @param spanBlocks how far files reach, mostly
   * @param allowed kinds of operations that may be in the script
   */
  public ScriptGenerator(
      long seed, ScriptModel model, int blockSize, int spanBlocks, Predicate<Kind> allowed) {
    this.random = new SplittableRandom(seed);
    this.model = model;
    this.blockSize = blockSize;
    this.spanBlocks = spanBlocks;
    this.allowed = allowed;
  }

  private static int weight(Kind kind) {
    return switch (kind) {
      case WRITE -> 40;
      case TRUNCATE, FALLOC, PUNCH -> 8;
      case ZERO, COLLAPSE, INSERT, CREATE, RENAME, FSYNC -> 6;
      case FALLOC_KEEP, ZERO_KEEP, UNLINK -> 4;
      case LINK, SYMLINK, MKDIR, SWAP -> 3;
      case FDATASYNC, SYNC, RMDIR -> 2;
      case UNSHARE, REOPEN -> 1;
    };
  }

  /** A script of so many operations, which the model has done when this returns. */
  public OperationScript script(int length) {
    List<Operation> operations = new ArrayList<>();
    while (operations.size() < length) {
      Operation next = next();
      model.run(next);
      operations.add(next);
    }
    return new OperationScript(operations);
  }

  /** One operation, which the model has not done yet. */
  Operation next() {
    Kind kind = kind();
    return switch (kind) {
      case SYNC, REOPEN -> Operation.of(kind);
      case CREATE, MKDIR -> Operation.of(kind, fresh());
      case SYMLINK -> Operation.of(kind, target(), fresh());
      case LINK -> Operation.of(kind, present(node -> node.children == null), fresh());
      case RENAME ->
          Operation.of(
              kind, present(node -> true), random.nextBoolean() ? fresh() : present(node -> true));
      case UNLINK -> Operation.of(kind, present(node -> node.children == null));
      case RMDIR -> Operation.of(kind, present(node -> node.children != null));
      case FSYNC, FDATASYNC -> Operation.of(kind, present(Node::isFile));
      case TRUNCATE -> Operation.truncate(present(Node::isFile), offset(false));
      case SWAP -> swap();
      default -> ofRange(kind);
    };
  }

  private Kind kind() {
    List<Kind> drum = new ArrayList<>();
    for (Kind kind : Kind.values()) {
      if (allowed.test(kind)) {
        drum.addAll(Collections.nCopies(weight(kind), kind));
      }
    }
    return drum.get(random.nextInt(drum.size()));
  }

  private Operation ofRange(Kind kind) {
    String path = present(node -> node.children == null);
    boolean shifts = kind == Kind.COLLAPSE || kind == Kind.INSERT;
    boolean wholeBlocks = shifts ? random.nextInt(ASTRAY) != 0 : random.nextBoolean();
    long length = 1L + random.nextInt(spanBlocks * blockSize / 4);
    if (random.nextInt(3) == 0) {
      length = 1L + random.nextInt(2 * blockSize);
    }
    if (wholeBlocks) {
      length = (length + blockSize - 1) / blockSize * blockSize;
    }
    int salt = Math.floorMod(path.hashCode(), Operation.ALPHABETS) + Operation.ALPHABETS * serial++;
    return Operation.of(kind, path, offset(wholeBlocks), length, salt);
  }

  private Operation swap() {
    String path = present(Node::isFile);
    String other = present(Node::isFile);
    long from = (long) random.nextInt(spanBlocks / 4) * blockSize;
    long length = (1L + random.nextInt(spanBlocks / 4)) * blockSize;
    return new Operation(Kind.SWAP, path, other, from, length, 0);
  }

  private long offset(boolean wholeBlocks) {
    int span = random.nextInt(40) == 0 ? 8 * spanBlocks : spanBlocks;
    long at = random.nextInt(span * blockSize);
    return wholeBlocks ? at / blockSize * blockSize : at;
  }

  /** A path that leads to something of this kind, if there is one. */
  private String present(Predicate<Node> wanted) {
    List<String> paths = new ArrayList<>();
    model
        .nodes()
        .forEach(
            (path, node) -> {
              if (wanted.test(node)) {
                paths.add(path);
              }
            });
    return paths.isEmpty() || (allowed.test(Kind.CREATE) && random.nextInt(ASTRAY) == 0)
        ? fresh()
        : paths.get(random.nextInt(paths.size()));
  }

  /** A path that may lead to nothing yet. */
  private String fresh() {
    String directory = DIRECTORIES[random.nextInt(DIRECTORIES.length)];
    String[] names = random.nextInt(3) == 0 ? DIRECTORY_NAMES : NAMES;
    return directory + "/" + names[random.nextInt(names.length)];
  }

  /**
   * The text of a symbolic link: short, or too long to stand in the inode. It leads upwards
   * nowhere, or the kernel would follow it out of the mounted tree.
   */
  private String target() {
    String name = random.nextInt(4) == 0 ? "d/a" : NAMES[random.nextInt(NAMES.length)];
    return random.nextInt(4) == 0 ? "./".repeat(30 + random.nextInt(40)) + name : name;
  }
}
