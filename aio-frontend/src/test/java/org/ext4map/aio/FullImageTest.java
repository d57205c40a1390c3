package org.ext4map.aio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.ext4map.Ext4File;
import org.ext4map.Ext4Image;
import org.ext4map.device.BlockDevice;
import org.ext4map.device.MemoryBlockDevice;
import org.ext4map.dio.DirectChange;
import org.ext4map.dio.DirectInode;
import org.ext4map.model.FallocateMode;
import org.ext4map.model.NoSpaceException;
import org.ext4map.testkit.WritableImages;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Conversions where there is no space left: of 120 files of eight unwritten blocks each needs a
 * node as soon as three blocks of it are written, and there are some 60 blocks for that, kept back,
 * and no others. Stale bytes lie below the unwritten blocks.
 */
class FullImageTest {
  private static final int BLOCK = 1024;
  private static final int FILES = 120;
  private static final int FILE_BLOCKS = 8;
  private static final int BUFFER = 16 * 4096;
  private static final byte STALE = (byte) 0xEE;
  private static final byte DATA = 7;

  @TempDir Path scratch;

  private final List<Integer> results = new ArrayList<>();

  @SuppressWarnings("NullAway.Init") // before each
  private MemoryBlockDevice device;

  @BeforeEach
  void fillTheImage() throws IOException {
    String[] names = new String[FILES];
    Arrays.setAll(names, i -> "f" + i);
    device =
        WritableImages.make(
            scratch, 3, List.of("-b", "" + BLOCK, "-m", "0", "-J", "size=1", "-N", "160"), names);
    try (Ext4Image image = open()) {
      fillWithStaleBytes(image);
    }
    try (Ext4Image image = open()) {
      for (String name : names) {
        image.lookup("/" + name).fallocate(FallocateMode.ALLOCATE, 0, FILE_BLOCKS * BLOCK);
      }
      Ext4File rest = image.create("/rest", 0600);
      assertThatThrownBy(() -> rest.fallocate(FallocateMode.ALLOCATE, 0, 3 << 20))
          .isInstanceOf(NoSpaceException.class);
      assertThat(image.direct().blocksForConversions()).isLessThan(FILES);
    }
  }

  private Ext4Image open() throws IOException {
    return Ext4Image.open((BlockDevice) device, WritableImages.forWriting());
  }

  private static void fillWithStaleBytes(Ext4Image image) throws IOException {
    Ext4File file = image.create("/stale", 0600);
    byte[] stale = new byte[64 * BLOCK];
    Arrays.fill(stale, STALE);
    try (SeekableByteChannel channel = file.openForWriting()) {
      while (channel.write(ByteBuffer.wrap(stale)) > 0) {
        assertThat(channel.size()).isLessThan(3 << 20);
      }
    } catch (NoSpaceException full) {
      image.unlink("/stale");
    }
  }

  private void report(long cookie, int result, @Nullable IOException failure) {
    results.add(result);
  }

  @Test
  void inv36And44WhatWasAcceptedIsConvertedByKeptBackNodesOrBesideZeros() throws IOException {
    try (Ext4Image image = open()) {
      Simulation.Shape shape = Simulation.Shape.plain(8, Faults.NONE);
      Simulation simulation = new Simulation(image, device, shape, 44, BUFFER + 4096);
      byte[] data = new byte[BLOCK];
      Arrays.fill(data, DATA);
      simulation.arena.bytes().put(BUFFER, data);
      List<DirectInode> inodes = new ArrayList<>();
      for (int i = 0; i < FILES; i++) {
        inodes.add(image.lookup("/f" + i).openDirect());
      }
      for (int block = 1; block <= 5; block += 2) {
        for (DirectInode inode : inodes) {
          simulation.machine.submitter.write(
              inode, BUFFER, BLOCK, (long) block * BLOCK, false, this::report, block);
        }
      }
      simulation.finish();

      assertThat(results).hasSize(3 * FILES).containsOnly(BLOCK);
      DirectIo.Counters counters = simulation.machine.tally.snapshot();
      assertThat(counters.fills()).as("split, with kept back nodes").isPositive();
      assertThat(counters.alone()).as("alone, beside zeros").isPositive();
      assertThat(counters.ticketsReleased()).isEqualTo(counters.ticketsIssued());
      for (DirectInode inode : inodes) {
        inode.close();
      }
      assertContents(image);
    }
    WritableImages.assertClean(device, scratch, "after the conversions");
    try (Ext4Image image = open()) {
      assertContents(image);
    }
  }

  private static void assertContents(Ext4Image image) throws IOException {
    for (int i = 0; i < FILES; i++) {
      byte[] bytes = Images.bytes(image.lookup("/f" + i));
      for (int at = 0; at < bytes.length; at++) {
        int block = at / BLOCK;
        int expected = block == 1 || block == 3 || block == 5 ? DATA : 0;
        assertThat(bytes[at]).as("f%d byte %d", i, at).isEqualTo((byte) expected);
      }
    }
  }

  @Test
  void inv44ZerosDoNotTakeThePlaceOfASplitAsLongAsOthersAreWriting() throws IOException {
    try (Ext4Image image = open()) {
      DirectInode inode = takeAllNodes(image);
      long ino = inode.ino();
      Ext4File file = image.lookup("<" + ino + ">");
      String before = Images.map(file);
      enter(inode);
      enter(inode);
      try (DirectChange change = inode.startChange()) {
        assertThatThrownBy(() -> change.convert(3, 4)).isInstanceOf(NoSpaceException.class);
      }
      assertThat(Images.map(file)).isEqualTo(before);

      inode.leave();
      try (DirectChange change = inode.startChange()) {
        change.convert(3, 4);
      }
      assertThat(Images.map(file)).as("zeros in block 2").isEqualTo("0-0:U 1-3:W 4-7:U");
      byte[] bytes = Images.bytes(file);
      for (int at = 0; at < bytes.length; at++) {
        int block = at / BLOCK;
        byte expected = block == 1 || block == 3 ? STALE : 0; // as if these had been written
        assertThat(bytes[at]).as("byte %d", at).isEqualTo(expected);
      }
      inode.leave();
      inode.close();
    }
    WritableImages.assertClean(device, scratch, "after the zeros");
  }

  private static void enter(DirectInode inode) {
    inode.lockShared();
    try {
      inode.enter();
    } finally {
      inode.unlockShared();
    }
  }

  /** Converts blocks of one file after the other until a node is missing: answers that file. */
  private static DirectInode takeAllNodes(Ext4Image image) throws IOException {
    for (int i = 0; i < FILES; i++) {
      DirectInode inode = image.lookup("/f" + i).openDirect();
      enter(inode);
      enter(inode); // as if two were writing
      try (DirectChange change = inode.startChange()) {
        for (long block = 1; block <= 5; block += 2) {
          change.convert(block, block + 1);
        }
      } catch (NoSpaceException full) {
        return inode;
      } finally {
        inode.leave();
        inode.leave();
      }
      inode.close();
    }
    throw new AssertionError("nodes for all");
  }
}
