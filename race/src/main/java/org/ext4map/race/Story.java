package org.ext4map.race;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.ext4map.race.design.Design;

/** Who asks for what of the one file. Its blocks 0-3 are written, 4-7 unwritten. */
public enum Story {
  /** The race itself: one fills unwritten blocks while another overwrites written ones. */
  RACE(
      "race",
      "one fills, one overwrites",
      new Ask("filler", What.WRITE, 4, 6),
      new Ask("overwriter", What.WRITE, 0, 2)),

  /** Two of each. */
  CROWD(
      "crowd",
      "two fill, two overwrite",
      new Ask("filler", What.WRITE, 4, 6),
      new Ask("overwriter", What.WRITE, 0, 2),
      new Ask("second filler", What.WRITE, 6, 8),
      new Ask("second overwriter", What.WRITE, 2, 4)),

  /** An unlocked reader looks at P as well. */
  READER(
      "reader",
      "one fills, one reads the same",
      new Ask("filler", What.WRITE, 4, 6),
      new Ask("reader", What.READ, 4, 6)),

  /** The device does not write what it was given. */
  BAD_DEVICE(
      "bad-device", "one fills, the device fails", new Ask("filler", What.WRITE_THAT_FAILS, 4, 6)),

  /** A page fault of a DAX mapping wants zeroed blocks where blocks are written. */
  FAULT("fault", "a DAX fault on written blocks", new Ask("page fault", What.FAULT, 0, 1));

  /** What somebody asks for. */
  enum What {
    WRITE,
    WRITE_THAT_FAILS,
    READ,
    FAULT
  }

  /** One request: blocks {@code [from, to)}. */
  record Ask(String actor, What what, int from, int to) {}

  private final String word;
  private final String title;

  @SuppressWarnings("ImmutableEnumChecker") // of List.of
  private final List<Ask> asks;

  Story(String word, String title, Ask... asks) {
    this.word = word;
    this.title = title;
    this.asks = List.of(asks);
  }

  /** For files and documents. */
  public String word() {
    return word;
  }

  /** For people. */
  public String title() {
    return title;
  }

  List<Ask> asks() {
    return asks;
  }

  /** The names of those who ask, the first request's first. */
  public List<String> actors() {
    return asks.stream().map(Ask::actor).toList();
  }

  /**
   * The number of the request that an actor works for: his own, or the one in the name of an
   * interrupt or a worker; 0 if he works for all.
   */
  int request(String actor) {
    int own = actors().indexOf(actor) + 1;
    if (own > 0) {
      return own;
    }
    String number = actor.substring(actor.lastIndexOf(' ') + 1);
    return number.matches("[0-9]+([.][0-9]+)?") ? number.charAt(0) - '0' : 0;
  }

  /** True if there are too many schedules to try all of a kind. */
  public boolean isLeftToChance() {
    return this == CROWD;
  }

  /** False if the design has nothing of what the story is about: ours has no flags. */
  public boolean appliesTo(Design design) {
    return this != FAULT || !design.isShipped();
  }

  /** All words. */
  public static List<String> words() {
    return Arrays.stream(values()).map(Story::word).toList();
  }

  /** The story with this {@link #word}. */
  public static Optional<Story> of(String word) {
    return List.of(values()).stream().filter(one -> one.word.equals(word)).findFirst();
  }
}
