package org.ext4map.aio;

/** When an unwritten extent is cut to what a request writes. */
public enum SplitAt {
  /** Together with the conversion: no handle before the I/O, as Linux does since 6.19. */
  COMPLETION,
  /** Before the I/O, so that the conversion needs no new tree entry: EXT4_GET_BLOCKS_PRE_IO. */
  SUBMISSION
}
