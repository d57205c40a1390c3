package org.ext4map.testkit.script;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import org.ext4map.device.BlockDevice;
import org.ext4map.testkit.script.Operation.Kind;
import org.ext4map.testkit.script.ScriptModel.Node;
import org.jspecify.annotations.Nullable;

/**
 * A script that was run, and what may be found after a crash in its midst.
 *
 * <p>Names: all together are what they were after some number of operations, no fewer than a sync
 * has promised, no more than had begun. A file's bytes: what they were after some number of
 * operations, again between promise and begin. Where operations in between change bytes in place or
 * in steps (write, zero, punch, truncate inside a block) each byte may be of another moment. Where
 * blocks of one file were moved as well since the promise (collapse, insert), a later write in
 * place may be seen where the block was before: each byte is one of this file's letters, or 0. At
 * no time does a file show a byte of another, or of free space.
 */
public final class CrashHistory {
  /** What is durable after so many operations. */
  private record Promise(int operations, Set<Integer> files, boolean everything) {}

  /**
   * Between which moments an image must be.
   *
   * @param promised promises that had been made
   * @param least so many operations are there in full, promised or not
   * @param begun so many operations had begun
   */
  public record Window(int promised, int least, int begun) {}

  private final OperationScript script;

  /** After i operations. */
  private final List<ScriptModel> models = new ArrayList<>();

  private final List<SortedMap<String, Node>> nodes = new ArrayList<>();
  private final List<SortedMap<String, String>> names = new ArrayList<>();

  /** How operation i has to end. */
  private final List<Outcome> outcomes = new ArrayList<>();

  private final List<Promise> promises = new ArrayList<>();

  /** Events of the device before operation i began. */
  private final List<Integer> begins = new ArrayList<>();

  /** What the device has logged so far. */
  @FunctionalInterface
  public interface Position {
    /** Events. */
    int events();
  }

  /** Of a script that starts from {@code start}. */
  public CrashHistory(ScriptModel start, OperationScript script) {
    this.script = script;
    keep(start.copy());
    for (Operation operation : script.operations()) {
      Set<Integer> files = filesOf(operation);
      ScriptModel next = now().copy();
      outcomes.add(next.run(operation));
      keep(next);
      if (operation.kind().isPromise() && outcomes.get(outcomes.size() - 1) == Outcome.OK) {
        boolean all = operation.kind() == Kind.SYNC || operation.kind() == Kind.REOPEN;
        promises.add(new Promise(outcomes.size(), files, all));
      }
    }
  }

  private ScriptModel now() {
    return models.get(models.size() - 1);
  }

  private void keep(ScriptModel model) {
    models.add(model);
    nodes.add(model.nodes());
    names.add(FoundFiles.in(model).names());
  }

  private Set<Integer> filesOf(Operation operation) {
    Set<Integer> files = new HashSet<>();
    for (String path : List.of(operation.path(), operation.other())) {
      Node node = path.startsWith("/") ? now().find(path) : null;
      if (node != null) {
        files.add(node.id);
      }
    }
    return files;
  }

  /** What was run. */
  public OperationScript script() {
    return script;
  }

  /** Promises made by the first {@code operations} operations. */
  public int promisesBefore(int operations) {
    return (int) promises.stream().filter(it -> it.operations() <= operations).count();
  }

  /**
   * Runs the script on the image on {@code device} and closes the image.
   *
   * @param position where the device's log is
   * @param promise called when something has become durable
   * @throws IOException if an operation fails for a reason that the model does not know
   */
  public void run(BlockDevice device, Position position, Runnable promise) throws IOException {
    ImageTarget target = new ImageTarget(device);
    begins.clear();
    for (int i = 0; i < script.operations().size(); i++) {
      begins.add(position.events());
      runOne(target, i);
      if (promisesBefore(i + 1) > promisesBefore(i)) {
        promise.run();
      }
    }
    target.close();
  }

  /** Runs operation {@code index}, which must end as the model says. */
  void runOne(ImageTarget target, int index) throws IOException {
    Operation operation = script.operations().get(index);
    Outcome outcome = target.run(operation);
    assertThat(outcome.agreesWith(outcomes.get(index)))
        .as("operation " + index + ": " + operation + ": " + outcome + ", " + outcomes.get(index))
        .isTrue();
  }

  /** Operations that had begun when the device had logged so many events. */
  public int begunAt(int events) {
    int count = 0;
    while (count < begins.size() && begins.get(count) < events) {
      count++;
    }
    return count;
  }

  /** What is wrong with {@code found}; null if nothing. */
  @Nullable String problemOf(FoundFiles found, Window window) {
    int leastNames = window.least();
    for (Promise promise : promises.subList(0, window.promised())) {
      leastNames = Math.max(leastNames, namesOf(promise));
    }
    String problem = null;
    for (int moment = window.begun(); moment >= leastNames; moment--) {
      if (names.get(moment).equals(found.names())) {
        problem = problemOfBytes(found, moment, window);
        if (problem == null) {
          return null;
        }
      }
    }
    return problem != null
        ? problem
        : "names of no moment in " + leastNames + ".." + window.begun() + ": " + found.names();
  }

  /** Operations after which the names of what was promised do not change up to the promise. */
  private int namesOf(Promise promise) {
    if (promise.everything()) {
      return promise.operations();
    }
    int least = 0;
    for (int i = 1; i <= promise.operations(); i++) {
      for (int file : promise.files()) {
        if (!pathsOf(file, i).equals(pathsOf(file, i - 1))) {
          least = i;
        }
      }
    }
    return least;
  }

  private List<String> pathsOf(int file, int moment) {
    List<String> paths = new ArrayList<>();
    nodes
        .get(moment)
        .forEach(
            (path, node) -> {
              if (node.id == file) {
                paths.add(path);
              }
            });
    return paths;
  }

  private @Nullable String problemOfBytes(FoundFiles found, int moment, Window window) {
    for (Map.Entry<String, byte[]> file : found.bytes().entrySet()) {
      Node node = Objects.requireNonNull(nodes.get(moment).get(file.getKey()));
      int least = window.least();
      for (Promise promise : promises.subList(0, window.promised())) {
        if (promise.everything() || promise.files().contains(node.id)) {
          least = Math.max(least, promise.operations());
        }
      }
      String problem = new Versions(node.id, least, window.begun()).problemOf(file.getValue());
      if (problem != null) {
        return file.getKey()
            + " is of no moment in "
            + least
            + ".."
            + window.begun()
            + ": "
            + problem;
      }
    }
    return null;
  }

  /** What one file was, from one moment to another. */
  private final class Versions {
    private final List<byte[]> versions = new ArrayList<>();
    private boolean moved;
    private boolean inSteps;

    Versions(int file, int from, int to) {
      Map<Integer, Integer> seen = new HashMap<>();
      for (int moment = from; moment <= to; moment++) {
        byte[] bytes = bytesOf(file, moment);
        if (seen.put(Arrays.hashCode(bytes), moment) == null) {
          versions.add(bytes);
        }
        if (moment > from && !Arrays.equals(bytes, bytesOf(file, moment - 1))) {
          switch (script.operations().get(moment - 1).kind()) {
            case COLLAPSE, INSERT -> moved = true;
            case SWAP, FALLOC_KEEP, UNSHARE -> {}
            default -> inSteps = true;
          }
        }
      }
    }

    private byte[] bytesOf(int file, int moment) {
      for (Node node : nodes.get(moment).values()) {
        if (node.id == file) {
          return node.file.bytes();
        }
      }
      return new byte[0];
    }

    @Nullable String problemOf(byte[] found) {
      if (versions.stream().anyMatch(version -> Arrays.equals(version, found))) {
        return null;
      }
      if (!inSteps) {
        return "operations are half done, " + found.length + " bytes";
      }
      int shortest = versions.stream().mapToInt(version -> version.length).min().orElseThrow();
      int longest = versions.stream().mapToInt(version -> version.length).max().orElseThrow();
      if (found.length < shortest || found.length > longest) {
        return found.length + " bytes, not " + shortest + ".." + longest;
      }
      Set<Integer> alphabets = alphabets();
      for (int i = 0; i < found.length; i++) {
        boolean ofThisFile = found[i] == 0 || alphabets.contains(Operation.alphabetOf(found[i]));
        if (moved ? !ofThisFile : !isOfAVersion(found[i], i)) {
          return "byte " + i + "=" + (found[i] & 0xFF) + (moved ? ", letters " + alphabets : "");
        }
      }
      return null;
    }

    private boolean isOfAVersion(byte found, int at) {
      for (byte[] version : versions) {
        if (found == (at < version.length ? version[at] : 0)) {
          return true;
        }
      }
      return false;
    }

    private Set<Integer> alphabets() {
      Set<Integer> alphabets = new HashSet<>();
      for (byte[] version : versions) {
        for (byte letter : version) {
          if (letter != 0) {
            alphabets.add(Operation.alphabetOf(letter));
          }
        }
      }
      return alphabets;
    }
  }
}
