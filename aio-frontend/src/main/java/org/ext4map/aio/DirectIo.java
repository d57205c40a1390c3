package org.ext4map.aio;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadFactory;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;
import org.ext4map.Ext4File;
import org.ext4map.Ext4Image;
import org.ext4map.aio.ring.IoArena;
import org.ext4map.aio.ring.IoRing;
import org.ext4map.aio.ring.RingFile;
import org.ext4map.aio.ring.RingFile.Engine;
import org.ext4map.dio.DirectVolume;
import org.jspecify.annotations.Nullable;

/**
 * Asynchronous direct I/O on an open image: a bounded number of requests in flight, one I/O thread
 * or, in poll mode, callers that take its steps ({@link Completions}), and workers for what
 * completions may not do. See the package for the way of a request.
 *
 * <p>Data reaches the image the way metadata does: past the page cache if the image was opened so,
 * else through it.
 *
 * <p>Threads: any. Memory: the queue depth times {@link Builder#bounceBytes}, and {@link
 * Builder#bufferBytes}. Closing: first files, then this, then the image.
 */
public final class DirectIo implements AutoCloseable {
  private final Machine machine;
  private final Crew crew;
  private final RingFile file;
  private final IoArena arena;
  private final BufferSpace space;
  private final Builder plan;
  private final LongSupplier clock;

  /** Buffers of {@link #allocateAligned}, and where they start. Guarded by itself. */
  private final Map<ByteBuffer, Integer> aligned =
      Collections.synchronizedMap(new IdentityHashMap<>());

  private final Set<DirectFile> files = ConcurrentHashMap.newKeySet();

  private DirectIo(Builder plan, DirectVolume volume, RingFile file, long start) {
    this.plan = plan;
    this.file = file;
    this.arena = file.arena();
    this.clock = plan.clock;
    int bounces = plan.queueDepth * plan.bounceBytes;
    this.space = new BufferSpace(bounces, BufferSpace.roundedUp(plan.bufferBytes));
    Submitter.Settings settings =
        new Submitter.Settings(
            start,
            file.direct().offsetAlignment(),
            file.direct().memoryAlignment(),
            plan.bounceBytes,
            plan.extend == ExtendMode.DEFER,
            plan.split == SplitAt.SUBMISSION,
            plan.faults);
    Machine.Plan parts =
        new Machine.Plan(
            plan.queueDepth,
            plan.workers,
            plan.completions,
            plan.convert,
            plan.idle,
            plan.fullQueue,
            settings,
            null);
    this.machine = new Machine(volume, file.ring(), arena, parts, clock);
    this.crew = new Crew(machine, file, plan::stepsOf, plan.threads);
  }

  /** Begins to say how. */
  public static Builder on(Ext4Image image) {
    return new Builder(image);
  }

  /** How direct I/O is done; each method answers the builder itself. */
  public static final class Builder {
    private static final int MOST_REQUESTS = 1 << 16;
    private static final int MOST_WORKERS = 64;
    private static final int PAGE = 4096;

    private final Ext4Image image;
    private Engine engine = Engine.AUTO;
    private int queueDepth = 128;
    private int workers = 1;
    private FullQueue fullQueue = FullQueue.WAIT;
    private ExtendMode extend = ExtendMode.WAIT;
    private SplitAt split = SplitAt.COMPLETION;
    private ConvertMode convert = ConvertMode.BATCHED;
    private IdleMode idle = IdleMode.PARK;
    private Completions completions = Completions.IO_THREAD;
    private int bufferBytes = 16 << 20;
    private int bounceBytes = 64 << 10;
    private Duration closeTimeout = Duration.ofSeconds(60);
    private ThreadFactory threads = DirectIo::daemon;
    private LongSupplier clock = System::nanoTime;
    private Faults faults = Faults.NONE;
    private Set<Trouble> troubles = Set.of();
    private long troubleSeed;
    private @Nullable UnaryOperator<IoRing> wrapper;
    private String wrapperName = "";

    private Builder(Ext4Image image) {
      this.image = image;
    }

    /** The native queue; AUTO takes the first that can be had, and {@link #describe} says why. */
    public Builder engine(Engine other) {
      engine = other;
      return this;
    }

    /** Requests in flight at most, and as many requests of the device; 1 … 65536. 128 */
    public Builder queueDepth(int requests) {
      queueDepth = inRange("queueDepth", requests, 1, MOST_REQUESTS);
      return this;
    }

    /**
     * Threads for deferred completions; each inode has one of them. 0 in poll mode alone: who
     * drives does their work, too, and waits for the journal where that must be. 1
     */
    public Builder workers(int count) {
      workers = inRange("workers", count, 0, MOST_WORKERS);
      return this;
    }

    /** What a submitter meets when the queue is full. WAIT */
    public Builder fullQueue(FullQueue policy) {
      fullQueue = policy;
      return this;
    }

    /** How files grow. WAIT */
    public Builder extend(ExtendMode mode) {
      extend = mode;
      return this;
    }

    /** When unwritten extents are split. COMPLETION */
    public Builder split(SplitAt when) {
      split = when;
      return this;
    }

    /** How workers convert what waits for them. BATCHED */
    public Builder convert(ConvertMode mode) {
      convert = mode;
      return this;
    }

    /** What the I/O thread and workers do when there is nothing to do. PARK */
    public Builder idle(IdleMode mode) {
      idle = mode;
      return this;
    }

    /** Who takes completions, and so who drives the I/O. IO_THREAD */
    public Builder completions(Completions by) {
      completions = by;
      return this;
    }

    /** Memory for {@link DirectIo#allocate}. 16 MiB */
    public Builder bufferBytes(int bytes) {
      bufferBytes = inRange("bufferBytes", bytes, 0, 1 << 30);
      return this;
    }

    /** Memory of each request for what has to be copied; a multiple of 4096. 64 KiB */
    public Builder bounceBytes(int bytes) {
      bounceBytes = inRange("bounceBytes", bytes, 2 * PAGE, 1 << 24) / PAGE * PAGE;
      return this;
    }

    /**
     * How long {@link DirectIo#close} and {@link DirectFile#close} wait for a device that does not
     * answer. 60 s
     */
    public Builder closeTimeout(Duration limit) {
      closeTimeout = limit;
      return this;
    }

    /** Makes the threads; daemons by default. */
    public Builder threads(ThreadFactory factory) {
      threads = factory;
      return this;
    }

    /** Nanoseconds that only go forward, for {@link DirectIo#overdue}. */
    public Builder clock(LongSupplier nanos) {
      clock = nanos;
      return this;
    }

    /**
     * Makes the device, or the workers, as bad as they can be without being wrong: for trials of
     * programs that use this. None.
     *
     * @param seed of what happens when, but for how threads take turns
     */
    public Builder troubles(Set<Trouble> wanted, long seed) {
      troubles = new TreeSet<>(wanted);
      troubleSeed = seed;
      return troubles.isEmpty()
          ? this
          : through(
              ring -> new TroubledRing(ring, troubles, troubleSeed, clock),
              "troubled by " + troubles);
    }

    /**
     * Puts another queue before the one that is opened.
     *
     * @param name of that, for {@link DirectIo#describe}
     */
    Builder through(UnaryOperator<IoRing> other, String name) {
      wrapper = other;
      wrapperName = name;
      return this;
    }

    /** What to do wrong on purpose. */
    Builder faults(Faults wrong) {
      faults = wrong;
      return this;
    }

    private static int inRange(String name, int value, int least, int most) {
      if (value < least || value > most) {
        throw new IllegalArgumentException(
            name + "=" + value + ", allowed " + least + " … " + most);
      }
      return value;
    }

    /**
     * Opens the queue and starts the threads.
     *
     * @throws IOException if the engine that was asked for cannot be had
     * @throws IllegalStateException in poll mode, if the image has such a front end already
     */
    public DirectIo open() throws IOException {
      if (workers == 0 && completions != Completions.POLLED) {
        throw new IllegalArgumentException("workers=0, allowed in poll mode");
      }
      DirectVolume volume = image.direct();
      long bytes = (long) queueDepth * bounceBytes + BufferSpace.roundedUp(bufferBytes);
      if (bytes > Integer.MAX_VALUE - PAGE) {
        throw new IllegalArgumentException(
            "queueDepth * bounceBytes + bufferBytes = " + bytes + ", allowed < 2^31");
      }
      ImageRing ring = ImageRing.open(volume, engine, queueDepth, (int) bytes, threads);
      DirectIo io;
      try {
        io = new DirectIo(this, volume, wrapped(ring.file()), ring.start());
      } catch (RuntimeException | Error e) {
        ring.file().close();
        throw e;
      }
      io.crew.start();
      renewLock();
      return io;
    }

    private RingFile wrapped(RingFile ring) {
      return wrapper == null ? ring : ring.through(wrapper, wrapperName);
    }

    /** A worker's steps; {@code number} is the worker's. */
    BooleanSupplier stepsOf(Worker worker, int number) {
      return troubles.contains(Trouble.STALL)
          ? new Stalls(worker::step, troubleSeed + number, clock)
          : worker::step;
    }

    /** Somebody of this process has closed the image's file, and its lock went with that. */
    private void renewLock() throws IOException {
      ImageRing.Place place = ImageRing.Place.of(image.direct().device());
      if (place != null) {
        place.file().renewLock();
      }
    }
  }

  private static Thread daemon(Runnable body) {
    Thread thread = new Thread(body, "ext4map-direct");
    thread.setDaemon(true);
    return thread;
  }

  Submitter submitter() {
    return machine.submitter;
  }

  /**
   * Opens a file for direct I/O; it is not deleted before it is closed.
   *
   * @throws java.nio.file.FileSystemException if it is no regular file
   * @throws org.ext4map.model.UnsupportedFeatureException if it is encrypted
   */
  public DirectFile open(Ext4File wanted) throws IOException {
    DirectFile opened = new DirectFile(this, wanted, wanted.openDirect());
    files.add(opened);
    return opened;
  }

  void forget(DirectFile closed) {
    files.remove(closed);
  }

  // ---- buffers ---------------------------------------------------------------------------------

  /**
   * Memory that needs no copy.
   *
   * @throws IllegalStateException if there is no room in {@link Builder#bufferBytes}
   */
  public IoBuffer allocate(int bytes) {
    int start = space.take(bytes);
    return new IoBuffer(space, start, arena.bytes().slice(start, bytes));
  }

  /**
   * The same as a plain buffer, for the calls that answer a future; these know this very object,
   * not slices of it. It is given back when this is closed.
   */
  public ByteBuffer allocateAligned(int bytes) {
    int start = space.take(bytes);
    ByteBuffer buffer = arena.bytes().slice(start, bytes);
    aligned.put(buffer, start);
    return buffer;
  }

  /** Where in the arena the rest of {@code buffer} begins; −1 if it is elsewhere. */
  int arenaAt(ByteBuffer buffer) {
    Integer start = aligned.get(buffer);
    return start == null ? -1 : start + buffer.position();
  }

  /** The most that a request transfers which has to be copied. */
  public int bounceBytes() {
    return plan.bounceBytes;
  }

  // ---- what is going on ------------------------------------------------------------------------

  /**
   * What has happened since the start.
   *
   * @param reads requests of this class, as the next four
   * @param overwrites into written blocks alone
   * @param fills into unwritten blocks or holes inside the file
   * @param extensions behind the end
   * @param alone through the synchronous writer
   * @param finishedInline ended on the completion thread
   * @param deferred ended by a worker
   * @param batches runs of workers and waiting submitters
   * @param conversions ranges that were converted; one may serve many requests
   * @param syncs commits for durable writes; one may serve many
   * @param ticketsIssued requests that needed a conversion
   * @param ticketsReleased how many of these are over
   * @param failed requests that ended with an error
   * @param reported requests that have ended
   * @param callbackFailures callbacks that threw
   */
  public record Counters(
      long reads,
      long overwrites,
      long fills,
      long extensions,
      long alone,
      long finishedInline,
      long deferred,
      long batches,
      long conversions,
      long syncs,
      long ticketsIssued,
      long ticketsReleased,
      long failed,
      long reported,
      long callbackFailures) {}

  /** What has happened so far. */
  public Counters counters() {
    return machine.tally.snapshot();
  }

  /** Requests that were accepted and are not reported yet. */
  public int inFlight() {
    return machine.pool.inFlight();
  }

  /** Requests that have been under way for longer than {@code limit}: a look, no more. */
  public int overdue(Duration limit) {
    long now = clock.getAsLong();
    int count = 0;
    for (int slot = 0; slot < machine.pool.depth(); slot++) {
      Request request = machine.pool.request(slot);
      boolean underWay = request.state() != Request.State.FREE;
      if (underWay && now - request.startNanos > limit.toNanos()) {
        count++;
      }
    }
    return count;
  }

  /** One line for a person: the engine, how it reaches the device, and why no other was taken. */
  public String describe() {
    return file.choice();
  }

  /**
   * Asks for a request to be cancelled. It is reported all the same, once: with ECANCELED if it had
   * not reached the device, or not come back from there; the bytes may have been written then.
   *
   * @param id from the call that made it; one that is over already is left alone
   */
  public void cancel(long id) {
    int slot = (int) id;
    if (slot < 0 || slot >= machine.pool.depth()) {
      throw new IllegalArgumentException("no request has the name " + id);
    }
    machine.pool.request(slot).cancel((int) (id >>> 32));
  }

  /** False if {@code done} does not come about in the time that closing may take. */
  boolean awaitInTime(BooleanSupplier done) {
    return machine.pool.await(done, plan.closeTimeout.toNanos(), clock);
  }

  /** Returns when nothing is in flight; who goes on submitting may keep it from that. */
  public void drain() {
    machine.pool.drain();
  }

  /**
   * In poll mode: submits what was asked for, and reports what has ended, without waiting. Leaves
   * it to another thread if one is at it. Without effect otherwise.
   */
  public void poll() {
    CallerDriver driver = machine.driver;
    if (driver != null) {
      driver.poll();
    }
  }

  /**
   * Waits, and drives the I/O meanwhile in poll mode.
   *
   * @param done what is waited for, as callbacks make it come about; asked by any thread, it must
   *     neither wait nor throw
   */
  public void await(BooleanSupplier done) {
    machine.pool.await(done);
  }

  /** The same for so long at most; answers whether it came about. */
  public boolean await(BooleanSupplier done, Duration limit) {
    return machine.pool.await(done, limit.toNanos(), clock);
  }

  /** True in poll mode: callers drive. */
  public boolean isPolled() {
    return machine.driver != null;
  }

  /** What somebody waits for who drives may have come about. */
  void changed() {
    CallerDriver driver = machine.driver;
    if (driver != null) {
      driver.changed();
    }
  }

  /**
   * Accepts nothing any more, sees everything in flight to its end, and closes files and device. A
   * device that does not answer in {@link Builder#closeTimeout} keeps its memory and its thread.
   *
   * @throws IOException if the device does not answer in time: this can be closed later then; or if
   *     a file cannot be closed, or direct I/O had stopped before, by a failure of the queue or a
   *     mistake of our own: the cause is why
   */
  @Override
  public void close() throws IOException {
    machine.pool.close();
    if (!machine.pool.drain(plan.closeTimeout.toNanos(), clock)) {
      throw new IOException(
          machine.pool.inFlight() + " requests are still in flight; their memory is not freed");
    }
    IOException problem = null;
    for (DirectFile each : files) {
      try {
        each.close();
      } catch (IOException e) {
        problem = e;
      }
    }
    crew.end();
    plan.renewLock();
    Throwable mistake = machine.pool.failure();
    if (mistake != null) {
      throw new IOException("direct I/O has stopped: " + mistake.getMessage(), mistake);
    }
    if (problem != null) {
      throw problem;
    }
  }
}
