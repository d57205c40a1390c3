package org.ext4map.ondisk;

/**
 * What an inode is: the type bits of i_mode, and the code that directory entries carry (EXT4_FT_*).
 */
public enum FileType {
  UNKNOWN(0, 0, '?'),
  REGULAR(0x8000, 1, '-'),
  DIRECTORY(0x4000, 2, 'd'),
  CHARACTER_DEVICE(0x2000, 3, 'c'),
  BLOCK_DEVICE(0x6000, 4, 'b'),
  FIFO(0x1000, 5, 'p'),
  SOCKET(0xC000, 6, 's'),
  SYMLINK(0xA000, 7, 'l');

  private static final int TYPE_MASK = 0xF000;

  /** values() makes a copy each time, and every look at a size asks for the type. */
  private static final FileType[] ALL = values();

  private final int modeBits;
  private final int entryCode;
  private final char letter;

  FileType(int modeBits, int entryCode, char letter) {
    this.modeBits = modeBits;
    this.entryCode = entryCode;
    this.letter = letter;
  }

  /** The type in an i_mode; {@link #UNKNOWN} for bits that name none. */
  public static FileType ofMode(int mode) {
    for (FileType type : ALL) {
      if (type != UNKNOWN && type.modeBits == (mode & TYPE_MASK)) {
        return type;
      }
    }
    return UNKNOWN;
  }

  /**
   * The type that a directory entry's code names; {@link #UNKNOWN} for 0 and for codes that name
   * none.
   */
  public static FileType ofEntryCode(int code) {
    return code >= 0 && code < ALL.length ? ALL[code] : UNKNOWN;
  }

  /** The type bits of i_mode; 0 for {@link #UNKNOWN}. */
  public int modeBits() {
    return modeBits;
  }

  /** The file_type of a directory entry. */
  public int entryCode() {
    return entryCode;
  }

  /** The letter {@code ls -l} shows. */
  public char letter() {
    return letter;
  }
}
