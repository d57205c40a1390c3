package org.ext4map.dio;

import java.io.IOException;

/**
 * What follows finished writes to one inode, under one journal handle: the conversion of many
 * requests together. Belongs to the thread that started it.
 *
 * <p>Not more than one transaction's worth has to fit: the handle is restarted where it is used up,
 * always between two sound states.
 */
public interface DirectChange extends AutoCloseable {
  /**
   * The data of blocks {@code [from, to)} is on the device: unwritten becomes written, written
   * stays: ext4_convert_unwritten_extents.
   *
   * @throws org.ext4map.model.NoSpaceException if a split found no block for a node: some of the
   *     blocks may be written then, the others as before; the next ranges can still be converted
   * @throws IOException on any other failure; nothing can be changed any more
   */
  void convert(long from, long to) throws IOException;

  /** The file reaches at least to byte {@code size} now. */
  void grow(long size) throws IOException;

  /** Ends what {@link DirectInode#beginExtension} began, once for each. */
  void endExtension() throws IOException;

  /** Sets the times of the inode and ends the handle. */
  @Override
  void close() throws IOException;
}
