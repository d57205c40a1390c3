package org.ext4map.check;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.ext4map.ondisk.Feature;
import org.ext4map.ondisk.FileType;
import org.ext4map.ondisk.Geometry;
import org.ext4map.ondisk.GroupDescriptor;
import org.ext4map.ondisk.InodeRecord;

/** Judges what the entries of one directory say about other inodes, and counts the names. */
final class DirectoryEntries {
  private static final int SHORTEST_ENCRYPTED_NAME = 16;
  private static final int DOT_RECORD = 12;

  private final Docket docket;
  private final Geometry geometry;
  private final Findings findings;
  private final Census census;
  private final int index;
  private final long ino;
  private final boolean encrypted;
  private final boolean casefolded;
  private final OwnInodes own;

  DirectoryEntries(Docket docket, int index, long ino, InodeRecord inode) {
    this.docket = docket;
    this.geometry = docket.geometry();
    this.findings = docket.findings();
    this.census = docket.census();
    this.index = index;
    this.ino = ino;
    this.own = new OwnInodes(docket.superblock());
    this.encrypted = census.policies().containsKey(ino);
    this.casefolded = inode.hasFlag(InodeRecord.CASEFOLD_FL) && geometry.has(Feature.CASEFOLD);
  }

  /** Judges one entry; false if it does not count as a name of anything. */
  boolean judge(DirectoryEntry entry) throws IOException {
    if (entry.place() == 1) {
      judgeDot(entry);
    } else if (entry.place() == 2) {
      judgeDotDot(entry);
    } else if (entry.ino() == ino) {
      tell(Problem.DIR_ENTRY_LINKS_DOT, entry);
    }
    if (entry.ino() == 0) {
      return false;
    }
    if (!exists(entry.ino())) {
      tell(Problem.DIR_ENTRY_INODE_OUT_OF_RANGE, entry);
      return false;
    }
    if (entry.place() > 2) {
      judgeAim(entry);
    } else if (census.inBadBlock().get(entry.ino())) {
      tell(Problem.DIR_ENTRY_INODE_IN_BAD_BLOCK, entry);
    }
    judgeTarget(entry);
    judgeName(entry);
    judgeType(entry);
    if (entry.place() > 2) {
      judgeParent(entry);
      judgeEncryption(entry);
    }
    census.names().increment(entry.ino());
    return true;
  }

  /** The parent's number of a directory that stands in its inode. */
  void judgeInlineParent(long parent) {
    if (!exists(parent)) {
      findings.addTarget(Problem.DIR_ENTRY_INODE_OUT_OF_RANGE, ino, parent, "'..'");
      return;
    }
    census.setDotDot(index, parent);
    census.names().increment(parent);
    if (!census.used().get(parent)) {
      findings.addTarget(Problem.DIR_ENTRY_TO_UNUSED_INODE, ino, parent, "'..'");
    }
  }

  private boolean exists(long target) {
    return (target == InodePass.ROOT_INO || target >= geometry.firstIno())
        && docket.inodes().exists(target)
        && !own.has(target);
  }

  private void tell(Problem problem, DirectoryEntry entry) {
    findings.addTarget(problem, ino, entry.ino(), "'" + entry.text() + "'");
  }

  private void judgeDot(DirectoryEntry entry) {
    if (entry.ino() == 0) {
      findings.add(Problem.DIR_DOT_MISSING, ino, "");
    } else if (!entry.isDots(1)) {
      tell(Problem.DIR_FIRST_NOT_DOT, entry);
    } else if (!entry.isTerminated()) {
      findings.add(Problem.DIR_DOT_NOT_TERMINATED, ino, "");
    }
    if (entry.ino() != ino) {
      tell(Problem.DIR_DOT_INODE_WRONG, entry);
    }
    if (entry.length() > 2 * DOT_RECORD) {
      findings.add(Problem.DIR_DOT_RECORD_OVERSIZED, ino, "rec_len=" + entry.length());
    }
  }

  private void judgeDotDot(DirectoryEntry entry) {
    if (entry.ino() == 0) {
      findings.add(Problem.DIR_DOTDOT_MISSING, ino, "");
    } else if (!entry.isDots(2)) {
      tell(Problem.DIR_SECOND_NOT_DOTDOT, entry);
    } else if (!entry.isTerminated()) {
      findings.add(Problem.DIR_DOTDOT_NOT_TERMINATED, ino, "");
    } else {
      census.setDotDot(index, entry.ino());
    }
  }

  private void judgeAim(DirectoryEntry entry) {
    if (census.inBadBlock().get(entry.ino())) {
      tell(Problem.DIR_ENTRY_INODE_IN_BAD_BLOCK, entry);
    } else if (entry.isDots(1)) {
      tell(Problem.DIR_DOT_DUPLICATE, entry);
    } else if (entry.isDots(2)) {
      tell(Problem.DIR_DOTDOT_DUPLICATE, entry);
    } else if (entry.ino() == InodePass.ROOT_INO) {
      tell(Problem.DIR_LINK_TO_ROOT, entry);
    } else if (entry.nameLength() == 0) {
      tell(Problem.DIR_EMPTY_NAME, entry);
    }
    if (ino == InodePass.ROOT_INO && entry.text().equals("lost+found")) {
      judgeLostFound(entry);
    }
  }

  private void judgeLostFound(DirectoryEntry entry) {
    census.noteLostFound();
    if (!census.directories().get(entry.ino())) {
      tell(Problem.DIR_LOST_FOUND_NOT_DIRECTORY, entry);
    } else if (census.policies().containsKey(entry.ino())) {
      tell(Problem.DIR_LOST_FOUND_ENCRYPTED, entry);
    }
  }

  private void judgeTarget(DirectoryEntry entry) {
    long target = entry.ino();
    judgePlace(entry, target);
    if (!census.used().get(target)) {
      tell(Problem.DIR_ENTRY_TO_UNUSED_INODE, entry);
    } else if (entry.place() > 2
        && census.valueHolders().get(target)
        && census.type(target) == FileType.REGULAR) {
      tell(Problem.XATTR_EA_INODE_IN_DIRECTORY, entry);
    }
  }

  private void judgePlace(DirectoryEntry entry, long target) {
    long group = geometry.groupOfInode(target);
    GroupDescriptor descriptor = docket.groups().get(group);
    long unused = Integer.toUnsignedLong(descriptor.itableUnused());
    long firstUnused = (group + 1) * geometry.inodesPerGroup() + 1 - unused;
    if ((descriptor.flags() & GroupDescriptor.INODE_UNINIT) != 0) {
      tell(Problem.GDT_INODE_IN_UNINIT_GROUP, entry);
    } else if (firstUnused >= 0 && target >= firstUnused) { // a count beyond all is told elsewhere
      findings.addTarget(
          Problem.GDT_INODE_IN_UNUSED_AREA, ino, target, "first unused " + firstUnused);
    }
  }

  private void judgeName(DirectoryEntry entry) {
    if (encrypted && entry.place() > 2) {
      return;
    }
    for (byte letter : entry.name()) {
      if (letter == '/' || letter == 0) {
        tell(Problem.DIR_ILLEGAL_NAME, entry);
        return;
      }
    }
    if (casefolded && !isUtf8(entry.name())) {
      tell(Problem.CASEFOLD_ILLEGAL_UTF8_NAME, entry);
    }
  }

  private static boolean isUtf8(byte[] name) {
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(name));
      return true;
    } catch (CharacterCodingException e) {
      return false;
    }
  }

  private void judgeType(DirectoryEntry entry) throws IOException {
    int code = entry.typeCode();
    if (!geometry.has(Feature.FILETYPE)) {
      if (code != 0) {
        tell(Problem.DIR_FILETYPE_WITHOUT_FEATURE, entry);
      }
      return;
    }
    if (code == expectedType(entry.ino())) {
      return;
    }
    tell(code == 0 ? Problem.DIR_FILETYPE_UNSET : Problem.DIR_FILETYPE_WRONG, entry);
  }

  /** What an entry should tell: nothing of an inode whose form does not fit its type. */
  private int expectedType(long target) throws IOException {
    if (!census.used().get(target)) {
      InodeRecord unused = docket.inodes().read(target);
      return unused == null ? 0 : unused.type().entryCode();
    }
    FileType type = census.type(target);
    boolean special = type != FileType.DIRECTORY && type != FileType.REGULAR;
    return special && census.malformed().get(target) ? 0 : type.entryCode();
  }

  private void judgeParent(DirectoryEntry entry) {
    int child = census.indexOf(entry.ino());
    if (child < 0) {
      return;
    }
    if (census.parent(child) != 0) {
      tell(Problem.DIR_SECOND_LINK_TO_DIRECTORY, entry);
    } else {
      census.setParent(child, ino);
    }
  }

  private void judgeEncryption(DirectoryEntry entry) {
    if (!encrypted) {
      return;
    }
    if (entry.nameLength() < SHORTEST_ENCRYPTED_NAME && !entry.isDots(1) && !entry.isDots(2)) {
      tell(Problem.ENCRYPTION_NAME_TOO_SHORT, entry);
    }
    FileType type = census.type(entry.ino());
    boolean canBeEncrypted =
        type == FileType.REGULAR || type == FileType.DIRECTORY || type == FileType.SYMLINK;
    String policy = census.policies().get(entry.ino());
    if (policy == null) {
      if (canBeEncrypted) {
        tell(Problem.ENCRYPTION_PLAIN_INODE_IN_ENCRYPTED_DIR, entry);
      }
    } else if (!policy.equals(census.policies().get(ino))) {
      tell(Problem.ENCRYPTION_POLICY_MISMATCH, entry);
    }
  }
}
