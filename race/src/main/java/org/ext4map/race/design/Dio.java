package org.ext4map.race.design;

import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * One asynchronous request: the kernel's iocb and its {@code struct dio}. Has a reference for its
 * submitter and one for each bio; who drops the last completes it.
 */
public final class Dio {
  /** What it is for. */
  public enum Kind {
    WRITE,
    READ
  }

  /** Told once, of success or failure, by whatever thread completes it. */
  @FunctionalInterface
  public interface Report {
    void completed(boolean succeeded);
  }

  private final int number;
  private final Kind kind;
  private final long from;
  private final long to;
  private final ByteBuffer data;
  private final boolean fails;
  private final Report report;
  private final AtomicInteger references = new AtomicInteger(1);
  private volatile @Nullable IoTicket ticket;
  private volatile boolean isDeferred;
  private volatile boolean hasFailed;
  private volatile String mishap = "";

  /**
   * A request.
   *
   * @param number names it, at least 1
   * @param from its blocks, {@code [from, to)}
   * @param data what is written, or where what is read goes, as many blocks
   * @param fails true if the device will not do it
   */
  public Dio(
      int number, Kind kind, long from, long to, ByteBuffer data, boolean fails, Report report) {
    this.number = number;
    this.kind = kind;
    this.from = from;
    this.to = to;
    this.data = data;
    this.fails = fails;
    this.report = report;
  }

  int number() {
    return number;
  }

  long from() {
    return from;
  }

  long to() {
    return to;
  }

  boolean isRead() {
    return kind == Kind.READ;
  }

  /** What all its bios belong to. */
  String name() {
    return "request " + number;
  }

  /** {@code 4-5} */
  String blocks() {
    return from + "-" + (to - 1);
  }

  /** The bytes of blocks {@code [first, end)}. */
  ByteBuffer data(long first, long end, int blockSize) {
    return data.slice((int) (first - from) * blockSize, (int) (end - first) * blockSize);
  }

  boolean failsOnDevice() {
    return fails;
  }

  @Nullable IoTicket ticket() {
    return ticket;
  }

  void setTicket(IoTicket ticket) {
    this.ticket = ticket;
  }

  boolean isDeferred() {
    return isDeferred;
  }

  void defer() {
    isDeferred = true;
  }

  boolean hasFailed() {
    return hasFailed;
  }

  void fail() {
    hasFailed = true;
  }

  void reference() {
    references.incrementAndGet();
  }

  boolean dropReference() {
    return references.decrementAndGet() == 0;
  }

  void reported() {
    report.completed(!hasFailed);
  }

  /** What went wrong with its ticket, in a sentence; empty if nothing did. */
  public String mishap() {
    return mishap;
  }

  void mishap(String sentence) {
    mishap = sentence;
  }
}
