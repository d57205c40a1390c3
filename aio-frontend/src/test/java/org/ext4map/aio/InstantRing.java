package org.ext4map.aio;

import java.util.ArrayList;
import java.util.List;
import org.ext4map.aio.ring.IoRing;

/** A device that has done everything when the call that submits returns, and notes what it got. */
final class InstantRing implements IoRing {
  private record End(long cookie, int result) {}

  /** How many requests came with each call that brought some. */
  final List<Integer> portions = new ArrayList<>();

  /** How often somebody would have slept. */
  int waits;

  private final int capacity;
  private final List<End> prepared = new ArrayList<>();
  private final List<End> ended = new ArrayList<>();

  InstantRing(int capacity) {
    this.capacity = capacity;
  }

  @Override
  public int capacity() {
    return capacity;
  }

  @Override
  public void start() {}

  @Override
  public void prepareRead(long cookie, long arenaOffset, int length, long fileOffset) {
    prepared.add(new End(cookie, length));
  }

  @Override
  public void prepareWrite(long cookie, long arenaOffset, int length, long fileOffset) {
    prepared.add(new End(cookie, length));
  }

  @Override
  public void prepareDataSync(long cookie) {
    throw new AssertionError("commits flush through the engine's device");
  }

  @Override
  public void submit(boolean wait) {
    if (!prepared.isEmpty()) {
      portions.add(prepared.size());
    } else if (wait) {
      waits++;
    }
    ended.addAll(prepared);
    prepared.clear();
  }

  @Override
  public int reap(CompletionSink sink) {
    List<End> now = List.copyOf(ended);
    ended.clear();
    now.forEach(end -> sink.completed(end.cookie(), end.result()));
    return now.size();
  }

  @Override
  public void wake() {}

  @Override
  public String describe() {
    return "instant";
  }

  @Override
  public void close() {}
}
