package org.ext4map.inspect;

import org.ext4map.model.ExtentState;
import org.ext4map.model.FileName;
import org.ext4map.ondisk.FileType;

/** One thing in which two images differ; before is the first image, after the second. */
public sealed interface Difference {
  /** What has fields. */
  enum Subject {
    /** The superblock, and what follows from it. */
    FILE_SYSTEM,
    /** A block group. */
    GROUP,
    /** An inode. */
    INODE
  }

  /**
   * A field has another value.
   *
   * @param subject what has it
   * @param number of the group or inode; 0 for the file system
   * @param field its name
   * @param before value in the first image
   * @param after value in the second
   */
  record Field(Subject subject, long number, String field, String before, String after)
      implements Difference {}

  /**
   * An inode is in use in one image alone.
   *
   * @param ino its number
   * @param type what it is there
   * @param appeared true if it is the second image
   */
  record Existence(long ino, FileType type, boolean appeared) implements Difference {}

  /** What became of a range of a file. */
  enum Change {
    /** It was a hole. */
    ALLOCATED,
    /** It is a hole. */
    FREED,
    /** It lies elsewhere. */
    MOVED,
    /** It lies where it was in another state. */
    CONVERTED,
    /** It lies elsewhere in another state. */
    MOVED_AND_CONVERTED
  }

  /**
   * A range of a file is mapped otherwise.
   *
   * @param ino the file
   * @param change what became of it
   * @param lblk its first block
   * @param length blocks
   * @param stateBefore in the first image
   * @param pblkBefore where it began; 0 for a hole
   * @param stateAfter in the second image
   * @param pblkAfter where it begins; 0 for a hole
   */
  record Range(
      long ino,
      Change change,
      long lblk,
      long length,
      ExtentState stateBefore,
      long pblkBefore,
      ExtentState stateAfter,
      long pblkAfter)
      implements Difference {}

  /**
   * A name leads elsewhere, or nowhere.
   *
   * @param directory the inode of the directory
   * @param name the name
   * @param before where it leads in the first image; 0 if it is not there
   * @param after where it leads in the second
   */
  record Name(long directory, FileName name, long before, long after) implements Difference {}
}
