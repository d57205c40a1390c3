package org.ext4map;

/** Which state of an image is shown when its journal holds changes that are not home yet. */
public enum View {
  /** The blocks as they are; the journal is ignored. Never writes. */
  AS_IS,
  /**
   * As it will be after journal recovery, which happens in memory over the image. Never writes. The
   * same as {@link #AS_IS} if the image needs no recovery.
   */
  RECOVERED,
  /** After journal recovery into the image itself, which is written to once, when opened. */
  REPLAY,
  /**
   * As {@link #REPLAY}, and what a crash left undone is finished; then files may be changed until
   * the image is closed. Opening refuses what cannot be changed safely, before the first write.
   */
  READ_WRITE
}
