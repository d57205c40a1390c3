package org.ext4map.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.ext4map.device.BlockDevice;
import org.ext4map.device.MemoryBlockDevice;
import org.ext4map.model.Extent;
import org.ext4map.model.ExtentState;
import org.ext4map.ondisk.Geometry;
import org.ext4map.ondisk.Superblock;

/**
 * Makes logs byte by byte, without the engine's codecs and checksums, and knows what recovery must
 * make of them.
 */
@SuppressWarnings({"ArrayRecordComponent", "ByteBufferBackingArray"}) // all arrays are made here
final class SyntheticLog {
  enum Kind {
    NONE,
    V1,
    V2,
    V3
  }

  static final int JOURNAL_BLOCKS = 1024;
  static final int FILE_SYSTEM_BLOCKS = 4096;

  /** Home blocks of the copies: few, so that transactions overwrite and revoke each other. */
  static final long FIRST_HOME = 3000;

  static final int HOMES = 24;

  private static final int MAGIC = 0xC03B3998;
  private static final byte[] UUID =
      "journal-uuid-16b".getBytes(java.nio.charset.StandardCharsets.US_ASCII);

  final int blockSize;
  final Kind kind;
  final boolean wide;
  final int start;
  final int firstSequence;
  private final SplittableRandom random;

  /** The blocks of the log in the order in which they were written. */
  final List<LogBlock> blocks = new ArrayList<>();

  private final List<Transaction> transactions = new ArrayList<>();
  private int position;
  private Transaction current;
  private int crc32 = ~0;

  /** One block of the log. */
  record LogBlock(int logBlock, byte[] bytes) {}

  private static final class Transaction {
    final Map<Long, byte[]> copies = new TreeMap<>();
    final List<Long> revokes = new ArrayList<>();

    /** How many blocks of the log must be there for it to count. */
    int logBlocks;
  }

  SyntheticLog(int blockSize, Kind kind, boolean wide, int start, int sequence, long seed) {
    this.blockSize = blockSize;
    this.kind = kind;
    this.wide = wide;
    this.start = start;
    this.position = start;
    this.firstSequence = sequence;
    this.random = new SplittableRandom(seed);
    this.current = new Transaction();
  }

  private int sequence() {
    return firstSequence + transactions.size();
  }

  // ---- writing -------------------------------------------------------------------------------

  /** Fills the log with {@code count} random transactions. */
  SyntheticLog fill(int count) {
    for (int i = 0; i < count; i++) {
      if (random.nextInt(3) == 0) {
        long[] targets = new long[1 + random.nextInt(3)];
        for (int r = 0; r < targets.length; r++) {
          targets[r] = FIRST_HOME + random.nextInt(HOMES);
        }
        revoke(targets);
      }
      for (int d = random.nextInt(3); d >= 0; d--) {
        Map<Long, byte[]> copies = new TreeMap<>();
        for (int c = 1 + random.nextInt(6); c > 0; c--) {
          copies.put(FIRST_HOME + random.nextInt(HOMES), randomBlock());
        }
        copies(copies);
      }
      commit(1000 + i);
    }
    return this;
  }

  private byte[] randomBlock() {
    byte[] bytes = new byte[blockSize];
    random.nextBytes(bytes);
    if (random.nextInt(4) == 0) {
      ByteBuffer.wrap(bytes).putInt(0, MAGIC); // must be escaped
    }
    return bytes;
  }

  void copies(Map<Long, byte[]> copies) {
    ByteBuffer descriptor = block(1);
    List<byte[]> logged = new ArrayList<>();
    int at = 12;
    int left = copies.size();
    boolean first = true;
    for (Map.Entry<Long, byte[]> copy : copies.entrySet()) {
      byte[] bytes = copy.getValue().clone();
      boolean escape = ByteBuffer.wrap(bytes).getInt(0) == MAGIC;
      if (escape) {
        ByteBuffer.wrap(bytes).putInt(0, 0);
      }
      logged.add(bytes);
      int flags = (escape ? 1 : 0) | (first ? 0 : 2) | (--left == 0 ? 8 : 0);
      at = tag(descriptor, at, copy.getKey(), flags, dataChecksum(bytes));
      if (first) {
        descriptor.put(at, UUID);
        at += 16;
      }
      first = false;
      current.copies.put(copy.getKey(), copy.getValue());
    }
    append(sealed(descriptor));
    crc32 = crc32Be(crc32, descriptor.array());
    for (byte[] bytes : logged) {
      append(bytes);
      crc32 = crc32Be(crc32, bytes);
    }
  }

  private int tag(ByteBuffer descriptor, int at, long target, int flags, int checksum) {
    descriptor.putInt(at, (int) target);
    if (kind == Kind.V3) {
      descriptor.putInt(at + 4, flags).putInt(at + 8, (int) (target >>> 32));
      descriptor.putInt(at + 12, checksum);
      return at + 16;
    }
    descriptor.putShort(at + 4, (short) (kind == Kind.V2 ? checksum : 0));
    descriptor.putShort(at + 6, (short) flags);
    if (wide) {
      descriptor.putInt(at + 8, (int) (target >>> 32));
    }
    return at + (wide ? 12 : 8) + (kind == Kind.V2 ? 2 : 0);
  }

  void revoke(long... targets) {
    ByteBuffer revoke = block(5);
    int at = 16;
    for (long target : targets) {
      if (wide) {
        revoke.putLong(at, target);
        at += 8;
      } else {
        revoke.putInt(at, (int) target);
        at += 4;
      }
      current.revokes.add(target);
    }
    revoke.putInt(12, at);
    append(sealed(revoke));
  }

  void commit(long seconds) {
    ByteBuffer commit = block(2);
    commit.putLong(0x30, seconds);
    if (kind == Kind.V1) {
      commit.put(0x0C, (byte) 1).put(0x0D, (byte) 4).putInt(0x10, crc32);
    } else if (kind != Kind.NONE) {
      commit.putInt(0x10, crc32c(seed(), commit.array()));
    }
    append(commit.array());
    crc32 = ~0;
    current.logBlocks = blocks.size();
    transactions.add(current);
    current = new Transaction();
  }

  private ByteBuffer block(int type) {
    return ByteBuffer.allocate(blockSize).putInt(0, MAGIC).putInt(4, type).putInt(8, sequence());
  }

  private byte[] sealed(ByteBuffer block) {
    if (kind == Kind.V2 || kind == Kind.V3) {
      block.putInt(blockSize - 4, crc32c(seed(), block.array()));
    }
    return block.array();
  }

  private int dataChecksum(byte[] logged) {
    int crc = crc32c(seed(), ByteBuffer.allocate(4).putInt(sequence()).array());
    return crc32c(crc, logged);
  }

  void append(byte[] bytes) {
    blocks.add(new LogBlock(position, bytes));
    position = position + 1 == JOURNAL_BLOCKS ? 1 : position + 1;
  }

  // ---- images --------------------------------------------------------------------------------

  /** The journal's file lies in two pieces, the second before the first. */
  static List<Extent> journalMap() {
    return List.of(
        new Extent(0, 500, 1500, ExtentState.WRITTEN),
        new Extent(500, JOURNAL_BLOCKS - 500, 700, ExtentState.WRITTEN));
  }

  static long pblkOf(int logBlock) {
    return logBlock < 500 ? 1500 + logBlock : 700 + logBlock - 500;
  }

  /** An image whose log holds the first {@code count} of the blocks. */
  MemoryBlockDevice image(int count) throws IOException {
    MemoryBlockDevice image = new MemoryBlockDevice((long) FILE_SYSTEM_BLOCKS * blockSize);
    image.write(1024, superblock());
    image.write(pblkOf(0) * blockSize, journalSuperblock());
    for (LogBlock block : blocks.subList(0, count)) {
      put(image, block);
    }
    return image;
  }

  void put(BlockDevice image, LogBlock block) throws IOException {
    image.write(pblkOf(block.logBlock()) * blockSize, ByteBuffer.wrap(block.bytes()));
  }

  Geometry geometry() throws IOException {
    return new Geometry(new Superblock(superblock(), 0));
  }

  /** A clean image with an empty log, whose ring begins late, to be short. */
  static MemoryBlockDevice cleanImage(Kind kind, boolean wide, int first) throws IOException {
    SyntheticLog log = new SyntheticLog(1024, kind, wide, 0, 41, 0);
    MemoryBlockDevice image = log.image(0);
    ByteBuffer superblock = log.journalSuperblock().putInt(0x14, first);
    log.sealSuperblock(superblock);
    image.write(pblkOf(0) * 1024, superblock);
    image.write(1024 + 0x60, ByteBuffer.wrap(new byte[] {0x40}));
    return image;
  }

  ByteBuffer journalSuperblock() {
    ByteBuffer bytes = ByteBuffer.allocate(1024).putInt(0, MAGIC).putInt(4, 4);
    bytes.putInt(0x0C, blockSize).putInt(0x10, JOURNAL_BLOCKS).putInt(0x14, 1);
    bytes.putInt(0x18, firstSequence).putInt(0x1C, start);
    bytes.putInt(0x24, kind == Kind.V1 ? 1 : 0);
    int checksums = kind == Kind.V2 ? 8 : kind == Kind.V3 ? 16 : 0;
    bytes.putInt(0x28, 1 | (wide ? 2 : 0) | checksums);
    bytes.put(0x30, UUID).putInt(0x40, 1);
    sealSuperblock(bytes);
    return bytes;
  }

  void sealSuperblock(ByteBuffer bytes) {
    if (kind == Kind.V2 || kind == Kind.V3) {
      bytes.put(0x50, (byte) 4).putInt(0xFC, 0);
      bytes.putInt(0xFC, crc32c(~0, bytes.array()));
    }
  }

  private ByteBuffer superblock() {
    ByteBuffer sb = ByteBuffer.allocate(1024).order(ByteOrder.LITTLE_ENDIAN);
    int shift = Integer.numberOfTrailingZeros(blockSize / 1024);
    int groups = (FILE_SYSTEM_BLOCKS - 1) / (8 * blockSize) + 1;
    sb.putInt(0x0, 64 * groups).putInt(0x4, FILE_SYSTEM_BLOCKS);
    sb.putInt(0x14, blockSize == 1024 ? 1 : 0).putInt(0x18, shift).putInt(0x1C, shift);
    sb.putInt(0x20, 8 * blockSize).putInt(0x24, 8 * blockSize).putInt(0x28, 64);
    sb.putShort(0x38, (short) 0xEF53).putInt(0x4C, 1).putInt(0x54, 11);
    sb.putShort(0x58, (short) 256).putInt(0x5C, 0x4).putInt(0x60, 0x4 | 0x40);
    return sb;
  }

  // ---- the model -----------------------------------------------------------------------------

  /** How many transactions are whole in the first {@code count} blocks of the log. */
  int committedIn(int count) {
    return (int) transactions.stream().filter(one -> one.logBlocks <= count).count();
  }

  /** What stands in the home blocks after the first {@code count} transactions; zeros if absent. */
  Map<Long, byte[]> homesAfter(int count) {
    Map<Long, byte[]> homes = new HashMap<>();
    for (int t = 0; t < count; t++) {
      for (Map.Entry<Long, byte[]> copy : transactions.get(t).copies.entrySet()) {
        boolean revoked = false;
        for (int later = t; later < count; later++) {
          revoked |= transactions.get(later).revokes.contains(copy.getKey());
        }
        if (!revoked) {
          homes.put(copy.getKey(), copy.getValue());
        }
      }
    }
    return homes;
  }

  int transactionCount() {
    return transactions.size();
  }

  // ---- checksums, bit by bit -------------------------------------------------------------------

  private static int seed() {
    return crc32c(~0, UUID);
  }

  private static int crc32c(int state, byte[] bytes) {
    int crc = state;
    for (byte b : bytes) {
      crc ^= b & 0xFF;
      for (int bit = 0; bit < 8; bit++) {
        crc = (crc >>> 1) ^ ((crc & 1) * 0x82F63B78);
      }
    }
    return crc;
  }

  private static int crc32Be(int state, byte[] bytes) {
    int crc = state;
    for (byte b : bytes) {
      crc ^= b << 24;
      for (int bit = 0; bit < 8; bit++) {
        crc = (crc << 1) ^ ((crc >>> 31) * 0x04C11DB7);
      }
    }
    return crc;
  }
}
