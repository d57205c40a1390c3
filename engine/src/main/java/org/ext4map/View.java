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
  /** After journal recovery into the image itself: the one view that writes, once, when opened. */
  REPLAY
}
