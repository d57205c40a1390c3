package org.ext4map.ondisk;

import static org.ext4map.ondisk.LittleEndian.i32;
import static org.ext4map.ondisk.LittleEndian.i64;
import static org.ext4map.ondisk.LittleEndian.u16;
import static org.ext4map.ondisk.LittleEndian.u32;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.ext4map.model.CorruptionException;

/**
 * {@code struct mmp_struct}, 1024 bytes at the start of block s_mmp_block: who uses the file system
 * right now.
 */
public final class MmpBlock {
  /** The value of mmp_magic. */
  public static final int MAGIC = 0x004D4D50;

  /** mmp_seq: unmounted cleanly, in use by nobody. */
  public static final long SEQ_CLEAN = 0xFF4D4D50L;

  /** mmp_seq: a check is running. */
  public static final long SEQ_FSCK = 0xE24D4D50L;

  private static final String NAME = "mmp block";
  private static final int SEQ = 4;
  private static final int TIME = 8;
  private static final int NODE_NAME = 16;
  private static final int NODE_NAME_BYTES = 64;
  private static final int DEVICE_NAME = 80;
  private static final int DEVICE_NAME_BYTES = 32;
  private static final int CHECK_INTERVAL = 112;
  private static final int CHECKSUM = 0x3FC;

  private final Geometry geometry;
  private final ByteBuffer bytes;

  /** A view of the structure at index 0 of {@code bytes}. */
  public MmpBlock(Geometry geometry, ByteBuffer bytes) {
    this.geometry = geometry;
    this.bytes = bytes;
  }

  /** mmp_magic. */
  public int magic() {
    return i32(bytes, 0);
  }

  /** mmp_seq: changes while somebody uses the file system. */
  public long sequence() {
    return u32(bytes, SEQ);
  }

  /** mmp_time: seconds since 1970 of the last update. */
  public long time() {
    return i64(bytes, TIME);
  }

  /** mmp_nodename: the host that updated it last. */
  public String nodeName() {
    return text(NODE_NAME, NODE_NAME_BYTES);
  }

  /** mmp_bdevname: the device on that host. */
  public String deviceName() {
    return text(DEVICE_NAME, DEVICE_NAME_BYTES);
  }

  /** mmp_check_interval: seconds. */
  public int checkInterval() {
    return u16(bytes, CHECK_INTERVAL);
  }

  private String text(int from, int length) {
    byte[] raw = new byte[length];
    bytes.get(from, raw);
    int end = 0;
    while (end < length && raw[end] != 0) {
      end++;
    }
    return new String(raw, 0, end, StandardCharsets.UTF_8);
  }

  /** mmp_checksum. */
  public int checksum() {
    return i32(bytes, CHECKSUM);
  }

  /** What {@link #checksum} should be: crc32c(S, everything before it). */
  public int computeChecksum() {
    return Crc32c.update(geometry.checksumSeed(), bytes, 0, CHECKSUM);
  }

  /**
   * Checks magic and checksum.
   *
   * @throws CorruptionException naming the first that is wrong
   */
  public void verify(long pblk) throws CorruptionException {
    String place = "pblk=" + pblk;
    if (magic() != MAGIC) {
      throw CorruptionException.ofText(
          NAME, "mmp_magic", "0x" + Integer.toHexString(magic()), "0x4d4d50", place);
    }
    if (geometry.hasMetadataChecksums() && checksum() != computeChecksum()) {
      throw CorruptionException.checksum(
          NAME, "mmp_checksum", checksum(), computeChecksum(), place);
    }
  }
}
