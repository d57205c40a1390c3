package org.ext4map.aio;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.ext4map.aio.ring.IoArena;
import org.ext4map.aio.ring.IoRing;
import org.ext4map.device.BlockDevice;

/**
 * A device whose requests end when and how the schedule says: in any order, late, in parts, or with
 * an error. One thread.
 */
final class SimRing implements IoRing {
  private static final int EIO = 5;
  private static final int EAGAIN = 11;
  private static final int SECTOR = 512;

  /** What may happen to a request. */
  enum Fate {
    DONE,
    SHORT,
    AGAIN,
    FAILED,
    FAILED_AFTER_WRITING
  }

  private record Io(boolean write, long cookie, int arena, int length, long offset) {}

  private record End(long cookie, int result) {}

  private final BlockDevice device;
  private final IoArena arena;
  private final int capacity;
  private final List<Io> prepared = new ArrayList<>();
  private final List<Io> underWay = new ArrayList<>();
  private final List<End> ended = new ArrayList<>();
  private final Runnable others;
  private boolean waits;
  private boolean woken;

  /** A device whose owner may be told to wait: he asks {@link #isAsleep} then. */
  SimRing(BlockDevice device, IoArena arena, int capacity) {
    this(device, arena, capacity, () -> {});
  }

  /**
   * A device.
   *
   * @param others lets others take steps until the owner is awake again, when he waits
   */
  SimRing(BlockDevice device, IoArena arena, int capacity, Runnable others) {
    this.device = device;
    this.arena = arena;
    this.capacity = capacity;
    this.others = others;
  }

  @Override
  public int capacity() {
    return capacity;
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
    underWay.addAll(prepared);
    prepared.clear();
    waits = wait;
    if (underWay.size() > capacity) {
      throw new AssertionError(underWay.size() + " requests in a queue of " + capacity);
    }
    if (wait) {
      others.run();
    }
  }

  @Override
  public int reap(CompletionSink sink) {
    List<End> now = List.copyOf(ended);
    ended.clear();
    now.forEach(end -> sink.completed(end.cookie(), end.result()));
    return now.size();
  }

  /** True if the owner waits in {@link #submit} and nothing has ended its wait. */
  boolean isAsleep() {
    if (waits && ended.isEmpty() && !woken) {
      return true;
    }
    woken = false;
    return false;
  }

  /** Requests that the device works on. */
  int inDevice() {
    return underWay.size();
  }

  /** True if the device has something to do. */
  boolean isBusy() {
    return !underWay.isEmpty();
  }

  /** Ends one request, chosen by {@code random}; answers what happened, for the trace. */
  String endOne(SplittableRandom random, int faultsPerMille) throws IOException {
    Io io = underWay.remove(random.nextInt(underWay.size()));
    Fate fate = fate(random, faultsPerMille);
    int result =
        switch (fate) {
          case DONE -> transfer(io, io.length());
          case SHORT -> transfer(io, part(io, random));
          case AGAIN -> -EAGAIN;
          case FAILED -> -EIO;
          case FAILED_AFTER_WRITING -> {
            transfer(io, io.length());
            yield -EIO;
          }
        };
    ended.add(new End(io.cookie(), result));
    return (io.write() ? "w" : "r") + io.offset() + "+" + io.length() + " " + fate + " " + result;
  }

  private static Fate fate(SplittableRandom random, int faultsPerMille) {
    if (random.nextInt(1000) >= faultsPerMille) {
      return Fate.DONE;
    }
    Fate[] fates = Fate.values();
    return fates[1 + random.nextInt(fates.length - 1)];
  }

  private static int part(Io io, SplittableRandom random) {
    int sectors = io.length() / SECTOR;
    return sectors < 2 ? io.length() : SECTOR * (1 + random.nextInt(sectors - 1));
  }

  private int transfer(Io io, int bytes) throws IOException {
    ByteBuffer view = arena.bytes().slice(io.arena(), bytes);
    if (io.write()) {
      device.write(io.offset(), view);
    } else {
      device.read(io.offset(), view);
    }
    return bytes;
  }

  @Override
  public void wake() {
    woken = true;
  }

  @Override
  public String describe() {
    return "simulated";
  }

  @Override
  public void close() {}
}
