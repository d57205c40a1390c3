package org.ext4map.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.ext4map.check.CheckOptions.View;
import org.ext4map.images.Judge;
import org.ext4map.testkit.Programs;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Damage done on purpose with debugfs, one field at a time: e2fsck and this judge give it the same
 * name and the same inode.
 *
 * <p>The image holds /file (12), /dir (13) with one name, /short and /long, links of 5 and 90
 * bytes.
 */
class DamageRecipesTest {
  private static final String BLOCK_SIZE = "1024";

  @TempDir Path scratch;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          casefold.flag-on-non-directory          | casefold         | sif /file flags 0x40080000
          casefold.flag-without-feature           | -                | sif /dir flags 0x40080000
          extent.flag-without-feature             | ^64bit           | feature -extents
          extent.superblock-feature-missing       | ^64bit           | feature -extents
          extent.flag-missing                     | -                | sif /file flags 0
          extent.header-missing                   | -                | sif /file block[0] 0
          extent.physical-block-invalid           | -                | sif /file block[5] 99999
          extent.zero-length                      | -                | sif /file block[4] 0
          extent.length-past-end                  | -                | sif /file block[4] 0x7000
          extent.directory-unwritten              | -                | sif /dir block[4] 0x8001
          extent.flag-on-fast-symlink             | -                | sif /short flags 0x80000
          inode.fragment-address                  | -                | sif /file faddr 7
          inode.extra-size                        | -                | sif /file extra_isize 3
          inode.imagic-flag                       | -                | sif /file flags 0x82000
          inode.in-use-with-dtime                 | -                | sif /file dtime 1700000000
          inode.mode-invalid                      | -                | sif /file mode 0
          inode.symlink-invalid                   | -                | sif /short size 4
          inode.special-file-immutable            | -                | sif /short flags 0x10
          inode.block-count-wrong                 | -                | sif /file blocks 2
          inode.size-wrong                        | -                | sif /file size 1
          inode.root-deletion-time                | -                | sif <2> dtime 1700000000
          inode.deleted-zero-dtime                | -                | sif /file links_count 0
          inode.reserved-mode                     | -                | sif <6> mode 0100644
          quota.inode-unused-but-filled           | -                | sif <3> links_count 1
          link.count-wrong                        | -                | sif /file links_count 3
          inline-data.flag-without-feature        | -                | sif /file flags 0x10000000
          inline-data.no-xattr                    | inline_data      | sif /file flags 0x10000000
          inline-data.flag-but-extents            | inline_data      | sif /file flags 0x10080000
          htree.flag-on-non-directory             | -                | sif /file flags 0x81000
          htree.root-invalid                      | -                | sif /dir flags 0x81000
          encryption.policy-missing               | encrypt          | sif /file flags 0x80800
          xattr.bad-block                         | -                | sif /file file_acl 40
          xattr.block-number-invalid              | -                | sif /file file_acl 99999
          sb.min-extra-isize                      | -                | ssv min_extra_isize 3
          sb.want-extra-isize                     | -                | ssv want_extra_isize 3
          sb.two-kinds-of-checksums               | -                | feature uninit_bg
          sb.64bit-without-extents                | -                | feature -extents
          sb.large-file-flag-missing              | ^large_file      | sif /file size 0x90000000
          mmp.magic                               | mmp              | smmp magic 5
          resize-inode.invalid                    | resize_inode     | sif <7> block[0] 77
          badblocks.inode-invalid                 | -                | sif <1> mode 0100644
          badblocks.block-out-of-range            | -                | sif <1> block[0] 99999
          badblocks.primary-superblock-bad        | -                | sif <1> block[0] 1
          badblocks.primary-gdt-bad               | -                | sif <1> block[0] 2
          orphan.present-flag-but-file-clean      | orphan_file      | feature orphan_present
          orphan.present-without-file             | ^orphan_file     | feature orphan_present
          orphan.file-without-journal             | orphan_file      | feature -has_journal
          dir.second-link-to-directory            | -                | ln /dir /again
          dir.link-to-root                        | -                | ln <2> /dir/root
          dir.entry-links-dot                     | -                | ln /dir /dir/self
          dir.entry-to-unused-inode               | -                | ln <60> /dir/nobody
          dir.entry-inode-out-of-range            | -                | ssv usr_quota_inum 12
          dir.entry-inode-out-of-range            | orphan_file      | ln <12> /again
          orphan.inode-unused-but-filled          | -                | ssv orphan_file_inum 12
          orphan.file-not-regular                 | orphan_file      | sif <12> mode 0
          inode.time-out-of-range                 | -                | sif /file mtime @10800000000
          link.inode-unattached                   | -                | unlink /file
          link.directory-unconnected              | -                | unlink /dir
          gdt.block-bitmap-outside-group          | ^flex_bg         | set_bg 0 block_bitmap 99999
          gdt.inode-bitmap-outside-group          | ^flex_bg         | set_bg 0 inode_bitmap 99999
          counts.group-free-blocks                | -                | set_bg 0 free_blocks_count 5
          counts.group-directories                | -                | set_bg 0 used_dirs_count 9
          gdt.unused-inode-count                  | -                | set_bg 0 itable_unused 9999
          """)
  void bothCallItTheSame(String label, String features, String damage) throws IOException {
    Programs.require(Judge.E2FSPROGS);
    Path image = image(features);
    Programs.succeed("debugfs", "-w", "-R", damage, image.toString());
    if (damage.startsWith("set_bg")) {
      Programs.succeed("debugfs", "-w", "-R", "set_bg 0 checksum calc", image.toString());
    }

    E2fsckLog.Run theirs = new E2fsckLog(scratch).judge(image);
    Judgement ours = Judgement.of(image, View.AS_IS);

    assertThat(theirs.problems()).as(theirs.output()).containsKey(label);
    assertThat(ours.labels()).as("%s", ours.lines()).contains(label);
    Set<Long> inodes = new TreeSet<>();
    ours.findings().stream()
        .filter(finding -> finding.problem().label().equals(label))
        .forEach(finding -> finding.ino().ifPresent(inodes::add));
    Set<Long> their = theirs.problems().getOrDefault(label, Set.of());
    if (!inodes.isEmpty()) {
      assertThat(inodes).as("inodes").containsAll(their);
    }
    if (theirs.exitCode() != 0) {
      assertThat(ours.report().exitCode()).as("%s", ours.lines()).isEqualTo(4);
    }
  }

  private Path image(String features) throws IOException {
    Path tree = Files.createDirectories(scratch.resolve("tree"));
    Files.createDirectories(tree.resolve("dir"));
    Files.writeString(tree.resolve("dir/name"), "a name");
    Files.writeString(tree.resolve("file"), "not a hole".repeat(500));
    Files.createSymbolicLink(tree.resolve("short"), Path.of("apath"));
    Files.createSymbolicLink(tree.resolve("long"), Path.of("p".repeat(90)));
    Path image = scratch.resolve("image");
    List<String> mke2fs =
        new ArrayList<>(List.of("mke2fs", "-q", "-F", "-t", "ext4", "-b", BLOCK_SIZE, "-N", "256"));
    if (!features.equals("-")) {
      mke2fs.addAll(Arrays.asList("-O", features));
    }
    mke2fs.addAll(List.of("-d", tree.toString(), image.toString(), "4M"));
    Programs.succeed(mke2fs.toArray(new String[0]));
    return image;
  }
}
