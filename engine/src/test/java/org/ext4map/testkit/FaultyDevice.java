package org.ext4map.testkit;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.ext4map.device.BlockDevice;

/** Fails as its plan says. */
public final class FaultyDevice extends ForwardingDevice {
  private static final int SECTOR_BYTES = 512;

  private final FaultPlan plan;
  private final AtomicLong requests = new AtomicLong();
  private final AtomicLong injected = new AtomicLong();

  /** Requests reach {@code below} unless {@code plan} says otherwise. */
  public FaultyDevice(BlockDevice below, FaultPlan plan) {
    super(below);
    this.plan = plan;
  }

  /** Requests so far; the number of the next one. */
  public long requests() {
    return requests.get();
  }

  /** Faults so far. */
  public long injected() {
    return injected.get();
  }

  @Override
  public void read(long offsetBytes, ByteBuffer target) throws IOException {
    long number = requests.getAndIncrement();
    FaultPlan.Fault fault = plan.fate(FaultPlan.Op.READ, number, offsetBytes, target.remaining());
    if (fault != FaultPlan.Fault.NONE) {
      throw failure(FaultPlan.Op.READ, number, fault);
    }
    super.read(offsetBytes, target);
  }

  @Override
  public void write(long offsetBytes, ByteBuffer source) throws IOException {
    long number = requests.getAndIncrement();
    FaultPlan.Fault fault = plan.fate(FaultPlan.Op.WRITE, number, offsetBytes, source.remaining());
    switch (fault) {
      case NONE -> super.write(offsetBytes, source);
      case EIO -> throw failure(FaultPlan.Op.WRITE, number, fault);
      case SHORT -> {
        ByteBuffer half = source.duplicate();
        half.limit(half.position() + half.remaining() / 2);
        super.write(offsetBytes, half);
        throw failure(FaultPlan.Op.WRITE, number, fault);
      }
      case TORN -> {
        writeSomeSectors(number, offsetBytes, source);
        throw failure(FaultPlan.Op.WRITE, number, fault);
      }
    }
  }

  @Override
  public void flush() throws IOException {
    long number = requests.getAndIncrement();
    FaultPlan.Fault fault = plan.fate(FaultPlan.Op.FLUSH, number, 0, 0);
    if (fault != FaultPlan.Fault.NONE) {
      throw failure(FaultPlan.Op.FLUSH, number, fault);
    }
    super.flush();
  }

  private void writeSomeSectors(long number, long offsetBytes, ByteBuffer source)
      throws IOException {
    SplittableRandom random = new SplittableRandom(number ^ offsetBytes);
    for (int at = 0; at < source.remaining(); at += SECTOR_BYTES) {
      if (random.nextBoolean()) {
        int length = Math.min(SECTOR_BYTES, source.remaining() - at);
        super.write(offsetBytes + at, source.slice(source.position() + at, length));
      }
    }
  }

  private IOException failure(FaultPlan.Op op, long number, FaultPlan.Fault fault) {
    injected.incrementAndGet();
    return new IOException("injected fault: " + fault + " on " + op + " number " + number);
  }
}
