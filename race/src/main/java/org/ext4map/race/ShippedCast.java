package org.ext4map.race;

import java.io.IOException;
import java.io.UncheckedIOException;
import org.ext4map.Ext4File;
import org.ext4map.Ext4Image;
import org.ext4map.aio.SteppedFrontEnd;
import org.ext4map.aio.ring.IoArena;
import org.ext4map.locks.ThreadClass;
import org.ext4map.model.Mapping;
import org.ext4map.race.schedule.Stage;

/** A story by the front end that is shipped: its submitter, I/O loop, completer and worker. */
final class ShippedCast extends Cast {
  private static final int REQUESTS = 4;
  private static final int ROOM = 4 * Ground.BLOCK;

  private final Ext4Image image;
  private final Ext4File file;
  private final IoArena arena =
      IoArena.ofDirectBuffer(SteppedFrontEnd.bounceBytes(REQUESTS) + REQUESTS * ROOM);

  ShippedCast(Ext4Image image, Ext4File file, Story story) {
    super(file, story);
    this.image = image;
    this.file = file;
  }

  @Override
  void enter(Stage stage) {
    StagedRing ring =
        new StagedRing(stage, image.direct().device(), arena, Ground.BLOCK, ShippedCast::requestAt);
    SteppedFrontEnd frontEnd =
        new SteppedFrontEnd(
            image.direct(), ring, arena, REQUESTS, done -> stage.await("waits", done, "requests"));
    StagedInode inode;
    try {
      inode = new StagedInode(stage, file.openDirect());
      failWhereAsked(ring);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    int number = 0;
    for (Story.Ask ask : story().asks()) {
      int own = ++number;
      stage.enter(
          ask.actor(),
          ThreadClass.SUBMITTER,
          () -> perform(ask, own, frontEnd, inode),
          "asks for blocks " + ask.from() + "-" + (ask.to() - 1));
    }
    stage.enterServant(
        "I/O thread", ThreadClass.COMPLETION, () -> serve(stage, frontEnd, ring), "wakes up");
    stage.enterServant("worker", ThreadClass.WORKER, () -> work(stage, frontEnd), "wakes up");
  }

  private static int roomOf(int number) {
    return SteppedFrontEnd.bounceBytes(REQUESTS) + (number - 1) * ROOM;
  }

  private static int requestAt(int arenaAt) {
    return (arenaAt - SteppedFrontEnd.bounceBytes(REQUESTS)) / ROOM + 1;
  }

  private void failWhereAsked(StagedRing ring) throws IOException {
    for (Story.Ask ask : story().asks()) {
      if (ask.what() == Story.What.WRITE_THAT_FAILS) {
        Mapping found = new Mapping();
        file.map(ask.from(), 1, found);
        ring.failAt(found.pblk());
      }
    }
  }

  private void perform(Story.Ask ask, int number, SteppedFrontEnd frontEnd, StagedInode inode)
      throws IOException {
    int at = roomOf(number);
    int length = (ask.to() - ask.from()) * Ground.BLOCK;
    long position = (long) ask.from() * Ground.BLOCK;
    if (ask.what() == Story.What.READ) {
      frontEnd.read(
          inode,
          at,
          length,
          position,
          (cookie, result, failure) -> report(number, result == length, read(at, length)));
      return;
    }
    arena.bytes().put(at, data(ask, number));
    frontEnd.write(
        inode,
        at,
        length,
        position,
        (cookie, result, failure) -> report(number, result == length, new byte[0]));
  }

  private byte[] read(int at, int length) {
    byte[] bytes = new byte[length];
    arena.bytes().get(at, bytes);
    return bytes;
  }

  private static void serve(Stage stage, SteppedFrontEnd frontEnd, StagedRing ring)
      throws IOException {
    while (true) {
      frontEnd.submit();
      stage.await("takes what has come", ring::isAwake, "device", "requests");
      frontEnd.reap();
    }
  }

  private static void work(Stage stage, SteppedFrontEnd frontEnd) {
    while (true) {
      stage.await("takes what was deferred", frontEnd::hasDeferred, "requests");
      frontEnd.work();
    }
  }

  @Override
  String mishap(int number) {
    return "";
  }
}
