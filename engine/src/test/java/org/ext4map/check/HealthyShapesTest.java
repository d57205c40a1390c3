package org.ext4map.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.ext4map.check.CheckOptions.View;
import org.ext4map.images.Judge;
import org.ext4map.images.KernelMount;
import org.ext4map.testkit.InMemory;
import org.ext4map.testkit.Programs;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rare shapes that nobody damaged: e2fsck finds nothing in them, and neither does this judge. */
class HealthyShapesTest {
  private static final int ROOT_OF_THREE_LEVELS = 2;

  @TempDir(factory = InMemory.class)
  Path scratch;

  private Path image;

  @BeforeEach
  void requirePrograms() {
    Programs.require(Judge.E2FSPROGS);
    image = scratch.resolve("image");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "-t ext4 -b 65536 -N 512 -O ^has_journal",
        "-t ext4 -b 65536 -N 512 -O ^has_journal,inline_data,ea_inode",
        "-t ext2 -b 32768 -N 256",
        "-t ext4 -b 8192 -N 256 -O ^has_journal,bigalloc -C 65536",
        "-t ext4 -b 1024 -N 256 -O ^has_journal,bigalloc -C 262144",
        "-t ext4 -b 1024 -N 256 -O ^has_journal,bigalloc -C 2048",
        "-t ext4 -b 1024 -N 256 -g 512 -G 1",
        "-t ext4 -b 1024 -N 256 -g 512 -G 1024",
        "-t ext4 -b 1024 -N 256 -g 256 -O ^has_journal,^resize_inode,meta_bg,64bit",
        "-t ext4 -b 1024 -N 256 -g 256 -O ^has_journal,^resize_inode,meta_bg,sparse_super2",
        "-t ext4 -b 1024 -N 256 -g 1024 -O ^resize_inode,sparse_super2 -E num_backup_sb=0",
        "-t ext4 -b 1024 -N 256 -O ^has_journal,^resize_inode,64bit -E desc-size=1024",
        "-t ext4 -b 4096 -N 256 -O ^has_journal,inline_data -I 4096",
        "-t ext4 -b 1024 -N 256 -O ^has_journal -I 128",
        "-t ext2 -b 1024 -N 256 -r 0",
        "-t ext2 -b 4096 -N 256 -o hurd -O none,ext_attr",
        "-t ext2 -b 1024 -N 256 -g 256 -O ^sparse_super,^resize_inode",
        "-t ext4 -b 1024 -N 256 -O stable_inodes,encrypt,verity,casefold",
        "-t ext4 -b 1024 -N 256 -O orphan_file,fast_commit,metadata_csum_seed,mmp",
      })
  void filesystemsOfAllKindsAreClean(String options) throws IOException {
    makeWithFiles(options);

    nothingIsWrong();
  }

  /** e2fsck counts a link whose target is inline data in no quota, and the files are its own. */
  @Test
  void linksInInlineDataAreInNoQuota() throws IOException {
    makeWithFiles("-t ext4 -b 1024 -N 256 -O inline_data,quota,project -E quotatype=usrquota");
    Programs.run("e2fsck", "-fy", image.toString());

    nothingIsWrong();
  }

  /** The node at the left end of the middle level begins where the root says, not at zero. */
  @Test
  void aHashedDirectoryOfThreeLevelsIsClean() throws IOException {
    Programs.require(Judge.KERNEL);
    mke2fs("-t ext4 -b 1024 -N 64 -O ^has_journal,^metadata_csum,large_dir", "64M");
    try (KernelMount mount = KernelMount.mount(image, KernelMount.Mode.READ_WRITE)) {
      String prefix = "n".repeat(240);
      mount.run("text /f 0 x\nmkdir /big\nlinks /f /big " + prefix + " 36000\n");
    }
    String tree = Programs.run("debugfs", "-R", "htree_dump /big", image.toString()).output();
    assertThat(tree).contains("Indirect levels: " + ROOT_OF_THREE_LEVELS);

    nothingIsWrong();
  }

  private void nothingIsWrong() throws IOException {
    E2fsckLog.Run theirs = new E2fsckLog(scratch).judge(image);
    assertThat(theirs.exitCode()).as(theirs.output()).isZero();
    assertThat(Judgement.of(image, View.AS_IS).lines()).isEmpty();
  }

  private void makeWithFiles(String options) throws IOException {
    Path tree = scratch.resolve("tree");
    Files.createDirectories(tree.resolve("dir/sub"));
    Files.writeString(tree.resolve("dir/name"), "a name");
    Files.writeString(tree.resolve("file"), "not a hole".repeat(5000));
    for (int i = 0; i < 60; i++) {
      Files.writeString(tree.resolve("dir/sub/a-name-of-some-length-" + i), "x".repeat(7 * i));
    }
    Files.createSymbolicLink(tree.resolve("short"), Path.of("apath"));
    Files.createSymbolicLink(tree.resolve("long"), Path.of("p".repeat(90)));
    mke2fs(options + " -d " + tree, "24M");
  }

  private void mke2fs(String options, String size) {
    List<String> words = new ArrayList<>(List.of("mke2fs", "-q", "-F"));
    words.addAll(Arrays.asList(options.split(" ")));
    words.addAll(List.of(image.toString(), size));
    Programs.succeed(words.toArray(new String[0]));
  }
}
