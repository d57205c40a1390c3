package org.ext4map.check;

/** The rounds of a check, in the order they are made. */
public enum Pass {
  /** The superblock and its backups. */
  SUPERBLOCK("superblock"),
  /** Group descriptors, their backups, and where metadata lies. */
  GROUPS("group descriptors"),
  /** The journal and the MMP block. */
  JOURNAL("journal"),
  /** Every inode with its map and attributes. */
  INODES("inodes"),
  /** Blocks with several owners. */
  DUPLICATES("shared blocks"),
  /** Every directory block. */
  DIRECTORIES("directories"),
  /** Every directory reachable from the root. */
  CONNECTIVITY("connectivity"),
  /** Link and reference counts. */
  LINKS("link counts"),
  /** Bitmaps and free counts. */
  BITMAPS("bitmaps"),
  /** Quota files. */
  QUOTA("quota");

  private final String label;

  Pass(String label) {
    this.label = label;
  }

  /** The name that people see. */
  public String label() {
    return label;
  }
}
