package org.ext4map.race.design;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.ext4map.device.BlockDevice;
import org.ext4map.dio.DirectChange;
import org.ext4map.locks.ThreadClass;
import org.ext4map.model.ExtentState;
import org.ext4map.model.Mapping;
import org.ext4map.model.NoSpaceException;
import org.ext4map.race.schedule.Stage;
import org.jspecify.annotations.Nullable;

/**
 * An asynchronous direct write inside the size of a file, from io_submit to its report: ext4 of
 * early 2016, dioread_nolock, with the pieces of one {@link Design}. Comments name the kernel's
 * function at each turn.
 *
 * <p>Threads: {@link #write} by submitters; interrupts and workers enter the stage by themselves.
 */
public final class DirectPath {
  private static final String P = "P";
  private static final String TREE = "tree";
  private static final int MAX_STEP = 4096; // DIO_MAX_BLOCKS

  private final Stage stage;
  private final Design design;
  private final RacedInode inode;
  private final BlockDevice device;
  private final int blockSize;
  private @Nullable AtomicLong freedLooks;

  /** The way of writes to one inode; {@code device} holds the image. */
  public DirectPath(
      Stage stage, Design design, RacedInode inode, BlockDevice device, int blockSize) {
    this.stage = stage;
    this.design = design;
    this.inode = inode;
    this.device = device;
    this.blockSize = blockSize;
  }

  /**
   * From now on a look into a freed ticket is only counted, and finds no flag: nothing would notice
   * it in a kernel either. Before the first request.
   */
  public DirectPath goingOnAfterFreedLooks(AtomicLong counter) {
    freedLooks = counter;
    return this;
  }

  /** A piece of a request for the device. */
  private record Bio(long from, long to, long pblk) {}

  // ---- submission ------------------------------------------------------------------------------

  /** ext4_file_write_iter: an overwrite lets others in while it goes on. */
  public void write(Dio dio) throws IOException {
    boolean isOverwrite;
    inode.lockMutex(TREE);
    try {
      isOverwrite = inode.isWritten(dio.from(), dio.to());
      stage.note(
          () -> dio.blocks() + (isOverwrite ? " is written: an overwrite" : " is unwritten"));
      inode.direct().enter();
      if (!isOverwrite) {
        directIo(dio, false);
      } else if (design.overwriteLock() == OverwriteLock.DATA_SEM_SHARED) {
        inode.dataSem().lockShared();
      }
    } finally {
      inode.unlockMutex();
    }
    if (isOverwrite) {
      overwrite(dio);
    }
  }

  private void overwrite(Dio dio) throws IOException {
    if (design.overwriteLock() == OverwriteLock.DATA_SEM_SHARED) {
      try {
        inode.underEnginesDataSem(() -> directIoUnchecked(dio));
      } catch (UncheckedIOException e) {
        throw e.getCause();
      } finally {
        inode.dataSem().unlockShared();
      }
    } else {
      directIo(dio, true);
    }
    inode.lockMutex(); // ext4_ext_direct_IO gives back what it was called with
    inode.unlockMutex();
  }

  private void directIoUnchecked(Dio dio) {
    try {
      directIo(dio, true);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** ext4_ext_direct_IO. */
  private void directIo(Dio dio, boolean isOverwrite) throws IOException {
    boolean usesSlot = design.maker().beforeMapping(isOverwrite);
    IoTicket ticket = usesSlot ? beginWithTicket(dio) : null;
    boolean isOver = blockdevDirectIo(dio, isOverwrite);
    if (ticket != null) {
      clearSlot();
      stage.point("puts " + ticket, ticket.toString());
      put(ticket);
    }
    if (isOver && !isOverwrite && inode.takeSyncMustConvert()) {
      stage.note(() -> "all was done at once: converts as a synchronous write does");
      convert(dio);
    }
  }

  private IoTicket beginWithTicket(Dio dio) {
    clearSlot();
    IoTicket ticket = new IoTicket(dio);
    ticket.get(); // one for us, one for the iocb
    dio.setTicket(ticket);
    stage.point("P := " + ticket, P);
    inode.setSlot(ticket);
    return ticket;
  }

  private void clearSlot() {
    stage.point("P := NULL", P);
    inode.setSlot(null);
  }

  /** __blockdev_direct_IO; true if the request was over when it ended, so the caller knows. */
  private boolean blockdevDirectIo(Dio dio, boolean isOverwrite) throws IOException {
    List<Bio> bios = new ArrayList<>();
    try {
      for (long lblk = dio.from(); lblk < dio.to(); ) {
        int len = (int) Math.min(MAX_STEP, dio.to() - lblk);
        Mapping found = getBlock(dio, lblk, len, isOverwrite);
        bios.add(new Bio(lblk, lblk + found.length(), found.pblk()));
        lblk += found.length();
      }
    } catch (NoSpaceException e) {
      dio.fail();
      bios.clear();
    }
    if (!bios.isEmpty()) {
      stage.point("submits " + dio.name(), dio.name());
      submit(dio, bios);
    }
    stage.point("drops the submitter's reference of " + dio.name(), dio.name());
    if (!dio.dropReference()) {
      return false;
    }
    complete(dio);
    return !dio.hasFailed();
  }

  private void submit(Dio dio, List<Bio> bios) {
    for (int i = 0; i < bios.size(); i++) {
      Bio bio = bios.get(i);
      dio.reference();
      stage.enter(
          "interrupt " + dio.number() + (i == 0 ? "" : "." + (i + 1)),
          ThreadClass.COMPLETION,
          () -> bioEnd(dio, bio),
          "the device is done with blocks " + bio.from() + "-" + (bio.to() - 1),
          dio.name());
    }
  }

  // ---- others ----------------------------------------------------------------------------------

  /**
   * An unlocked read, dioread_nolock: no lock, no ticket, and the same look at P. Nobody takes
   * blocks away in our stories, so it is not counted.
   */
  public void read(Dio dio) throws IOException {
    List<Bio> bios = new ArrayList<>();
    for (long lblk = dio.from(); lblk < dio.to(); ) {
      Mapping found = new Mapping();
      stage.point("maps " + dio.blocks() + " for reading", TREE);
      inode.lookUp(lblk, (int) (dio.to() - lblk), found);
      if (design.deferral() == Deferral.A_SECOND_LOOK) {
        lookAgain(dio);
      }
      if (found.state() == ExtentState.WRITTEN) {
        bios.add(new Bio(lblk, lblk + found.length(), found.pblk()));
      }
      lblk += found.length();
    }
    submit(dio, bios);
    stage.point("drops the submitter's reference of " + dio.name(), dio.name());
    if (dio.dropReference()) {
      complete(dio);
    }
  }

  /**
   * A page fault of a DAX mapping, which wants zeroed blocks: ext4_map_blocks with CREATE_ZERO, as
   * far as it goes over blocks that are written.
   */
  public void fault(Dio dio) throws IOException {
    BlockFlags values = design.flags();
    int flags = values.createZero();
    boolean locks = !values.asksNotToLock(flags);
    if (locks) {
      inode.dataSem().lockShared(TREE);
    } else {
      stage.point("takes no lock: flags " + Integer.toHexString(flags) + " say it has it", TREE);
    }
    boolean isWritten = inode.isWritten(dio.from(), dio.to());
    if (locks) {
      inode.dataSem().unlockShared();
    }
    if (isWritten && !values.asksToUnwrite(flags)) {
      stage.note(() -> dio.blocks() + " is there: nothing to do");
      return;
    }
    dio.mishap("CREATE_ZERO, " + Integer.toHexString(flags) + ", was taken for CONVERT_UNWRITTEN");
    inode.unwrite(dio.from(), dio.to(), blockSize);
    stage.note(() -> "the flags say written blocks are to be unwritten");
  }

  // ---- mapping ---------------------------------------------------------------------------------

  /** get_block of this write: maps one run, and decides about the completion. */
  private Mapping getBlock(Dio dio, long lblk, int len, boolean isOverwrite) throws IOException {
    Mapping found = new Mapping();
    if (isOverwrite) {
      stage.point("maps " + dio.blocks(), TREE);
      inode.lookUp(lblk, len, found);
    } else {
      mapForFilling(dio, lblk, len, found);
    }
    switch (design.deferral()) {
      case A_SECOND_LOOK -> lookAgain(dio);
      case WITH_THE_TICKET -> makeTicket(dio, found);
    }
    return found;
  }

  /** ext4_map_blocks with IO_CREATE_EXT: what is not written is split off, or allocated. */
  private void mapForFilling(Dio dio, long lblk, int len, Mapping found) throws IOException {
    inode.dataSem().lockExclusively();
    try {
      @Nullable IoTicket ticket = null;
      if (design.place() == Place.THE_INODE) {
        stage.point("the tree code reads P, and splits " + dio.blocks() + " off", P, TREE);
        ticket = inode.slot();
        noteSlot(ticket);
      } else {
        stage.point("the tree code splits " + dio.blocks() + " off", TREE);
      }
      inode.direct().isolate(lblk, len, found);
      if (design.place() == Place.THE_INODE && found.state() == ExtentState.UNWRITTEN) {
        flag(dio, ticket);
      }
    } finally {
      inode.dataSem().unlockExclusively();
    }
  }

  private void noteSlot(@Nullable IoTicket ticket) {
    stage.note(() -> "P is " + (ticket == null ? "NULL" : ticket.toString()));
  }

  /** ext4_set_io_unwritten_flag, of whatever ticket the tree code has found. */
  private void flag(Dio dio, @Nullable IoTicket ticket) {
    if (ticket == null) {
      inode.syncMustConvert();
      dio.mishap("the tree code found no ticket in P, and took the write for a synchronous one");
      stage.note(() -> "no ticket: takes the write for a synchronous one");
      return;
    }
    stage.point("flags " + ticket + " unwritten", ticket.toString());
    ticket.flag(dio.number());
    if (ticket.dio() != dio) {
      dio.mishap("the tree code flagged " + ticket + " instead of its own ticket");
    }
  }

  /** _ext4_get_block: is there a flagged ticket now? Not necessarily the one of before. */
  private void lookAgain(Dio dio) {
    stage.point("reads P again", P);
    IoTicket ticket = inode.slot();
    noteSlot(ticket);
    if (ticket == null) {
      return;
    }
    stage.point("looks into " + ticket, ticket.toString());
    if (isFlagged(ticket, dio)) {
      dio.defer();
      stage.note(() -> "flagged, so the completion is deferred");
    } else {
      stage.note(() -> "not flagged");
    }
  }

  private boolean isFlagged(IoTicket ticket, Dio dio) {
    try {
      return ticket.isFlagged(dio.number());
    } catch (Panic freed) {
      if (freedLooks == null) {
        throw freed;
      }
      freedLooks.incrementAndGet();
      return false;
    }
  }

  /** ext4_dio_get_block_unwritten_async of 4.6. */
  private void makeTicket(Dio dio, Mapping found) {
    if (found.state() == ExtentState.UNWRITTEN && dio.ticket() == null) {
      IoTicket ticket = new IoTicket(dio);
      ticket.flag(dio.number());
      dio.setTicket(ticket);
      dio.defer();
      stage.note(() -> "unwritten: " + dio.name() + " gets " + ticket + " and is deferred");
    }
  }

  // ---- completion ------------------------------------------------------------------------------

  /** dio_bio_end_aio. */
  private void bioEnd(Dio dio, Bio bio) throws IOException {
    transfer(dio, bio);
    if (!dio.dropReference()) {
      return;
    }
    if (dio.isDeferred()) {
      stage.enter(
          "worker " + dio.number(),
          ThreadClass.WORKER,
          () -> complete(dio),
          "takes over the completion of " + dio.name());
    } else {
      stage.note(() -> "not deferred: completes here");
      complete(dio);
    }
  }

  private void transfer(Dio dio, Bio bio) throws IOException {
    if (dio.failsOnDevice()) {
      dio.fail();
      stage.note(() -> "with an error: nothing was written");
    } else if (dio.isRead()) {
      device.read(bio.pblk() * blockSize, dio.data(bio.from(), bio.to(), blockSize));
    } else {
      device.write(bio.pblk() * blockSize, dio.data(bio.from(), bio.to(), blockSize));
    }
  }

  /** dio_complete: ext4_end_io_dio, then the count, then the report. */
  private void complete(Dio dio) throws IOException {
    IoTicket ticket = dio.ticket();
    if (ticket != null) {
      stage.point("end_io puts " + ticket, ticket.toString());
      if (dio.hasFailed() && design.afterError() == AfterError.CONVERTS_NOTHING) {
        ticket.unflag();
      }
      put(ticket);
    }
    if (!dio.isRead()) {
      inode.direct().leave();
    }
    stage.note(() -> "reports " + dio.name());
    dio.reported();
  }

  /** ext4_put_io_end: the last one converts. */
  private void put(IoTicket ticket) throws IOException {
    if (!ticket.put()) {
      return;
    }
    if (ticket.isFlagged(ticket.dio().number())) {
      if (ThreadClass.current() == ThreadClass.COMPLETION) {
        convertInInterrupt(ticket);
      } else {
        convert(ticket.dio());
      }
    }
    ticket.free();
    stage.note(() -> ticket + " is freed");
  }

  /** ext4_convert_unwritten_extents, by the engine. */
  private void convert(Dio dio) throws IOException {
    inode.dataSem().lockExclusively(TREE);
    try (DirectChange change = inode.direct().startChange()) {
      change.convert(dio.from(), dio.to());
      stage.note(() -> "converts " + dio.blocks());
    } finally {
      inode.dataSem().unlockExclusively();
    }
  }

  /** No lock of the stage is asked for, so that it is the engine who complains. */
  private void convertInInterrupt(IoTicket ticket) throws IOException {
    Dio dio = ticket.dio();
    stage.note(() -> "the last reference, and " + ticket + " is flagged: converts, here");
    try (DirectChange change = inode.direct().startChange()) {
      change.convert(dio.from(), dio.to());
    } catch (AssertionError complaint) {
      boolean isOwn = ticket.flaggedBy() == dio.number();
      throw new Panic(
          isOwn ? Outcome.CRASH_A : Outcome.CRASH_B,
          "conversion of "
              + dio.name()
              + " in interrupt context: "
              + (isOwn
                  ? ticket + " was flagged, but the completion not deferred"
                  : ticket + " was flagged by request " + ticket.flaggedBy()),
          complaint);
    }
    throw new AssertionError("the engine has converted in interrupt context");
  }
}
