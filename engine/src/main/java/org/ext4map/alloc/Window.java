package org.ext4map.alloc;

/**
 * The logical blocks for which space is looked for at once: the request, or more around it if the
 * file seems to grow. ext4_mb_normalize_request (Linux fs/ext4/mballoc.c).
 *
 * @param start the first logical block
 * @param length blocks
 */
record Window(long start, int length) {
  /** Files up to so many blocks get what they ask for: mb_stream_req. */
  private static final int SMALL_FILE_BLOCKS = 16;

  private static final long KIB = 1024;
  private static final long MIB = 1024 * KIB;
  private static final long SMALLEST_BYTES = 16 * KIB;
  private static final long MAX_LBLKS = 0xFFFFFFFFL;

  /** Exactly what was asked for. */
  static Window exact(AllocationRequest request, int length) {
    return new Window(request.lblk(), length);
  }

  /**
   * The window for {@code request}.
   *
   * @param length blocks that may be given
   * @param from the first logical block that the window may hold
   * @param to the first after {@code lblk} that it may not
   * @param blocksPerGroup the most that can be found in one piece
   */
  static Window around(
      AllocationRequest request,
      int length,
      int blockSize,
      long from,
      long to,
      int blocksPerGroup) {
    long end = Math.max(request.lblk() + length, request.fileBlocks());
    if (!request.isData() || end <= SMALL_FILE_BLOCKS) {
      return exact(request, length);
    }
    long wanted = sizeFor(end * blockSize, length, blockSize);
    if (wanted <= (long) length * blockSize) {
      return exact(request, length);
    }
    long blocks = Math.max(1, wanted / blockSize);
    // up to 1 MiB the window is the beginning of the file, beyond it moves along
    long start = wanted <= MIB ? 0 : request.lblk() / blocks * blocks;
    long stop = Math.min(start + blocks, Math.min(to, MAX_LBLKS));
    start = Math.max(start, from);
    if (stop - start > blocksPerGroup) {
      start = Math.max(start, request.lblk() / blocksPerGroup * blocksPerGroup);
      stop = Math.min(stop, start + blocksPerGroup);
    }
    if (request.lblk() < start || request.lblk() + length > stop) {
      return exact(request, length);
    }
    return new Window(start, (int) (stop - start));
  }

  /**
   * The first logical block for a run of {@code found} blocks, found anywhere: the run ends with
   * the window if the request fits there, else it starts with it, else with the request.
   */
  long firstLblk(long lblk, int asked, long found) {
    long end = lblk + asked;
    long atEnd = start + length - found;
    if (lblk >= atEnd && end <= atEnd + found) {
      return atEnd;
    }
    return end <= start + found ? start : lblk;
  }

  private static long sizeFor(long bytes, int length, int blockSize) {
    for (long step = SMALLEST_BYTES; step <= MIB; step *= 2) {
      if (bytes <= step) {
        return step;
      }
    }
    if (bytes <= 4 * MIB || blockSize == KIB) {
      return 2 * MIB;
    }
    if (bytes <= 8 * MIB || blockSize <= 2 * KIB) {
      return 4 * MIB;
    }
    boolean fits = (long) length * blockSize <= 8 * MIB || blockSize <= 4 * KIB;
    return fits ? 8 * MIB : (long) length * blockSize;
  }
}
