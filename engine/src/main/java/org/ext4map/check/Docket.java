package org.ext4map.check;

import org.ext4map.ondisk.Geometry;
import org.ext4map.ondisk.Superblock;

/**
 * All that lies before the judge while one image is checked.
 *
 * @param superblock the superblock in the view that is judged
 * @param geometry its shape
 * @param image blocks in the view that is judged
 * @param groups group descriptors in the view that is judged
 * @param inodes the inode tables
 * @param claims who uses which block
 * @param census what is known of every inode
 * @param usage use of space and inodes by owner, for quota
 * @param findings what was found
 * @param listener hears progress and may cancel
 * @param workers who helps
 */
record Docket(
    Superblock superblock,
    Geometry geometry,
    ImageBlocks image,
    Groups groups,
    InodeTable inodes,
    BlockClaims claims,
    Census census,
    OwnerUsage usage,
    Findings findings,
    CheckListener listener,
    CheckOptions.Workers workers) {

  /** Tells progress; ends the check if the listener wants that. */
  void step(Pass pass, long done, long total) throws EndOfCheck {
    listener.progress(pass, done, total);
    if (listener.isCancelled()) {
      findings.add(Problem.SB_CANCELLED, pass.label());
      throw new EndOfCheck("cancelled");
    }
  }
}
