package org.ext4map.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.ext4map.Ext4File;
import org.ext4map.Ext4Image;
import org.ext4map.OpenOptions;
import org.ext4map.View;
import org.ext4map.aio.DirectFile;
import org.ext4map.aio.DirectIo;
import org.ext4map.check.CheckOptions;
import org.ext4map.check.CheckReport;
import org.ext4map.check.Checker;
import org.ext4map.device.BlockDevice;
import org.ext4map.device.FileBlockDevice;
import org.ext4map.device.FileBlockDevice.DirectMode;
import org.ext4map.device.MemoryBlockDevice;
import org.ext4map.format.Mkfs;
import org.ext4map.format.MkfsOptions;
import org.ext4map.images.CommandResult;
import org.ext4map.images.E2fsck;
import org.ext4map.model.Extent;
import org.ext4map.model.ExtentState;
import org.ext4map.model.FallocateMode;

/**
 * The text of the demo: a file system is made, a file preallocated and written into, the power cut,
 * the result judged. Every number in it is read from the image while it runs.
 */
final class DemoTour {
  private static final long IMAGE_BYTES = 16L << 20;
  private static final int BLOCK = 4096;
  private static final String OLD = "/letters.txt";
  private static final String FILE = "/orders.db";
  private static final int FILE_BLOCKS = 32;
  private static final int FIRST_WRITTEN = 12;
  private static final int WRITTEN_BLOCKS = 4;
  private static final String LETTER = "Dear Mr. Darcy, ";
  private static final String ORDER = "order: 3 pears, ";
  private static final int SHOWN_BYTES = LETTER.length();

  private final Console console;
  private final Paint paint;
  private final Story story;
  private final Path image;
  private final InstantSource clock;

  DemoTour(Console console, Path image, InstantSource clock) {
    this.console = console;
    this.paint = console.paint();
    this.story = new Story(console);
    this.image = image;
    this.clock = clock;
  }

  /** Tells it all; answers whether every judge was content. */
  boolean run() throws IOException {
    make();
    OpenOptions options =
        OpenOptions.defaults()
            .view(View.READ_WRITE)
            .clock(clock)
            .directMode(DirectMode.IF_POSSIBLE);
    byte[] powerCut;
    try (Ext4Image opened = Ext4Image.open(image, options)) {
      leaveOldBytes(opened);
      Ext4File file = preallocate(opened);
      String before = map(file);
      write(opened, file);
      tellMaps(before, map(file));
      tellReading(opened, file);
      powerCut = copy(opened.device());
    }
    tellPowerCut(powerCut);
    return tellVerdicts();
  }

  private void make() throws IOException {
    story.heading("A file system");
    UUID uuid = UUID.randomUUID();
    MkfsOptions options =
        MkfsOptions.ext4(uuid, uuid, clock.instant()).blockSize(BLOCK).label("demo").build();
    try (BlockDevice device = FileBlockDevice.openBlank(image, IMAGE_BYTES, before -> {})) {
      Mkfs.format(device, options);
    }
    story.say(
        """
        An ext4 file system in a file, made without root and without mounting. Then
        somebody wrote letters, and deleted them: their bytes are still on the disk.
        """);
    story.command("mkfs -b 4k -L demo demo.img 16m");
  }

  private static void leaveOldBytes(Ext4Image opened) throws IOException {
    Ext4File old = opened.create(OLD, 0600);
    byte[] bytes =
        LETTER.repeat(FILE_BLOCKS * BLOCK / LETTER.length()).getBytes(StandardCharsets.US_ASCII);
    try (SeekableByteChannel channel = old.openForWriting()) {
      fill(channel, ByteBuffer.wrap(bytes));
    }
    old.fsync();
    opened.unlink(OLD);
    opened.sync();
  }

  private static void fill(SeekableByteChannel channel, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      int count = channel.write(bytes);
      assert count > 0 : "without space it throws";
    }
  }

  private Ext4File preallocate(Ext4Image opened) throws IOException {
    story.heading("Room for a file");
    Ext4File file = opened.create(FILE, 0644);
    file.fallocate(FallocateMode.ALLOCATE, 0, (long) FILE_BLOCKS * BLOCK);
    file.fsync();
    story.say(
        """
        A database sets space aside before it needs it. The blocks are the file's
        now, but unwritten: what stands in them is not.
        """);
    story.command("io -f demo.img " + FILE + " -c 'falloc 0 128k'");
    return file;
  }

  private void write(Ext4Image opened, Ext4File file) throws IOException {
    story.heading("Writes into the middle");
    String engine;
    DirectIo.Counters first;
    DirectIo.Counters both;
    try (DirectIo io = DirectIo.on(opened).open();
        DirectFile direct = io.open(file)) {
      engine = io.describe();
      writeAtOnce(direct);
      first = io.counters();
      writeAtOnce(direct);
      both = io.counters();
    }
    file.fsync();
    story.say(
        """
        Four blocks are written at once, by asynchronous direct I/O, and then once
        more. One extent becomes three, as first-last:STATE@block, U for unwritten
        and W for written: first the bytes go to the disk, then the state changes.
        That may sleep, so it is deferred from the thread which takes completions
        to a worker. The second time there is nothing to change, and no deferral.
        """);
    story.command("io -d demo.img " + FILE + " -c 'pwrite 48k 16k' -c fsync");
    Rows rows = new Rows(console);
    rows.row("engine", engine);
    rows.row("first time", completions(first.deferred(), first.finishedInline()));
    rows.row(
        "second time",
        completions(
            both.deferred() - first.deferred(), both.finishedInline() - first.finishedInline()));
  }

  private static void writeAtOnce(DirectFile file) throws IOException {
    byte[] bytes = ORDER.repeat(BLOCK / ORDER.length()).getBytes(StandardCharsets.US_ASCII);
    List<CompletableFuture<Integer>> requests = new ArrayList<>();
    for (int block = FIRST_WRITTEN; block < FIRST_WRITTEN + WRITTEN_BLOCKS; block++) {
      requests.add(file.write(ByteBuffer.wrap(bytes), (long) block * BLOCK));
    }
    for (CompletableFuture<Integer> request : requests) {
      int count = WaitingChannel.result(request);
      assert count == BLOCK : count;
    }
  }

  private static String completions(long deferred, long inline) {
    return deferred + " completions deferred, " + inline + " not";
  }

  private static String map(Ext4File file) throws IOException {
    return file.extents().stream().map(Extent::toString).collect(Collectors.joining(" "));
  }

  private void tellMaps(String before, String after) throws IOException {
    Rows rows = new Rows(console);
    rows.row("before", paint.yellow(before));
    rows.row("after", paint.green(after));
  }

  private void tellReading(Ext4Image opened, Ext4File file) throws IOException {
    story.heading("Why the state matters");
    story.say(
        """
        The first block is unwritten still. On the disk it holds the letters; a
        reader that drops one bit shows them to whoever may read the orders.
        """);
    Extent first = file.extents().get(0);
    assert first.state() == ExtentState.UNWRITTEN : first;
    ByteBuffer disk = ByteBuffer.allocate(SHOWN_BYTES);
    opened.device().read(first.pblk() * BLOCK, disk);
    Rows rows = new Rows(console);
    rows.row("on the disk", paint.red(Story.shown(disk)));
    rows.row("what you read", paint.green(Story.shown(read(file, 0))));
    rows.row("what is written", paint.green(Story.shown(read(file, FIRST_WRITTEN))));
  }

  private static ByteBuffer read(Ext4File file, int block) throws IOException {
    return Story.read(file, (long) block * BLOCK, SHOWN_BYTES);
  }

  /** Not by opening the file once more: closing that would give up the lock of this process. */
  private static byte[] copy(BlockDevice device) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate((int) device.sizeBytes());
    device.read(0, bytes);
    return bytes.array();
  }

  private void tellPowerCut(byte[] powerCut) throws IOException {
    story.heading("A power cut");
    story.say(
        """
        At this moment we copied the image, as a power cut would leave it. The
        change stands only in its journal; after a replay it is there, whole.
        """);
    Rows rows = new Rows(console);
    rows.row("as it is", names(powerCut, View.AS_IS));
    rows.row("after recovery", names(powerCut, View.RECOVERED));
  }

  private static String names(byte[] bytes, View view) throws IOException {
    OpenOptions options = OpenOptions.defaults().view(view);
    List<String> names = new ArrayList<>();
    try (Ext4Image cut = Ext4Image.open(MemoryBlockDevice.of(bytes), options)) {
      for (var entry : cut.root().list()) {
        String name = entry.name().toString();
        if (name.equals(FILE.substring(1))) {
          names.add(name + " " + map(cut.inode(entry.ino())));
        } else if (!entry.name().isDots()) {
          names.add(name);
        }
      }
    }
    return String.join(", ", names);
  }

  private boolean tellVerdicts() throws IOException {
    story.heading("The verdict");
    story.say("The image was closed. Is it a sound ext4 file system?\n");
    story.command("check demo.img");
    Rows rows = new Rows(console);
    boolean clean = tellOwn(rows);
    return tellE2fsck(rows) && clean;
  }

  private boolean tellOwn(Rows rows) throws IOException {
    try (BlockDevice device = FileBlockDevice.open(image)) {
      CheckReport report = Checker.check(device, CheckOptions.defaults(), finding -> {});
      String found = Text.count(report.problemCount(), "finding");
      rows.row("ext4map check", report.isClean() ? good("clean, " + found) : bad(found));
      return report.isClean();
    }
  }

  private boolean tellE2fsck(Rows rows) throws IOException {
    CommandResult result;
    try {
      result = E2fsck.check(image);
    } catch (IOException absent) {
      rows.row("e2fsck -fn", paint.faint("not asked: no e2fsck on the PATH (package e2fsprogs)"));
      return true;
    }
    boolean clean = result.exit() == 0;
    rows.row("e2fsck -fn", clean ? good("clean, exit 0") : bad("exit " + result.exit()));
    return clean;
  }

  private String good(String text) {
    return paint.green(text);
  }

  private String bad(String text) {
    return paint.red(text);
  }

  /** What to try next. */
  void tellGoingOn(boolean isKept) throws IOException {
    story.heading("Go on");
    String path = Text.printable(image.toString());
    if (isKept) {
      story.command("extents " + path + " " + FILE);
      story.command("io " + path + " " + FILE + " -c 'fpunch 52k 4k' -c fiemap");
    } else {
      story.command("demo demo.img      # the same, and keep the image");
    }
    story.command("demo --crashed     # what a kernel's power cut leaves");
    story.command("--help             # all commands");
  }
}
