package org.ext4map.check;

import static org.ext4map.ondisk.LittleEndian.i32;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.ext4map.ondisk.Crc32c;
import org.ext4map.ondisk.Feature;
import org.ext4map.ondisk.Geometry;

/** Judges the block that guards against two hosts using one file system, and claims it. */
final class MmpCheck {
  private static final int MAGIC = 0x004D4D50;
  private static final int CLEAN = 0xFF4D4D50;
  private static final int CHECKSUM = 0x3FC;

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
    ByteBuffer block = docket.image().read(pblk);
    if (block == null || i32(block, 0) != MAGIC) {
      findings.addAt(Problem.MMP_MAGIC, pblk, "mmp_magic");
      return;
    }
    if (geometry.hasMetadataChecksums()
        && i32(block, CHECKSUM) != Crc32c.update(geometry.checksumSeed(), block, 0, CHECKSUM)) {
      findings.addAt(Problem.MMP_CHECKSUM, pblk, "mmp_checksum");
    } else if (i32(block, 4) != CLEAN) {
      findings.addAt(Problem.MMP_IN_USE, pblk, String.format("mmp_seq=0x%08x", i32(block, 4)));
    }
  }
}
