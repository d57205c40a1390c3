package org.ext4map.race;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntUnaryOperator;
import org.ext4map.aio.ring.IoArena;
import org.ext4map.aio.ring.IoRing;
import org.ext4map.device.BlockDevice;
import org.ext4map.locks.ThreadClass;
import org.ext4map.race.schedule.Stage;

/** A device queue on a stage: each of its requests is an actor, who ends it when he is chosen. */
final class StagedRing implements IoRing {
  private static final int CAPACITY = 16;
  private static final int EIO = 5;

  private final Stage stage;
  private final BlockDevice device;
  private final IoArena arena;
  private final int blockSize;
  private final IntUnaryOperator requestAt;
  private final Set<Long> failing = new HashSet<>();
  private final List<Io> prepared = new ArrayList<>();
  private final List<End> ended = new ArrayList<>();
  private final Map<Integer, Integer> count = new HashMap<>();
  private boolean isAsleep;
  private boolean isWoken;

  private record Io(boolean write, long cookie, int arenaAt, int length, long offset) {}

  private record End(long cookie, int result) {}

  /**
   * An empty queue.
   *
   * @param requestAt the number of the request whose bytes stand at a place of the arena
   */
  StagedRing(
      Stage stage, BlockDevice device, IoArena arena, int blockSize, IntUnaryOperator requestAt) {
    this.stage = stage;
    this.device = device;
    this.arena = arena;
    this.blockSize = blockSize;
    this.requestAt = requestAt;
  }

  /** From now on writes that begin at this block of the device fail. */
  void failAt(long pblk) {
    failing.add(pblk);
  }

  /** True if the I/O thread does not sleep, or has a reason to wake up. */
  boolean isAwake() {
    return !isAsleep || isWoken || !ended.isEmpty();
  }

  @Override
  public int capacity() {
    return CAPACITY;
  }

  @Override
  public void start() {}

  @Override
  public void prepareRead(long cookie, long arenaOffset, int length, long fileOffset) {
    prepared.add(new Io(false, cookie, (int) arenaOffset, length, fileOffset));
  }

  @Override
  public void prepareWrite(long cookie, long arenaOffset, int length, long fileOffset) {
    prepared.add(new Io(true, cookie, (int) arenaOffset, length, fileOffset));
  }

  @Override
  public void prepareDataSync(long cookie) {
    throw new AssertionError("commits flush through the engine's device");
  }

  @Override
  public void submit(boolean wait) {
    isAsleep = wait;
    isWoken = false;
    List<Io> now = List.copyOf(prepared);
    prepared.clear();
    for (Io io : now) {
      stage.enter(
          name(io), ThreadClass.SUBMITTER, () -> end(io), "is done with " + shown(io), "device");
    }
  }

  /** {@code device 1} for the first of request 1, {@code device 1.2} for its second. */
  private String name(Io io) {
    int request = requestAt.applyAsInt(io.arenaAt());
    int nth = count.merge(request, 1, Integer::sum);
    return "device " + request + (nth == 1 ? "" : "." + nth);
  }

  private String shown(Io io) {
    long first = io.offset() / blockSize;
    long last = (io.offset() + io.length() - 1) / blockSize;
    return (io.write() ? "writing" : "reading") + " disk blocks " + first + "-" + last;
  }

  private void end(Io io) throws IOException {
    ByteBuffer view = arena.bytes().slice(io.arenaAt(), io.length());
    int result = io.length();
    if (io.write() && failing.contains(io.offset() / blockSize)) {
      stage.note(() -> "with an error: nothing was written");
      result = -EIO;
    } else if (io.write()) {
      device.write(io.offset(), view);
    } else {
      device.read(io.offset(), view);
    }
    ended.add(new End(io.cookie(), result));
  }

  @Override
  public int reap(CompletionSink sink) {
    List<End> now = List.copyOf(ended);
    ended.clear();
    now.forEach(end -> sink.completed(end.cookie(), end.result()));
    return now.size();
  }

  @Override
  public void wake() {
    isWoken = true;
  }

  @Override
  public String describe() {
    return "on a stage";
  }

  @Override
  public void close() {}
}
