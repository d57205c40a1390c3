package org.ext4map.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Random sequences of operations: finds one that breaks a property, makes it small, and says how to
 * see it again. {@code -Dsequences.seed=N} runs case N alone.
 */
public final class Sequences {
  private static final String SEED = "sequences.seed";

  /** Property runs that one failure may cost while it is made smaller. */
  private static final int MAX_SHRINK_RUNS = 20_000;

  private Sequences() {}

  /**
   * Checks {@code property} on {@code cases} sequences.
   *
   * @param firstSeed case i uses seed firstSeed + i
   * @param maxLength operations in a sequence at most
   * @param operation makes one operation
   * @param simpler smaller variants of an operation, nearer to nothing; may be empty
   * @param property throws if the sequence shows a defect
   */
  public static <T> void check(
      long firstSeed,
      int cases,
      int maxLength,
      Function<SplittableRandom, T> operation,
      Function<T, List<T>> simpler,
      Consumer<List<T>> property) {
    Long only = Long.getLong(SEED);
    long from = only == null ? firstSeed : only;
    long to = only == null ? firstSeed + cases : only + 1;
    for (long seed = from; seed < to; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      int length = 1 + random.nextInt(maxLength);
      List<T> sequence = new ArrayList<>();
      for (int i = 0; i < length; i++) {
        sequence.add(operation.apply(random));
      }
      if (failure(property, sequence) != null) {
        List<T> small = shrink(sequence, simpler, property);
        throw new AssertionError(
            "-D" + SEED + "=" + seed + ", shrunk to " + small, failure(property, small));
      }
    }
  }

  private static <T> List<T> shrink(
      List<T> failing, Function<T, List<T>> simpler, Consumer<List<T>> property) {
    List<T> best = failing;
    int runs = 0;
    boolean smaller = true;
    while (smaller && runs < MAX_SHRINK_RUNS) {
      smaller = false;
      for (List<T> candidate : candidates(best, simpler)) {
        runs++;
        if (failure(property, candidate) != null) {
          best = candidate;
          smaller = true;
          break;
        }
      }
    }
    return best;
  }

  private static <T> List<List<T>> candidates(List<T> sequence, Function<T, List<T>> simpler) {
    List<List<T>> candidates = new ArrayList<>();
    for (int i = sequence.size() - 1; i >= 0; i--) {
      List<T> without = new ArrayList<>(sequence);
      without.remove(i);
      candidates.add(without);
    }
    for (int i = 0; i < sequence.size(); i++) {
      for (T variant : simpler.apply(sequence.get(i))) {
        List<T> changed = new ArrayList<>(sequence);
        changed.set(i, variant);
        candidates.add(changed);
      }
    }
    return candidates;
  }

  private static <T> @Nullable Throwable failure(Consumer<List<T>> property, List<T> sequence) {
    try {
      property.accept(sequence);
      return null;
    } catch (RuntimeException | AssertionError e) {
      return e;
    }
  }
}
