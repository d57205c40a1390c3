package org.ext4map.race.design;

import java.util.List;
import java.util.Optional;

/**
 * One design of the way from an unwritten mapping to a deferred conversion: four pieces, and two
 * things that came along. The last is ours; it has no pieces, since it runs as it is shipped.
 */
public enum Design {
  /** 4.5-rc: overwrites have lost their lock, and everybody writes to P. */
  A(
      "a",
      "4.5-rc, 2bcba4781fa3",
      Maker.EVERY_WRITE,
      Place.THE_INODE,
      Deferral.A_SECOND_LOOK,
      OverwriteLock.NOTHING,
      AfterError.CONVERTS,
      BlockFlags.OF_4_5),

  /** The revert that was posted first, and withdrawn a week later. */
  B(
      "b",
      "the revert",
      Maker.EVERY_WRITE,
      Place.THE_INODE,
      Deferral.A_SECOND_LOOK,
      OverwriteLock.DATA_SEM_SHARED,
      AfterError.CONVERTS,
      BlockFlags.OF_THE_REVERT),

  /** The same with the flag values that stood in the mail. */
  B_POSTED(
      "b'",
      "the revert as posted",
      Maker.EVERY_WRITE,
      Place.THE_INODE,
      Deferral.A_SECOND_LOOK,
      OverwriteLock.DATA_SEM_SHARED,
      AfterError.CONVERTS,
      BlockFlags.AS_POSTED),

  /** What 4.5 shipped: overwrites keep away from P. */
  C(
      "c",
      "4.5, 74dae4278546",
      Maker.EVERY_WRITE_UNDER_THE_MUTEX,
      Place.THE_INODE,
      Deferral.A_SECOND_LOOK,
      OverwriteLock.NOTHING,
      AfterError.CONVERTS,
      BlockFlags.OF_4_5),

  /** What 4.6 shipped: there is no P any more. */
  D(
      "d",
      "4.6, 109811c20fb8",
      Maker.THE_MAPPER,
      Place.THE_REQUEST,
      Deferral.WITH_THE_TICKET,
      OverwriteLock.NOTHING,
      AfterError.CONVERTS_NOTHING,
      BlockFlags.OF_4_5),

  /** This project's front end. Its pieces say what it is like; none of them is run. */
  E(
      "e",
      "ext4map as shipped",
      Maker.THE_MAPPER,
      Place.THE_REQUEST,
      Deferral.WITH_THE_TICKET,
      OverwriteLock.NOTHING,
      AfterError.CONVERTS_NOTHING,
      BlockFlags.OF_4_5);

  private final String word;
  private final String title;
  private final Maker maker;
  private final Place place;
  private final Deferral deferral;
  private final OverwriteLock overwriteLock;
  private final AfterError afterError;
  private final BlockFlags flags;

  Design(
      String word,
      String title,
      Maker maker,
      Place place,
      Deferral deferral,
      OverwriteLock overwriteLock,
      AfterError afterError,
      BlockFlags flags) {
    this.word = word;
    this.title = title;
    this.maker = maker;
    this.place = place;
    this.deferral = deferral;
    this.overwriteLock = overwriteLock;
    this.afterError = afterError;
    this.flags = flags;
  }

  /** Its letter. */
  public String word() {
    return word;
  }

  /** What it is, in a few words. */
  public String title() {
    return title;
  }

  /** Who makes the ticket. */
  public Maker maker() {
    return maker;
  }

  /** Where its pointer lives. */
  public Place place() {
    return place;
  }

  /** Who decides deferral. */
  public Deferral deferral() {
    return deferral;
  }

  /** Which lock an overwrite holds. */
  public OverwriteLock overwriteLock() {
    return overwriteLock;
  }

  AfterError afterError() {
    return afterError;
  }

  BlockFlags flags() {
    return flags;
  }

  /** True for the front end that is shipped. */
  public boolean isShipped() {
    return this == E;
  }

  /** The letters. */
  public static List<String> words() {
    return List.of(values()).stream().map(Design::word).toList();
  }

  /** The design with this letter. */
  public static Optional<Design> of(String word) {
    return List.of(values()).stream().filter(one -> one.word.equals(word)).findFirst();
  }
}
