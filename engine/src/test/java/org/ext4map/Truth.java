package org.ext4map;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.ext4map.images.DataSegment;
import org.ext4map.images.ExtentTruth;
import org.ext4map.images.FileTruth;
import org.ext4map.images.GoldenImage;
import org.ext4map.model.Extent;
import org.ext4map.model.ExtentState;
import org.ext4map.model.Mapping;
import org.ext4map.ondisk.DirEntry;
import org.ext4map.ondisk.Feature;
import org.ext4map.ondisk.FileType;

/** Holds what the engine says about one name against what the judge saw. */
final class Truth {
  private static final int SECTOR_BYTES = 512;
  private static final int CHUNK_BYTES = 1 << 20;

  private final Ext4Image image;
  private final boolean golden;
  private final boolean sawStat;
  private final boolean directoriesCount;

  private Truth(Ext4Image image, boolean golden, boolean sawStat, boolean directoriesCount) {
    this.image = image;
    this.golden = golden;
    this.sawStat = sawStat;
    this.directoriesCount = directoriesCount;
  }

  /** A judge of a freshly made image, of whose trees nobody listed the entries. */
  static Truth of(Ext4Image image) {
    return new Truth(image, false, true, true);
  }

  /**
   * A judge of a golden image. A manifest made without a mount lacks times and sectors. Where
   * e2fsck corrects what the kernel's recovery made, that is the link counts and blocks of
   * directories.
   */
  static Truth of(Ext4Image image, GoldenImage source) {
    boolean sawStat = !source.manifest().source().equals("debugfs");
    Integer afterKernel = source.manifest().recoveredE2fsckExit();
    boolean kernelErred = image.view() != View.AS_IS && afterKernel != null && afterKernel != 0;
    return new Truth(image, true, sawStat, !kernelErred);
  }

  /** Everything the manifest tells about one name. */
  void check(FileTruth truth) throws IOException {
    if (truth.error() != null) {
      return;
    }
    Ext4File file = image.lookup(truth.path());
    checkFields(truth, file);
    checkXattrs(truth, file);
    if (truth.isFile() || (truth.isDirectory() && directoriesCount)) {
      checkMap(truth, file);
    }
    if (truth.isFile()) {
      if (golden || truth.links() == 1) {
        // by its second name the kernel has the file cached, and unwritten space becomes data
        checkSeeks(truth, file);
      }
      checkBytes(truth, file);
    }
    if (truth.isDirectory()) {
      checkNames(truth, file);
    }
    if (truth.symlinkTarget() != null) {
      assertThat(new String(file.readSymlink(), StandardCharsets.UTF_8))
          .isEqualTo(truth.symlinkTarget());
    }
  }

  private void checkFields(FileTruth truth, Ext4File file) {
    assertThat(file.ino()).as("inode").isEqualTo(truth.inode());
    assertThat(file.type()).as("type").isEqualTo(typeOf(truth));
    assertThat(file.size()).as("size").isEqualTo(truth.size());
    assertThat(Integer.toOctalString(file.record().mode() & 0xFFF))
        .as("mode")
        .isEqualTo(Integer.toOctalString(Integer.parseInt(truth.mode(), 8)));
    assertThat(file.record().uid()).as("uid").isEqualTo(truth.uid());
    assertThat(file.record().gid()).as("gid").isEqualTo(truth.gid());
    if (!sawStat || (truth.isDirectory() && !directoriesCount)) {
      return;
    }
    assertThat(file.record().linksCount()).as("links").isEqualTo(truth.links());
    if (truth.mtime() != null) { // recovery sets some times itself
      assertThat(file.record().mtime().getEpochSecond()).as("mtime").isEqualTo(truth.mtime());
    }
    long shown =
        file.isInline() && truth.isFile()
            ? (file.size() + SECTOR_BYTES - 1) / SECTOR_BYTES
            : 0; // stat adds what inline contents would take
    if (!kernelMiscountsClusters()) {
      assertThat(file.record().sectors() + shown).as("sectors").isEqualTo(truth.sectors());
    }
  }

  /**
   * After replaying fast commits the kernel counts the blocks of a file's extents, although with
   * bigalloc i_blocks counts whole clusters. RandomImagesReadTest asks e2fsck about ours instead.
   */
  private boolean kernelMiscountsClusters() {
    return image.view() != View.AS_IS
        && image.geometry().has(Feature.BIGALLOC)
        && image.geometry().has(Feature.FAST_COMMIT);
  }

  private static FileType typeOf(FileTruth truth) {
    return switch (String.valueOf(truth.type())) {
      case "file" -> FileType.REGULAR;
      case "dir" -> FileType.DIRECTORY;
      case "symlink" -> FileType.SYMLINK;
      case "char" -> FileType.CHARACTER_DEVICE;
      case "block" -> FileType.BLOCK_DEVICE;
      case "fifo" -> FileType.FIFO;
      case "socket" -> FileType.SOCKET;
      default -> throw new IllegalArgumentException(truth.path() + " type " + truth.type());
    };
  }

  private static void checkXattrs(FileTruth truth, Ext4File file) throws IOException {
    TreeMap<String, String> found = new TreeMap<>();
    for (String name : file.xattrNames()) {
      if (!name.startsWith("encryption.")) { // the kernel does not list it
        found.put(name, hex(sha256().digest(file.xattr(name).orElseThrow())));
      }
    }
    assertThat(found).as("xattrs").isEqualTo(new TreeMap<>(truth.xattrs()));
  }

  private void checkMap(FileTruth truth, Ext4File file) throws IOException {
    boolean inline = "inline".equals(truth.mapping());
    assertThat(file.isInline()).as("inline").isEqualTo(inline);
    if (inline) {
      return;
    }
    assertThat(file.hasExtents()).as("extents").isEqualTo("extents".equals(truth.mapping()));
    assertThat(strings(file.mergedExtents()))
        .as("merged extents")
        .isEqualTo(strings(joined(truth.extents())));
    if (file.hasExtents() && golden) {
      assertThat(strings(file.extents())).as("entries").isEqualTo(strings(truth.entries()));
    }
    if (truth.depth() != null) {
      assertThat(file.treeDepth()).as("depth").isEqualTo(truth.depth());
    }
    checkMapCalls(file);
  }

  /** map() from 0 to the last possible block tells the same story as the entries. */
  private static void checkMapCalls(Ext4File file) throws IOException {
    List<Extent> walked = new ArrayList<>();
    Mapping mapping = new Mapping();
    long end = file.mergedExtents().stream().mapToLong(Extent::end).max().orElse(0);
    for (long lblk = 0; lblk < end; lblk += mapping.length()) {
      file.map(lblk, Integer.MAX_VALUE, mapping);
      assertThat(mapping.lblk()).as("answer's lblk").isEqualTo(lblk);
      if (mapping.state() != ExtentState.HOLE) {
        Extent next = mapping.toExtent();
        int last = walked.size() - 1;
        if (last >= 0 && walked.get(last).isContinuedBy(next)) {
          Extent before = walked.remove(last);
          next =
              new Extent(
                  before.lblk(), before.length() + next.length(), before.pblk(), before.state());
        }
        walked.add(next);
      }
    }
    assertThat(strings(walked)).as("runs found by map()").isEqualTo(strings(file.mergedExtents()));
  }

  private static List<ExtentTruth> joined(List<ExtentTruth> runs) {
    List<ExtentTruth> joined = new ArrayList<>();
    for (ExtentTruth run : runs) {
      int last = joined.size() - 1;
      ExtentTruth before = last < 0 ? null : joined.get(last);
      if (before != null
          && before.written() == run.written()
          && before.logical() + before.length() == run.logical()
          && before.physical() + before.length() == run.physical()
          && before.length() + run.length() <= Integer.MAX_VALUE) {
        joined.set(
            last,
            new ExtentTruth(
                before.logical(),
                before.physical(),
                before.length() + run.length(),
                run.written()));
      } else {
        joined.add(run);
      }
    }
    return joined;
  }

  private static List<String> strings(List<?> runs) {
    return runs.stream().map(Object::toString).toList();
  }

  private static void checkSeeks(FileTruth truth, Ext4File file) throws IOException {
    if (truth.data() == null) {
      return;
    }
    List<DataSegment> found = new ArrayList<>();
    OptionalLong data = file.seekData(0);
    while (data.isPresent()) {
      long hole = file.seekHole(data.getAsLong()).orElseThrow();
      found.add(new DataSegment(data.getAsLong(), hole - data.getAsLong()));
      data = file.seekData(hole);
    }
    assertThat(found).as("data segments").isEqualTo(truth.data());
    assertThat(file.seekHole(file.size())).as("SEEK_HOLE at the end").isEmpty();
  }

  private void checkBytes(FileTruth truth, Ext4File file) throws IOException {
    if (truth.sha256() != null) {
      MessageDigest digest = sha256();
      try (SeekableByteChannel channel = file.open()) {
        feed(digest, channel, file.size());
        assertThat(channel.read(ByteBuffer.allocate(1))).as("read at the end").isEqualTo(-1);
      }
      assertThat(hex(digest.digest())).as("sha256").isEqualTo(truth.sha256());
    }
    if (truth.sha256OfMapped() != null) {
      assertThat(hashOfMapped(truth, file))
          .as("sha256 of mapped")
          .isEqualTo(truth.sha256OfMapped());
    }
  }

  private String hashOfMapped(FileTruth truth, Ext4File file) throws IOException {
    MessageDigest digest = sha256();
    long blockSize = image.geometry().blockSize();
    try (SeekableByteChannel channel = file.open()) {
      for (ExtentTruth run : truth.extents()) {
        long start = run.logical() * blockSize;
        long length = Math.min(run.length() * blockSize, truth.size() - start);
        if (length > 0) {
          digest.update(littleEndian(start));
          digest.update(littleEndian(length));
          feed(digest, channel.position(start), length);
        }
      }
    }
    return hex(digest.digest());
  }

  private static byte[] littleEndian(long value) {
    byte[] bytes = new byte[Long.BYTES];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (value >>> (8 * i));
    }
    return bytes;
  }

  private static void feed(MessageDigest digest, SeekableByteChannel channel, long length)
      throws IOException {
    ByteBuffer chunk = ByteBuffer.allocate(CHUNK_BYTES);
    for (long rest = length; rest > 0; rest -= chunk.limit()) {
      chunk.clear().limit((int) Math.min(rest, CHUNK_BYTES));
      int got = channel.read(chunk);
      if (got != chunk.limit()) { // not an assertion per chunk: files are large
        throw new AssertionError("read " + got + " of " + chunk.limit() + " bytes");
      }
      digest.update(chunk.flip());
    }
  }

  private static void checkNames(FileTruth truth, Ext4File directory) throws IOException {
    if (truth.namesSha256() == null) {
      return;
    }
    List<DirEntry> entries = new ArrayList<>();
    directory.forEachEntry(entry -> entry.name().isDots() || entries.add(entry));
    MessageDigest digest = sha256();
    entries.sort((a, b) -> a.name().compareTo(b.name()));
    for (DirEntry entry : entries) {
      digest.update(entry.name().toByteArray());
      digest.update(("\t" + entry.ino() + "\n").getBytes(StandardCharsets.US_ASCII));
      assertThat(directory.find(entry.name())).as("found again").contains(entry);
    }
    assertThat(truth.names()).as("names").isEqualTo(entries.size());
    assertThat(hex(digest.digest())).as("names").isEqualTo(truth.namesSha256());
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException impossible) {
      throw new AssertionError(impossible);
    }
  }

  /** Hash of a file of this machine. */
  static String sha256Of(Path path) throws IOException {
    MessageDigest digest = sha256();
    try (SeekableByteChannel channel = Files.newByteChannel(path)) {
      feed(digest, channel, channel.size());
    }
    return hex(digest.digest());
  }

  static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }
}
