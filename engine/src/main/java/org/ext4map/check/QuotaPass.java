package org.ext4map.check;

import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.ext4map.ondisk.Feature;
import org.ext4map.ondisk.FileType;
import org.ext4map.ondisk.Geometry;
import org.ext4map.ondisk.InodeRecord;

/** Holds the quota files against the use that the walk over the inodes found. */
final class QuotaPass {
  private final Docket docket;
  private final Geometry geometry;
  private final Findings findings;

  QuotaPass(Docket docket) {
    this.docket = docket;
    this.geometry = docket.geometry();
    this.findings = docket.findings();
  }

  /** Says whose use is to be counted; before the walk over the inodes. */
  void prepare() {
    for (OwnerUsage.Kind kind : OwnerUsage.Kind.values()) {
      long ino = inodeOf(kind);
      if (ino == 0) {
        continue;
      }
      if (!docket.inodes().exists(ino)
          || ino == InodePass.ROOT_INO
          || (kind != OwnerUsage.Kind.PROJECT && ino != kind.reservedInode())) {
        findings.add(Problem.QUOTA_INODE_NUMBER_INVALID, kind + " " + ino);
      } else {
        docket.usage().count(kind);
      }
    }
  }

  private long inodeOf(OwnerUsage.Kind kind) {
    if (!geometry.has(Feature.QUOTA)) {
      return 0;
    }
    return switch (kind) {
      case USER -> docket.superblock().userQuotaInum();
      case GROUP -> docket.superblock().groupQuotaInum();
      case PROJECT -> docket.superblock().projectQuotaInum();
    };
  }

  void run() throws IOException {
    for (OwnerUsage.Kind kind : OwnerUsage.Kind.values()) {
      long ino = inodeOf(kind);
      if (ino != 0 && !docket.usage().of(kind).isEmpty()) {
        judge(kind, ino);
      }
    }
  }

  private void judge(OwnerUsage.Kind kind, long ino) throws IOException {
    InodeRecord inode = docket.inodes().readCopy(ino);
    if (inode == null || inode.type() != FileType.REGULAR) {
      findings.add(Problem.QUOTA_INODE_INVALID, ino, "");
      return;
    }
    QuotaFile file = new QuotaFile(geometry, docket.image(), ino, inode);
    Optional<String> foreign = file.wrongWithFormat(kind);
    Optional<String> wrong = file.read();
    foreign
        .or(() -> wrong)
        .ifPresent(detail -> findings.add(Problem.QUOTA_FILE_CORRUPT, ino, detail));
    if (wrong.isPresent()) {
      findings.add(Problem.QUOTA_USAGE_WRONG, ino, kind + ": cannot be read");
      return;
    }
    compare(kind, ino, file.entries());
  }

  private void compare(OwnerUsage.Kind kind, long ino, Map<Long, QuotaFile.Entry> entries) {
    Map<Long, QuotaFile.Entry> stored = new TreeMap<>(entries);
    Map<Long, QuotaFile.Entry> differing = new TreeMap<>();
    docket
        .usage()
        .of(kind)
        .forEach(
            (owner, use) -> {
              QuotaFile.Entry found = new QuotaFile.Entry(use.bytes(), use.inodes());
              if (!found.equals(stored.remove(owner))) {
                differing.put(owner, found);
              }
            });
    stored.forEach(
        (owner, entry) -> {
          if (!entry.equals(QuotaFile.Entry.NOTHING)) {
            differing.put(owner, QuotaFile.Entry.NOTHING);
          }
        });
    differing.forEach(
        (owner, use) ->
            findings.add(
                Problem.QUOTA_USAGE_WRONG,
                ino,
                kind
                    + " "
                    + owner
                    + ": found "
                    + use.bytes()
                    + " bytes and "
                    + use.inodes()
                    + " inodes"));
  }
}
