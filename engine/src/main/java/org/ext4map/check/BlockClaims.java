package org.ext4map.check;

import org.ext4map.ondisk.Geometry;

/**
 * Who uses which block: what the walk over all inodes finds, to be held against the bitmaps on
 * disk. Counts clusters, which are blocks unless bigalloc.
 */
final class BlockClaims {
  private final Geometry geometry;
  private final int ratio;
  private final Bits claimed;
  private final Bits twice;
  private final Bits fixed;

  BlockClaims(Geometry geometry) {
    this.geometry = geometry;
    this.ratio = geometry.clusterRatio();
    long clusters = clusterOf(geometry.blocksCount() - 1) + 1;
    this.claimed = new Bits(clusters);
    this.twice = new Bits(clusters);
    this.fixed = new Bits(geometry.blocksCount());
  }

  /** The most memory that claims on {@code geometry} take, bytes. */
  static long bytesFor(Geometry geometry) {
    return 2 * Bits.bytesFor(geometry.blocksCount() / geometry.clusterRatio() + 1)
        + Bits.bytesFor(geometry.blocksCount());
  }

  /** The cluster of block {@code pblk}, counted from the first data block. */
  long clusterOf(long pblk) {
    return (pblk - geometry.firstDataBlock()) / ratio;
  }

  /** The first block of {@code cluster}. */
  long blockOf(long cluster) {
    return geometry.firstDataBlock() + cluster * ratio;
  }

  /**
   * Claims blocks for the file system itself; false if another of its structures has one of them.
   */
  boolean claimFixed(long pblk, long count) {
    if (pblk < geometry.firstDataBlock()) {
      return true;
    }
    boolean shared = fixed.anyIn(pblk, pblk + count);
    fixed.setAll(pblk, pblk + count);
    claimed.setAll(clusterOf(pblk), clusterOf(pblk + count - 1) + 1);
    return !shared;
  }

  /** Claims the clusters of {@code [pblk, pblk + count)}, all inside the file system. */
  void claim(long pblk, long count) {
    claimed.setAll(clusterOf(pblk), clusterOf(pblk + count - 1) + 1, twice);
  }

  /** Takes a claim back. */
  void release(long pblk) {
    claimed.clear(clusterOf(pblk));
  }

  boolean isClaimed(long pblk) {
    return claimed.get(clusterOf(pblk));
  }

  /** True if block {@code pblk} belongs to the file system itself. */
  boolean isFixed(long pblk) {
    return fixed.get(pblk);
  }

  /** True if one of the blocks belongs to the file system itself. */
  boolean anyFixed(long pblk, long count) {
    return fixed.anyIn(pblk, pblk + count);
  }

  /** Clusters that have an owner. */
  Bits claimed() {
    return claimed;
  }

  /** Clusters that have several. */
  Bits twice() {
    return twice;
  }
}
