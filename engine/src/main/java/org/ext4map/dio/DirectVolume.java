package org.ext4map.dio;

import java.io.IOException;
import org.ext4map.device.BlockDevice;

/** An open image, as a front end sees it. Threads: any. */
public interface DirectVolume {
  /** The bytes, where metadata is written; data must reach it the same way. */
  BlockDevice device();

  /** Bytes in a block. */
  int blockSize();

  /** True if files may be changed. */
  boolean isWritable();

  /**
   * Blocks that conversions can take for nodes of trees at this moment: what is free, and what is
   * kept back for them. Of an image that is open for writing.
   */
  long blocksForConversions();

  /**
   * Returns when transaction {@code tid} is durable, and with it all data whose write was complete
   * before the call. Not on a completion thread.
   *
   * @param tid from {@link DirectInode#syncTid}; 0 if only data matters
   * @throws IOException if the journal has aborted or the device fails
   */
  void sync(long tid) throws IOException;

  /**
   * Nothing of the image changes any more: writes are under way whose end nobody will hear of, so
   * the blocks that they go to must not become somebody else's. What is durable stays. Any thread;
   * does not wait.
   *
   * @param cause why, for who is refused
   */
  void abort(Throwable cause);

  /**
   * From now on submitters wait for direct I/O in this way instead of parking.
   *
   * @throws IllegalStateException if they do so in another way already
   */
  void waitBy(Waiting waiting);

  /** From now on they park again. */
  void waitByParking();
}
