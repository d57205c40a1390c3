package org.ext4map.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The bits of i_flags with the kernel's names, EXT4_…_FL (Linux fs/ext4/ext4.h). */
enum InodeFlag {
  SECRM(0x1),
  UNRM(0x2),
  COMPR(0x4),
  SYNC(0x8),
  IMMUTABLE(0x10),
  APPEND(0x20),
  NODUMP(0x40),
  NOATIME(0x80),
  DIRTY(0x100),
  COMPRBLK(0x200),
  NOCOMPR(0x400),
  ENCRYPT(0x800),
  INDEX(0x1000),
  IMAGIC(0x2000),
  JOURNAL_DATA(0x4000),
  NOTAIL(0x8000),
  DIRSYNC(0x10000),
  TOPDIR(0x20000),
  HUGE_FILE(0x40000),
  EXTENTS(0x80000),
  VERITY(0x100000),
  EA_INODE(0x200000),
  DAX(0x2000000),
  INLINE_DATA(0x10000000),
  PROJINHERIT(0x20000000),
  CASEFOLD(0x40000000),
  RESERVED(0x80000000);

  private final int mask;

  InodeFlag(int mask) {
    this.mask = mask;
  }

  /** The names of the bits that are set; bits without a name as {@code 0x400000}. */
  static List<String> names(int flags) {
    List<String> names = new ArrayList<>();
    int rest = flags;
    for (InodeFlag flag : values()) {
      if ((flags & flag.mask) != 0) {
        names.add(flag.name().toLowerCase(Locale.ROOT));
        rest &= ~flag.mask;
      }
    }
    for (; rest != 0; rest &= rest - 1) {
      names.add("0x" + Integer.toHexString(Integer.lowestOneBit(rest)));
    }
    return names;
  }
}
