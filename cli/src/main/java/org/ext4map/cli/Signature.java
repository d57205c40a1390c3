package org.ext4map.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.Optional;
import org.ext4map.device.BlockDevice;

/**
 * The marks by which a file shows what it holds: something one would miss, or something that is no
 * image of a file system yet.
 */
enum Signature {
  EXT("an ext2, ext3 or ext4 file system", 1080, "53ef"),
  XFS("an XFS file system", 0, "58465342"),
  BTRFS("a btrfs file system", 65600, "5f42485266535f4d"),
  SQUASHFS("a squashfs file system", 0, "68737173"),
  F2FS("an F2FS file system", 1024, "1020f5f2"),
  ISO_9660("an ISO 9660 file system", 32769, "4344303031"),
  LUKS("a LUKS volume", 0, "4c554b53babe"),
  SWAP("a swap area", 4086, "53574150535041434532"),
  QCOW("a QEMU disk image", 0, "514649fb", Advice.CONVERT),
  VMDK("a VMware disk image", 0, "4b444d56", Advice.CONVERT),
  VHDX("a Hyper-V disk image", 0, "7668647866696c65", Advice.CONVERT),
  ANDROID_SPARSE("an Android sparse image", 0, "3aff26ed", "simg2img makes an image of it"),
  E2IMAGE("metadata that e2image saved", 0, "10b72b7f", "e2image -r makes an image of it"),
  GZIP("something packed by gzip", 0, "1f8b08", "gunzip it first"),
  XZ("something packed by xz", 0, "fd377a585a00", "unxz it first"),
  ZSTD("something packed by zstd", 0, "28b52ffd", "unzstd it first"),
  LVM("an LVM volume", 536, "4c564d3220303031"),
  GPT("a partition table", 512, "4546492050415254", Advice.PARTITION),
  BOOT_SECTOR("a partition table or a FAT or NTFS file system", 510, "55aa", Advice.PARTITION);

  private final String title;
  private final long offset;
  private final String hex;
  private final String advice;

  Signature(String title, long offset, String hex) {
    this(title, offset, hex, "");
  }

  Signature(String title, long offset, String hex, String advice) {
    this.title = title;
    this.offset = offset;
    this.hex = hex;
    this.advice = advice;
  }

  private static final class Advice {
    static final String CONVERT = "qemu-img convert -O raw makes an image of it";
    static final String PARTITION = "--offset says where in it a file system starts";
  }

  /** What a file holds that is no image of ours, and what to do about it; empty if unknown. */
  static Optional<String> otherThanExt(BlockDevice device) throws IOException {
    return of(device)
        .filter(found -> found != EXT)
        .map(found -> "holds " + found.title + (found.advice.isEmpty() ? "" : "; " + found.advice));
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
