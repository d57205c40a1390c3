package org.ext4map.cli;

import java.io.IOException;
import java.util.Locale;
import java.util.OptionalLong;
import org.ext4map.Ext4File;
import org.ext4map.model.Extent;
import org.ext4map.model.ExtentState;
import org.jspecify.annotations.Nullable;

/** What {@code io} prints about a file, in the form of xfs_io. */
final class IoReports {
  private static final int SECTOR_BYTES = 512;
  private static final int FIEMAP_EXTENT_LAST = 0x1;
  private static final int FIEMAP_EXTENT_UNWRITTEN = 0x800;

  private IoReports() {}

  /** Names, type and sizes. */
  static void stat(IoFile file, Console console) throws IOException {
    Ext4File inode = file.inode();
    console.line("fd.path = \"" + Text.printable(file.path().text()) + "\"");
    console.line("fd.flags = non-sync,non-direct,read-write");
    console.line("stat.ino = " + inode.ino());
    console.line("stat.type = regular file");
    console.line("stat.size = " + inode.size());
    console.line("stat.blocks = " + inode.record().sectors());
  }

  /** SEEK_DATA and SEEK_HOLE. */
  static void seek(IoFile file, Console console, long offset, boolean data, boolean hole)
      throws IOException {
    console.line("Whence\tResult");
    if (data) {
      console.line("DATA\t" + shown(file.inode().seekData(offset)));
    }
    if (hole) {
      console.line("HOLE\t" + shown(file.inode().seekHole(offset)));
    }
  }

  private static String shown(OptionalLong position) {
    return position.isPresent() ? Long.toString(position.getAsLong()) : "EOF";
  }

  /** The map in sectors of 512 bytes; verbose also tells which runs are unwritten. */
  static void fiemap(IoFile file, Console console, boolean verbose) throws IOException {
    console.line(Text.printable(file.path().text()) + ":");
    if (verbose) {
      console.line(
          String.format(
              Locale.ROOT,
              "%4s: %-16s %-16s %5s %5s",
              "EXT",
              "FILE-OFFSET",
              "BLOCK-RANGE",
              "TOTAL",
              "FLAGS"));
    }
    Fiemap rows = new Fiemap(console, verbose, file.blockSize() / SECTOR_BYTES);
    ExtentJoiner joiner = new ExtentJoiner(true, rows);
    Carrier carrier = new Carrier();
    file.inode().forEachExtent(extent -> carrier.carry(() -> joiner.add(extent)));
    carrier.unload();
    joiner.finish();
    rows.finish((file.inode().size() + SECTOR_BYTES - 1) / SECTOR_BYTES);
  }

  /** One row behind, because the last one is marked. */
  private static final class Fiemap implements ExtentSink {
    private final Console console;
    private final boolean verbose;
    private final int sectorsPerBlock;
    private int rows;
    private long end;
    private @Nullable Extent held;

    Fiemap(Console console, boolean verbose, int sectorsPerBlock) {
      this.console = console;
      this.verbose = verbose;
      this.sectorsPerBlock = sectorsPerBlock;
    }

    @Override
    public void add(Extent extent) throws IOException {
      passOn(0);
      held = extent;
    }

    void finish(long fileEnd) throws IOException {
      passOn(FIEMAP_EXTENT_LAST);
      hole(fileEnd);
    }

    private void passOn(int last) throws IOException {
      Extent extent = held;
      if (extent == null) {
        return;
      }
      hole(extent.lblk() * sectorsPerBlock);
      long first = extent.pblk() * sectorsPerBlock;
      long length = (long) extent.length() * sectorsPerBlock;
      int flags = last | (extent.state() == ExtentState.UNWRITTEN ? FIEMAP_EXTENT_UNWRITTEN : 0);
      row(length, first + ".." + (first + length - 1), String.format("0x%x", flags));
    }

    private void hole(long to) throws IOException {
      if (end < to) {
        row(to - end, "hole", "");
      }
    }

    private void row(long length, String where, String flags) throws IOException {
      String offsets = "[" + end + ".." + (end + length - 1) + "]:";
      String row =
          verbose
              ? String.format(
                      Locale.ROOT, "%4d: %-16s %-16s %5d %5s", rows, offsets, where, length, flags)
                  .stripTrailing()
              : "\t" + rows + ": " + offsets + " " + where;
      console.line(row);
      rows++;
      end += length;
    }
  }
}
