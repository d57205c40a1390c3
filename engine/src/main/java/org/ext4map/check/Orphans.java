package org.ext4map.check;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.Set;
import org.ext4map.ondisk.Feature;
import org.ext4map.ondisk.FileType;
import org.ext4map.ondisk.Geometry;
import org.ext4map.ondisk.InodeRecord;
import org.ext4map.ondisk.OrphanBlock;

/**
 * Reads the orphan list and the orphan file: inodes that recovery deletes or truncates once the log
 * is replayed. In the recovered view they are as good as processed, so they are noted and no rule
 * is held against what is pending; in any other view they are only told.
 */
final class Orphans {
  private final Docket docket;
  private final Geometry geometry;
  private final Findings findings;
  private final boolean tolerate;

  Orphans(Docket docket, boolean tolerate) {
    this.docket = docket;
    this.geometry = docket.geometry();
    this.findings = docket.findings();
    this.tolerate = tolerate;
  }

  void read() throws IOException {
    readList();
    if (geometry.has(Feature.ORPHAN_FILE)) {
      if (!geometry.has(Feature.HAS_JOURNAL)) {
        findings.add(Problem.ORPHAN_FILE_WITHOUT_JOURNAL, "");
      }
      readFile();
    } else if (geometry.has(Feature.ORPHAN_PRESENT)) {
      findings.add(Problem.ORPHAN_PRESENT_WITHOUT_FILE, "");
    }
  }

  private void readList() throws IOException {
    long ino = docket.superblock().lastOrphan();
    Set<Long> seen = new HashSet<>();
    while (ino != 0) {
      InodeRecord inode = docket.inodes().exists(ino) ? docket.inodes().readCopy(ino) : null;
      if (inode == null || ino < geometry.firstIno() || !seen.add(ino)) {
        if (tolerate) {
          findings.add(Problem.ORPHAN_INODE_INVALID, "inode " + ino);
        }
        return;
      }
      note(ino, inode);
      ino = inode.dtime();
    }
  }

  private void note(long ino, InodeRecord inode) {
    if (tolerate) {
      docket.census().tolerated().add(ino);
    }
    findings.add(
        Problem.ORPHAN_INODE_PENDING,
        ino,
        inode.linksCount() == 0 ? "to be deleted" : "to be truncated to " + inode.size());
  }

  private void readFile() throws IOException {
    long ino = docket.superblock().orphanFileInum();
    InodeRecord inode = docket.inodes().exists(ino) ? docket.inodes().readCopy(ino) : null;
    if (inode == null || inode.type() != FileType.REGULAR || inode.linksCount() == 0) {
      findings.add(Problem.ORPHAN_FILE_INVALID, "s_orphan_file_inum=" + ino);
      return;
    }
    if (inode.size() % geometry.blockSize() != 0) {
      findings.add(Problem.ORPHAN_FILE_SIZE_WRONG, ino, "i_size=" + inode.size());
    }
    OrphanFile file = new OrphanFile(ino, inode);
    file.isDirty = inode.size() % geometry.blockSize() != 0;
    if (inode.hasFlag(InodeRecord.EXTENTS_FL)) {
      new ExtentWalk(geometry, docket.image(), file, file.seed).walk(inode);
    } else {
      new IndirectWalk(geometry, docket.image(), file).walk(inode);
    }
    if (file.isDirty) {
      findings.add(Problem.ORPHAN_FILE_INVALID, ino, "");
    } else if (!tolerate && !file.hasEntries && geometry.has(Feature.ORPHAN_PRESENT)) {
      findings.add(Problem.ORPHAN_PRESENT_FLAG_BUT_FILE_CLEAN, "");
    }
  }

  /** The blocks of the orphan file. */
  private final class OrphanFile implements MapVisitor {
    private final long ino;
    private final int seed;
    private long room = geometry.blocksCount();
    private boolean hasEntries;
    private boolean isDirty;

    OrphanFile(long ino, InodeRecord inode) {
      this.ino = ino;
      this.seed = geometry.inodeChecksumSeed(ino, inode.generation());
    }

    @Override
    public boolean node(long pblk) {
      room--;
      return room >= 0;
    }

    @Override
    public boolean run(long lblk, long pblk, long count, boolean unwritten) throws IOException {
      for (long i = 0; i < count && room > 0; i++, room--) {
        block(pblk + i);
      }
      return true;
    }

    private void block(long pblk) throws IOException {
      ByteBuffer bytes = docket.image().read(pblk);
      OrphanBlock slots = bytes == null ? null : new OrphanBlock(geometry, bytes);
      if (slots == null || slots.magic() != OrphanBlock.MAGIC) {
        dirty(pblk, "ob_magic");
        return;
      }
      if (geometry.hasMetadataChecksums()
          && slots.checksum() != slots.computeChecksum(seed, pblk)) {
        dirty(pblk, "ob_checksum");
      }
      for (int i = 0; i < slots.capacity(); i++) {
        long orphan = slots.inode(i);
        if (orphan == 0) {
          continue;
        }
        hasEntries = true;
        InodeRecord inode =
            docket.inodes().exists(orphan) ? docket.inodes().readCopy(orphan) : null;
        if (inode == null || orphan < geometry.firstIno()) {
          findings.addAt(Problem.ORPHAN_INODE_INVALID, pblk, "inode " + orphan);
        } else {
          note(orphan, inode);
        }
      }
      if (hasEntries && !tolerate && !isDirty) {
        dirty(pblk, "orphans that nobody has dealt with");
      }
    }

    private void dirty(long pblk, String detail) {
      isDirty = true;
      findings.addAt(Problem.ORPHAN_FILE_BLOCK_CORRUPT, ino, pblk, detail);
    }

    @Override
    public void wrong(Problem problem, long pblk, String detail) {
      findings.addAt(Problem.ORPHAN_FILE_INVALID, ino, pblk, problem.label() + " " + detail);
    }
  }
}
