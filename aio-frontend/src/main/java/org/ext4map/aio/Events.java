package org.ext4map.aio;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.EventType;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import org.jspecify.annotations.Nullable;

/**
 * What the flight recorder shows of requests; the kernel's tracepoints where it has one of the
 * kind. Nothing is allocated for an event that nobody records.
 */
final class Events {
  private static final EventType ENTER = EventType.getEventType(DirectIoEnter.class);
  private static final EventType MAP = EventType.getEventType(MapBlocks.class);
  private static final EventType SPLIT = EventType.getEventType(SplitExtent.class);
  private static final EventType QUEUED = EventType.getEventType(DeferQueued.class);
  private static final EventType RUN = EventType.getEventType(DeferRun.class);
  private static final EventType CONVERT = EventType.getEventType(ConvertUnwritten.class);
  private static final EventType COMMIT = EventType.getEventType(SyncFile.class);
  private static final EventType EXIT = EventType.getEventType(DirectIoExit.class);

  private Events() {}

  /** A request is with the I/O thread: ext4_direct_IO_enter. */
  @Name("org.ext4map.Ext4DirectIoEnter")
  @Label("Direct I/O Enter")
  @Category({"ext4map", "Direct I/O"})
  @Description("A request was handed to the I/O thread")
  @StackTrace(false)
  static final class DirectIoEnter extends Event {
    long id;
    long ino;

    @Label("Class")
    @Nullable String kind;

    @DataAmount long position;
    @DataAmount int length;
    boolean deferred;
  }

  /** A request is reported: ext4_direct_IO_exit. */
  @Name("org.ext4map.Ext4DirectIoExit")
  @Label("Direct I/O Exit")
  @Category({"ext4map", "Direct I/O"})
  @Description("A request was reported")
  @StackTrace(false)
  static final class DirectIoExit extends Event {
    long id;
    int result;
  }

  /** The blocks of a request were looked up, or allocated: ext4_map_blocks. */
  @Name("org.ext4map.Ext4MapBlocks")
  @Label("Map Blocks")
  @Category({"ext4map", "Direct I/O"})
  @Description("The blocks of a request were mapped, with all locks and handles that took")
  @StackTrace(false)
  static final class MapBlocks extends Event {
    long id;
    int segments;
    boolean unwritten;
  }

  /** An unwritten extent was split before the I/O. */
  @Name("org.ext4map.Ext4ExtSplit")
  @Label("Split Extent")
  @Category({"ext4map", "Direct I/O"})
  @Description("An unwritten extent was cut to what a request writes, before the I/O")
  @StackTrace(false)
  static final class SplitExtent extends Event {
    long ino;
    long lblk;
    int len;
  }

  /** A completion has to wait for something. */
  @Name("org.ext4map.DioDeferQueued")
  @Label("Completion Deferred")
  @Category({"ext4map", "Direct I/O"})
  @Description("A completion was put into the ring of a worker")
  @StackTrace(false)
  static final class DeferQueued extends Event {
    long id;
    long ino;
  }

  /** A worker works on what has gathered. */
  @Name("org.ext4map.DioDeferRun")
  @Label("Deferred Completions Run")
  @Category({"ext4map", "Direct I/O"})
  @Description("A worker, or a waiting submitter, saw deferred completions to their end")
  @StackTrace(false)
  static final class DeferRun extends Event {
    int requests;
  }

  /** Unwritten blocks became written: ext4_convert_unwritten_extents. */
  @Name("org.ext4map.Ext4ConvertUnwrittenExtents")
  @Label("Convert Unwritten Extents")
  @Category({"ext4map", "Direct I/O"})
  @Description("Blocks of one or more requests were converted as one range")
  @StackTrace(false)
  static final class ConvertUnwritten extends Event {
    long ino;
    long fromLblk;
    long toLblk;
    int requests;
  }

  /** Durable writes waited for a commit: ext4_sync_file_enter, _exit. */
  @Name("org.ext4map.Ext4SyncFile")
  @Label("Commit for Durable Writes")
  @Category({"ext4map", "Direct I/O"})
  @Description("A commit and a flush, for all durable writes of a batch")
  @StackTrace(false)
  static final class SyncFile extends Event {
    long tid;
  }

  static void enter(Request request) {
    if (ENTER.isEnabled()) {
      DirectIoEnter event = new DirectIoEnter();
      event.id = request.id();
      event.ino = request.inode().ino();
      event.kind = request.kind.name();
      event.position = request.position;
      event.length = request.length;
      event.deferred = request.mustDefer();
      event.commit();
    }
  }

  static void exit(long id, int result) {
    if (EXIT.isEnabled()) {
      DirectIoExit event = new DirectIoExit();
      event.id = id;
      event.result = result;
      event.commit();
    }
  }

  /** Null if nobody records it. */
  static @Nullable MapBlocks beginMap() {
    if (!MAP.isEnabled()) {
      return null;
    }
    MapBlocks event = new MapBlocks();
    event.begin();
    return event;
  }

  static void endMap(@Nullable MapBlocks event, Request request) {
    if (event != null) {
      event.id = request.id();
      event.segments = request.segments;
      event.unwritten = request.metUnwritten;
      event.commit();
    }
  }

  /** Null if nobody records it. */
  static @Nullable SplitExtent beginSplit() {
    if (!SPLIT.isEnabled()) {
      return null;
    }
    SplitExtent event = new SplitExtent();
    event.begin();
    return event;
  }

  static void endSplit(@Nullable SplitExtent event, long ino, long lblk, int len) {
    if (event != null) {
      event.ino = ino;
      event.lblk = lblk;
      event.len = len;
      event.commit();
    }
  }

  static void queued(Request request) {
    if (QUEUED.isEnabled()) {
      DeferQueued event = new DeferQueued();
      event.id = request.id();
      event.ino = request.inode().ino();
      event.commit();
    }
  }

  /** Null if nobody records it. */
  static @Nullable DeferRun beginRun() {
    if (!RUN.isEnabled()) {
      return null;
    }
    DeferRun event = new DeferRun();
    event.begin();
    return event;
  }

  static void endRun(@Nullable DeferRun event, int requests) {
    if (event != null) {
      event.requests = requests;
      event.commit();
    }
  }

  /** Null if nobody records it. */
  static @Nullable ConvertUnwritten beginConvert() {
    if (!CONVERT.isEnabled()) {
      return null;
    }
    ConvertUnwritten event = new ConvertUnwritten();
    event.begin();
    return event;
  }

  static void endConvert(@Nullable ConvertUnwritten event, Request first, long to, int requests) {
    if (event != null) {
      event.ino = first.inode().ino();
      event.fromLblk = first.firstBlock;
      event.toLblk = to;
      event.requests = requests;
      event.commit();
    }
  }

  /** Null if nobody records it. */
  static @Nullable SyncFile beginCommit() {
    if (!COMMIT.isEnabled()) {
      return null;
    }
    SyncFile event = new SyncFile();
    event.begin();
    return event;
  }

  static void endCommit(@Nullable SyncFile event, long tid) {
    if (event != null) {
      event.tid = tid;
      event.commit();
    }
  }
}
