package org.ext4map.race.schedule;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A lock of which the play knows who holds it. Belongs to who has the baton. */
final class PlayLock implements StageLock {
  private final Play play;
  private final String name;
  private final String sharedAction;
  private final String exclusiveAction;
  private final List<String> sharers = new ArrayList<>();
  private String owner = "";

  PlayLock(Play play, String name) {
    this.play = play;
    this.name = name;
    this.sharedAction = "takes " + name + " shared";
    this.exclusiveAction = "takes " + name;
  }

  String name() {
    return name;
  }

  /** For the record: {@code "=filler"} exclusively, {@code "+a +b"} shared, empty if free. */
  String holders() {
    return owner.isEmpty()
        ? String.join(" ", sharers.stream().map(one -> "+" + one).toList())
        : "=" + owner;
  }

  private String[] and(String[] touched) {
    String[] all = Arrays.copyOf(touched, touched.length + 1);
    all[touched.length] = name;
    return all;
  }

  @Override
  public void lockShared(String... touched) {
    play.await(sharedAction, () -> owner.isEmpty(), and(touched));
    sharers.add(play.self());
  }

  @Override
  public void unlockShared() {
    sharers.remove(play.self());
    play.note(() -> "lets go of " + name);
  }

  @Override
  public void lockExclusively(String... touched) {
    play.await(exclusiveAction, () -> owner.isEmpty() && sharers.isEmpty(), and(touched));
    owner = play.self();
  }

  @Override
  public void unlockExclusively() {
    owner = "";
    play.note(() -> "lets go of " + name);
  }
}
