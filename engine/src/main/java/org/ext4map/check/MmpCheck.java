package org.ext4map.check;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.ext4map.ondisk.Feature;
import org.ext4map.ondisk.Geometry;
import org.ext4map.ondisk.MmpBlock;

/** Judges the block that guards against two hosts using one file system, and claims it. */
final class MmpCheck {
  private static final long LAST_SEQUENCE = 0xE24D4D4FL;

  private final Docket docket;

  MmpCheck(Docket docket) {
    this.docket = docket;
  }

  void judge() throws IOException {
    Geometry geometry = docket.geometry();
    if (!geometry.has(Feature.MMP)) {
      return;
    }
    Findings findings = docket.findings();
    long pblk = docket.superblock().mmpBlock();
    if (pblk <= geometry.firstDataBlock() || !geometry.contains(pblk, 1)) {
      findings.add(Problem.MMP_BLOCK_INVALID, "s_mmp_block=" + pblk);
      return;
    }
    docket.claims().claim(pblk, 1);
    ByteBuffer bytes = docket.image().read(pblk);
    MmpBlock block = bytes == null ? null : new MmpBlock(geometry, bytes);
    if (block == null || block.magic() != MmpBlock.MAGIC) {
      findings.addAt(Problem.MMP_MAGIC, pblk, "mmp_magic");
      return;
    }
    if (geometry.hasMetadataChecksums() && block.checksum() != block.computeChecksum()) {
      findings.addAt(Problem.MMP_CHECKSUM, pblk, "mmp_checksum");
    } else if (block.sequence() != MmpBlock.SEQ_CLEAN) {
      Problem problem = Problem.MMP_IN_USE;
      if (block.sequence() == MmpBlock.SEQ_FSCK) {
        problem = Problem.MMP_BEING_CHECKED;
      } else if (block.sequence() > LAST_SEQUENCE) {
        problem = Problem.MMP_SEQUENCE_INVALID;
      }
      findings.addAt(problem, pblk, String.format("mmp_seq=0x%08x", block.sequence()));
    }
  }
}
