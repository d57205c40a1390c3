package org.ext4map.testkit.script;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Operations in order, one a line; {@code #} starts a comment. Immutable.
 *
 * @param operations what is done, first to last
 */
public record OperationScript(List<Operation> operations) {
  /** Copies the list. */
  public OperationScript {
    operations = List.copyOf(operations);
  }

  /** Reads a script as {@link #toString} writes it. */
  public static OperationScript parse(String text) {
    return new OperationScript(
        text.lines()
            .map(line -> line.split("#", 2)[0].strip())
            .filter(line -> !line.isEmpty())
            .map(Operation::parse)
            .toList());
  }

  /** Reads a script from a file. */
  public static OperationScript read(Path file) throws IOException {
    return parse(Files.readString(file));
  }

  /**
   * The smallest script found by leaving operations out, while {@code fails} still says yes; halves
   * first, single lines last.
   */
  public OperationScript minimised(Predicate<OperationScript> fails) {
    List<Operation> best = operations;
    for (int piece = Math.max(1, best.size() / 2); piece > 0; piece /= 2) {
      for (int from = Math.max(0, best.size() - piece); from >= 0; from -= piece) {
        List<Operation> candidate = new ArrayList<>(best);
        candidate.subList(from, Math.min(candidate.size(), from + piece)).clear();
        if (fails.test(new OperationScript(candidate))) {
          best = candidate;
        }
      }
    }
    return new OperationScript(best);
  }

  @Override
  public String toString() {
    return operations.stream().map(Object::toString).collect(Collectors.joining("\n")) + "\n";
  }
}
