package org.ext4map.dir;

import java.io.IOException;
import org.ext4map.buffer.MetaBlock;
import org.ext4map.ondisk.Geometry;
import org.ext4map.ondisk.InodeRecord;
import org.ext4map.ondisk.Superblock;

/** The blocks of one directory that is not inline, and what their checksums and hashes need. */
interface DirectoryBlocks {
  Geometry geometry();

  /** Holds the hash seed and says which hash is used. */
  Superblock superblock();

  long ino();

  int generation();

  /** i_flags, raw. */
  int flags();

  /** Blocks that i_size covers. */
  long count();

  /**
   * Block {@code lblk}, below {@link #count}.
   *
   * @throws org.ext4map.model.CorruptionException if there is a hole
   */
  MetaBlock read(long lblk) throws IOException;

  /** True if all bits of {@code flag} are set in i_flags. */
  default boolean hasFlag(int flag) {
    return (flags() & flag) == flag;
  }

  /** True if names must be something that a path can hold; encrypted ones are not. */
  default boolean namesAreText() {
    return !hasFlag(InodeRecord.ENCRYPT_FL);
  }

  /** The seed of all checksums of the directory. */
  default int seed() {
    return geometry().inodeChecksumSeed(ino(), generation());
  }
}
