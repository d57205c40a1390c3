package org.ext4map.check;

import java.io.IOException;
import org.ext4map.ondisk.Feature;
import org.ext4map.ondisk.Geometry;
import org.ext4map.ondisk.GroupDescriptor;

/** Finds descriptors to judge by, judges them, and claims what they claim. */
final class GroupPass {
  private static final int BACKUPS_COMPARED = 32;

  /** Claims the blocks it hears of. */
  private record Claimer(BlockClaims claims) implements FixedBlocks.Visitor {
    @Override
    public void run(long pblk, long count) {
      claims.claimFixed(pblk, count);
    }
  }

  private final Geometry geometry;
  private final ImageBlocks image;
  private final Findings findings;
  private final FixedBlocks fixed;

  GroupPass(Geometry geometry, ImageBlocks image, Findings findings) {
    this.geometry = geometry;
    this.image = image;
    this.findings = findings;
    this.fixed = new FixedBlocks(geometry);
  }

  /**
   * Descriptors to go by.
   *
   * @param primarySound false if the primary ones are damaged
   */
  record Choice(Groups groups, boolean primarySound) {}

  /** Tells it if the primary descriptors are damaged. */
  void judge(Choice choice) {
    if (!choice.primarySound()) {
      findings.add(Problem.GDT_PRIMARY_INVALID, "");
    }
    judge(choice.groups());
  }

  /** The descriptors behind the superblock of {@code group}: only the primary ones can be worse. */
  Choice choose(long group) throws IOException {
    if (group > 0) {
      return new Choice(Groups.fromBackup(geometry, image, group), true);
    }
    Groups primary = Groups.primary(geometry, image);
    return new Choice(primary, isSound(primary));
  }

  private boolean isSound(Groups groups) {
    return groups.isReadable() && fixed.isSound(groups, new Bits(geometry.blocksCount()));
  }

  /** Judges every descriptor. */
  private void judge(Groups groups) {
    boolean checksums = geometry.features().hasGroupChecksums();
    for (long group = 0; group < geometry.groupCount(); group++) {
      GroupDescriptor descriptor = groups.get(group);
      judgePlaces(groups, descriptor);
      if (checksums && descriptor.checksum() != descriptor.computeChecksum()) {
        findings.add(
            Problem.GDT_CHECKSUM,
            String.format(
                "group %d: bg_checksum=0x%04x, allowed 0x%04x",
                group, descriptor.checksum(), descriptor.computeChecksum()));
        groups.distrust(group);
      }
      if (!checksums && claimsUnused(descriptor)) {
        findings.add(Problem.GDT_UNINIT_FLAG_WITHOUT_FEATURE, "group " + group);
      }
      judgeUninit(descriptor, checksums);
    }
  }

  private static boolean claimsUnused(GroupDescriptor descriptor) {
    int uninit = GroupDescriptor.INODE_UNINIT | GroupDescriptor.BLOCK_UNINIT;
    return (descriptor.flags() & uninit) != 0 || descriptor.itableUnused() != 0;
  }

  private void judgePlaces(Groups groups, GroupDescriptor descriptor) {
    long group = descriptor.group();
    if (!fixed.mayHold(group, descriptor.blockBitmap(), 1)) {
      findings.addAt(
          Problem.GDT_BLOCK_BITMAP_OUTSIDE_GROUP, descriptor.blockBitmap(), "group " + group);
    }
    if (!fixed.mayHold(group, descriptor.inodeBitmap(), 1)) {
      findings.addAt(
          Problem.GDT_INODE_BITMAP_OUTSIDE_GROUP, descriptor.inodeBitmap(), "group " + group);
    }
    if (!fixed.mayHold(group, descriptor.inodeTable(), geometry.inodeTableBlocks())) {
      findings.addAt(
          Problem.GDT_INODE_TABLE_OUTSIDE_GROUP, descriptor.inodeTable(), "group " + group);
      groups.dropTable(group);
    }
  }

  private void judgeUninit(GroupDescriptor descriptor, boolean checksums) {
    long group = descriptor.group();
    boolean blockUninit = (descriptor.flags() & GroupDescriptor.BLOCK_UNINIT) != 0;
    if (blockUninit && group == geometry.groupCount() - 1) {
      findings.add(Problem.GDT_UNINIT_LAST_GROUP, "group " + group);
    }
    if (!checksums) {
      return;
    }
    long most =
        Math.min(geometry.inodesPerGroup(), Integer.toUnsignedLong(descriptor.freeInodes()));
    if (Integer.toUnsignedLong(descriptor.itableUnused()) > most) {
      findings.add(
          Problem.GDT_UNUSED_INODE_COUNT,
          "group "
              + group
              + ": bg_itable_unused="
              + descriptor.itableUnused()
              + ", allowed <= "
              + most);
    }
  }

  /** Claims the fixed structures, group by group, and tells which of them share blocks. */
  void claim(Groups groups, BlockClaims claims) {
    for (long group = 0; group < geometry.groupCount(); group++) {
      fixed.baseOf(group, new Claimer(claims));
      GroupDescriptor descriptor = groups.get(group);
      if (groups.hasTable(group)
          && !claims.claimFixed(descriptor.inodeTable(), geometry.inodeTableBlocks())) {
        findings.addAt(Problem.GDT_INODE_TABLE_CONFLICT, descriptor.inodeTable(), "group " + group);
      }
      if (isShared(claims, group, descriptor.blockBitmap())) {
        findings.addAt(
            Problem.BITMAP_BLOCK_LOCATION_CONFLICT, descriptor.blockBitmap(), "group " + group);
      }
      if (isShared(claims, group, descriptor.inodeBitmap())) {
        findings.addAt(
            Problem.BITMAP_LOCATION_CONFLICT, descriptor.inodeBitmap(), "group " + group);
      }
    }
  }

  private boolean isShared(BlockClaims claims, long group, long pblk) {
    return pblk != 0 && fixed.mayHold(group, pblk, 1) && !claims.claimFixed(pblk, 1);
  }

  /** Compares the copies of the descriptors with the primary ones: only where things are. */
  void judgeBackups(Groups groups) throws IOException {
    if (geometry.has(Feature.META_BG)) {
      return;
    }
    int compared = 0;
    for (long group = 1; group < geometry.groupCount() && compared < BACKUPS_COMPARED; group++) {
      if (!geometry.hasSuper(group)) {
        continue;
      }
      compared++;
      Groups backup = Groups.backup(geometry, image, group);
      for (long other = 0; other < geometry.groupCount(); other++) {
        GroupDescriptor mine = groups.get(other);
        GroupDescriptor copy = backup.get(other);
        if (mine.blockBitmap() != copy.blockBitmap()
            || mine.inodeBitmap() != copy.inodeBitmap()
            || mine.inodeTable() != copy.inodeTable()) {
          findings.addAt(
              Problem.GDT_BACKUP_DAMAGED,
              geometry.firstBlockOf(group) + 1,
              "group " + other + " in the copy of group " + group);
          break;
        }
      }
    }
  }
}
