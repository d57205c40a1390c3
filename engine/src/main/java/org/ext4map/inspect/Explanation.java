package org.ext4map.inspect;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.ext4map.model.Extent;
import org.ext4map.ondisk.FileType;

/**
 * Everything about one block.
 *
 * @param block its number; empty for a block of a file that is mapped nowhere
 * @param place the block of a file that was asked for, if that was the question
 * @param group the group it lies in; empty before the first group, and without a block
 * @param allocation what the bitmap says
 * @param inUsedCluster nobody has it, but somebody has another block of its cluster
 * @param bitmapBlock the block that holds its bit, if it has one
 * @param zero true if the block holds nothing but zeros
 * @param roles what it is for; none if it is free or lost, more than one if the image is damaged or
 *     inodes share attributes
 * @param copies copies of it in the log, oldest first, the last 64 at most
 * @param revokes transactions of the log that revoked older copies, the last 64 at most
 * @param unread inodes and descriptors that might own it and could not be read
 */
public record Explanation(
    OptionalLong block,
    Optional<FilePlace> place,
    OptionalLong group,
    Allocation allocation,
    boolean inUsedCluster,
    OptionalLong bitmapBlock,
    boolean zero,
    List<Use> roles,
    List<LoggedCopy> copies,
    List<Integer> revokes,
    Unread unread) {

  /** What the bitmap says of a block. */
  public enum Allocation {
    /** Its bit is set. */
    IN_USE,
    /** Its bit is clear. */
    FREE,
    /** It has no bit: it lies before the first group, or there is no block. */
    NO_BIT,
    /** The descriptor that says where the bitmap is cannot be believed. */
    UNKNOWN
  }

  /**
   * A block of a file.
   *
   * @param ino the inode
   * @param lblk the block
   * @param type of the inode
   * @param size i_size in bytes
   * @param paths its names
   * @param mapping the run that answers for the block; empty if there is no map
   * @param read what reading it answers
   */
  public record FilePlace(
      long ino,
      long lblk,
      FileType type,
      long size,
      List<FilePath> paths,
      Optional<Extent> mapping,
      ReadAnswer read) {
    /** Keeps its own list. */
    public FilePlace {
      paths = List.copyOf(paths);
    }
  }

  /**
   * One role in full.
   *
   * @param role the role
   * @param paths names of the inode it belongs to
   * @param detail what stands in the block, in a few words; may be empty
   * @param checksum the state of the block's own checksum
   * @param read what reading it answers
   * @param slots of an inode table's block: the inodes in use
   */
  public record Use(
      BlockRole role,
      List<FilePath> paths,
      String detail,
      Checksum checksum,
      ReadAnswer read,
      List<Slot> slots) {
    /** Keeps its own lists. */
    public Use {
      paths = List.copyOf(paths);
      slots = List.copyOf(slots);
    }
  }

  /**
   * An inode in use whose slot stands in the block.
   *
   * @param ino its number
   * @param type what it is
   * @param paths its names
   * @param intact its checksum matches, or there is none
   */
  public record Slot(long ino, FileType type, List<FilePath> paths, boolean intact) {
    /** Keeps its own list. */
    public Slot {
      paths = List.copyOf(paths);
    }
  }

  /**
   * A copy in the log.
   *
   * @param sequence its transaction
   * @param logBlock where it stands in the journal's file
   * @param pblk the device block of that
   * @param fate what recovery does with it
   */
  public record LoggedCopy(int sequence, long logBlock, long pblk, LogView.Fate fate) {}

  /** Keeps its own lists. */
  public Explanation {
    roles = List.copyOf(roles);
    copies = List.copyOf(copies);
    revokes = List.copyOf(revokes);
  }

  /** True if the bitmap and the roles contradict each other, or two owners have the block. */
  public boolean isContradictory() {
    boolean owned = !roles.isEmpty();
    boolean wrongBit =
        owned ? allocation == Allocation.FREE : allocation == Allocation.IN_USE && !inUsedCluster;
    return unread.count() == 0 && block.isPresent() && (wrongBit || isShared());
  }

  /** True if the block has roles that exclude each other. */
  public boolean isShared() {
    return roles.size() > 1
        && !roles.stream().allMatch(use -> use.role() instanceof BlockRole.Attributes);
  }
}
