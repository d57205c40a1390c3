package org.ext4map.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.Optional;
import org.ext4map.device.BlockDevice;

/** The marks by which a file shows that it holds something one would miss. */
enum Signature {
  EXT("an ext2, ext3 or ext4 file system", 1080, "53ef"),
  XFS("an XFS file system", 0, "58465342"),
  BTRFS("a btrfs file system", 65600, "5f42485266535f4d"),
  SQUASHFS("a squashfs file system", 0, "68737173"),
  F2FS("an F2FS file system", 1024, "1020f5f2"),
  ISO_9660("an ISO 9660 file system", 32769, "4344303031"),
  LUKS("a LUKS volume", 0, "4c554b53babe"),
  SWAP("a swap area", 4086, "53574150535041434532"),
  QCOW("a QEMU disk image", 0, "514649fb"),
  LVM("an LVM volume", 536, "4c564d3220303031"),
  BOOT_SECTOR("a partition table or a FAT or NTFS file system", 510, "55aa");

  private final String title;
  private final long offset;
  private final String hex;

  Signature(String title, long offset, String hex) {
    this.title = title;
    this.offset = offset;
    this.hex = hex;
  }

  /** In words, with the article. */
  String title() {
    return title;
  }

  private byte[] mark() {
    return HexFormat.of().parseHex(hex);
  }

  /** The shortest file that has it. */
  byte[] example() {
    byte[] mark = mark();
    byte[] bytes = new byte[(int) offset + mark.length];
    System.arraycopy(mark, 0, bytes, (int) offset, mark.length);
    return bytes;
  }

  /** The first that fits. */
  static Optional<Signature> of(BlockDevice device) throws IOException {
    for (Signature one : values()) {
      if (one.fits(device)) {
        return Optional.of(one);
      }
    }
    return Optional.empty();
  }

  private boolean fits(BlockDevice device) throws IOException {
    byte[] mark = mark();
    if (device.sizeBytes() < offset + mark.length) {
      return false;
    }
    ByteBuffer found = ByteBuffer.allocate(mark.length);
    device.read(offset, found);
    return found.flip().equals(ByteBuffer.wrap(mark));
  }
}
