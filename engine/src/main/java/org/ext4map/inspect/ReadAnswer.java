package org.ext4map.inspect;

/** What reading a block of a file answers, and so why. */
public enum ReadAnswer {
  /** The bytes that the block holds. */
  STORED,
  /** The bytes of the block up to the end of the file, which lies in it. */
  STORED_UP_TO_END,
  /** Nothing: the block lies behind the end of the file. */
  BEHIND_END,
  /** Zeros: the block is set aside and not written; what it holds is somebody else's past. */
  ZEROS_UNWRITTEN,
  /** Zeros: no block is mapped there. */
  ZEROS_HOLE,
  /** Nothing without the key. */
  ENCRYPTED,
  /** Bytes that stand in the inode itself. */
  INLINE,
  /** No file's contents: the file system reads it for itself. */
  METADATA,
  /** Nobody reads it. */
  NOBODY
}
