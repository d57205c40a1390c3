package org.ext4map.alloc;

/**
 * A wish for blocks: {@code struct ext4_allocation_request}. Immutable; made by {@link #data} or
 * {@link #metadata} and refined by the {@code with} methods.
 *
 * @param ino for whom; system zones of this inode are allowed to it
 * @param lblk the first logical block that is to be mapped
 * @param length blocks wanted, at least 1; fewer may be given
 * @param goal where they should be; any number, nothing is given there if it is none of ours
 * @param isData contents of a regular file: may be given more for later (preallocation)
 * @param fileBlocks blocks of the file as its size has it, this write included
 * @param holeFrom the first logical block of the hole that {@code lblk} is in
 * @param holeTo the first logical block after that hole
 * @param privilege which reserves may be used
 * @param limit blocks from this number on are of no use to the asker (block maps: 2^32)
 */
public record AllocationRequest(
    long ino,
    long lblk,
    int length,
    long goal,
    boolean isData,
    long fileBlocks,
    long holeFrom,
    long holeTo,
    Privilege privilege,
    long limit) {

  private static final long MAX_LBLKS = 0xFFFFFFFFL;

  /** Checks the shape; a caller's mistake is an {@link IllegalArgumentException}. */
  public AllocationRequest {
    if (length < 1 || lblk < holeFrom || lblk >= holeTo || limit < 1) {
      throw new IllegalArgumentException(
          "allocation of " + length + " at lblk " + lblk + " in hole " + holeFrom + "-" + holeTo);
    }
  }

  /** Blocks for the contents of a file. */
  public static AllocationRequest data(long ino, long lblk, int length, long goal) {
    return new AllocationRequest(
        ino,
        lblk,
        length,
        goal,
        true,
        lblk + length,
        0,
        MAX_LBLKS,
        Privilege.ORDINARY,
        Long.MAX_VALUE);
  }

  /** One block for a tree, a directory or attributes, below {@code limit}. */
  public static AllocationRequest metadata(long ino, long goal, Privilege privilege, long limit) {
    return new AllocationRequest(ino, 0, 1, goal, false, 0, 0, MAX_LBLKS, privilege, limit);
  }

  /** With the hole around {@code lblk}: preallocation stays inside it. */
  public AllocationRequest withHole(long from, long to) {
    return new AllocationRequest(
        ino, lblk, length, goal, isData, fileBlocks, from, to, privilege, limit);
  }

  /** With other reserves. */
  public AllocationRequest with(Privilege other) {
    return new AllocationRequest(
        ino, lblk, length, goal, isData, fileBlocks, holeFrom, holeTo, other, limit);
  }

  /** Only blocks below {@code end}. */
  public AllocationRequest below(long end) {
    return new AllocationRequest(
        ino, lblk, length, goal, isData, fileBlocks, holeFrom, holeTo, privilege, end);
  }
}
