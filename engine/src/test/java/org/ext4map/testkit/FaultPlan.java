package org.ext4map.testkit;

import java.util.SplittableRandom;

/**
 * Says which request fails and how. A pure function of its arguments, so that a shrunk or repeated
 * run meets the same faults.
 */
@FunctionalInterface
public interface FaultPlan {
  /** Kinds of requests. */
  enum Op {
    READ,
    WRITE,
    FLUSH
  }

  /** What happens to a request. */
  enum Fault {
    /** It succeeds. */
    NONE,
    /** It fails with EIO and changes nothing. */
    EIO,
    /** A write stores its first half and fails; other requests fail with EIO. */
    SHORT,
    /** A write stores some of its sectors, chosen by the seed, and fails; others fail with EIO. */
    TORN
  }

  /**
   * The fate of one request.
   *
   * @param op its kind
   * @param number how many requests of any kind came before it
   * @param offsetBytes where it starts; 0 for a flush
   * @param length its bytes; 0 for a flush
   */
  Fault fate(Op op, long number, long offsetBytes, int length);

  /** Nothing fails. */
  static FaultPlan none() {
    return (op, number, offsetBytes, length) -> Fault.NONE;
  }

  /** Only request {@code failing} fails. */
  static FaultPlan only(long failing, Fault fault) {
    return (op, number, offsetBytes, length) -> number == failing ? fault : Fault.NONE;
  }

  /** Request {@code first} and all after it fail. */
  static FaultPlan from(long first, Fault fault) {
    return (op, number, offsetBytes, length) -> number >= first ? fault : Fault.NONE;
  }

  /** Each request fails with a chance of {@code perMille}, in a way the seed chooses. */
  static FaultPlan seeded(long seed, int perMille) {
    return (op, number, offsetBytes, length) -> {
      SplittableRandom random =
          new SplittableRandom(
              seed * 31 + number * 1_000_003 + offsetBytes * 7 + op.name().charAt(0));
      if (random.nextInt(1000) >= perMille) {
        return Fault.NONE;
      }
      Fault[] faults = {Fault.EIO, Fault.SHORT, Fault.TORN};
      return faults[random.nextInt(faults.length)];
    };
  }
}
