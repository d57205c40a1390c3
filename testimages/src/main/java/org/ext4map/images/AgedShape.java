package org.ext4map.images;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A small file system with everything in it that its features allow, used for a while by the live
 * kernel: removed and shrunk files, split extents, attributes shared by several files, directories
 * that were larger once. Where the kernel puts things is its own affair.
 *
 * @param name for messages
 * @param mebibytes size
 * @param mke2fs options that make it
 * @param after commands that end it, one a line; {} is the image, spaces that do not break are
 *     spaces in a word
 */
public record AgedShape(String name, int mebibytes, String mke2fs, String after) {
  private static final String MODERN =
      "-O none,ext_attr,dir_index,filetype,sparse_super,large_file,huge_file,dir_nlink,extra_isize";

  /** What is done to each; what a shape does not allow fails and is passed over. */
  private static final String OPERATIONS =
      """
      mkdir /d
      mkdir /d/e
      mkdir /d/e/f
      fill /d plain 14 700
      symlink short /fast
      symlink a-target-of-some-length-that-does-not-fit-into-the-inode-and-so-takes-a-block /slow
      mknod /char c 5 1
      mknod /block b 8 300
      mknod /fifo p
      mknod /socket s
      write /sparse 0 1b
      write /sparse 20b 1b
      write /sparse 400b 2b
      try write /sparse 70000b 1b
      write /dense 0 30b
      link /dense /d/hard
      try falloc /reserved 0 40b
      write /reserved 5b 2b
      try falloc-keep /behind 0 9b
      every write /fragments 0 240b 2b 1b
      sync
      write /tail 0 3b+17
      write /gone 0 60b
      mkdir /wide
      fill /wide a-name-that-fills-the-block-sooner- 260
      mkdir /shrunk
      fill /shrunk another-name-that-fills-the-block- 120
      fill /wide tiny 10 50
      setxattr /dense user.small a-short-value
      setxattr /d/plain00001 user.large @500
      setxattr /d/plain00002 user.large @500
      setxattr /d/plain00003 user.large @500
      setxattr /d/plain00004 user.other @300
      setxattr /wide user.large @500
      try setxattr /tail user.huge @6000
      try setxattr /d/plain00005 user.huge @6000
      sync
      unfill /shrunk another-name-that-fills-the-block- 5 118 1
      unfill /wide a-name-that-fills-the-block-sooner- 0 260 3
      unfill /d plain 9 14 2
      unlink /gone
      truncate /dense 11b+3
      try punch /fragments 100b 21b
      mkdir /removed
      rmdir /removed
      rename /d/e/f /moved
      """;

  private static AgedShape shape(String name, int mebibytes, String mke2fs) {
    return new AgedShape(name, mebibytes, mke2fs, "");
  }

  private static String plain(String features, String more) {
    return MODERN + (features.isEmpty() ? "" : "," + features) + " " + more;
  }

  /** All shapes: each feature that changes what is stored, most of them without checksums. */
  public static List<AgedShape> all() {
    String quota = "tune2fs -O quota,project -Q usrquota,grpquota,prjquota {}\ne2fsck -fy {}\n";
    String casefold =
        """
        tune2fs -O casefold {}
        debugfs -w -R mkdir\u00a0/folded {}
        debugfs -w -R sif\u00a0/folded\u00a0flags\u00a00x40080000 {}
        debugfs -w -R write\u00a0/dev/null\u00a0/folded/Name {}
        debugfs -w -R write\u00a0/dev/null\u00a0/folded/Another {}
        """;
    return List.of(
        shape("ext2-1k", 8, "-t ext2 -b 1024 -I 128"),
        shape("ext2-4k", 12, "-t ext2 -b 4096"),
        shape("ext2-revision-0", 6, "-t ext2 -b 1024 -r 0"),
        shape("ext3-1k", 10, "-t ext3 -b 1024 -J size=1"),
        shape("ext3-2k-128", 12, "-t ext3 -b 2048 -I 128 -J size=2"),
        shape("extents-1k", 10, plain("extent", "-b 1024 -I 256")),
        shape("extents-1k-groups", 10, plain("extent", "-b 1024 -g 1024 -I 256")),
        shape("extents-2k-flex", 14, plain("extent,flex_bg,64bit", "-b 2048 -g 2048 -G 4 -I 256")),
        shape("extents-4k-journal", 20, plain("extent,has_journal,resize_inode", "-b 4096 -I 256")),
        shape("uninit-1k", 16, plain("extent,uninit_bg,flex_bg", "-b 1024 -g 2048 -G 4 -I 256")),
        shape("meta-bg-1k", 8, plain("extent,meta_bg", "-b 1024 -g 256 -I 256")),
        shape("inline", 8, plain("extent,inline_data", "-b 1024 -I 256")),
        shape("inline-512", 8, plain("extent,inline_data,uninit_bg", "-b 2048 -I 512")),
        shape("ea-inode", 8, plain("extent,ea_inode", "-b 1024 -I 256")),
        shape("bigalloc", 16, plain("extent,bigalloc", "-b 1024 -C 8192 -I 256")),
        shape("bigalloc-64bit", 24, plain("extent,bigalloc,64bit", "-b 4096 -C 16384 -I 256")),
        new AgedShape("casefold", 8, plain("extent", "-b 1024 -I 256"), casefold),
        new AgedShape("quota", 10, plain("extent,has_journal", "-b 1024 -I 256 -J size=1"), quota),
        shape("orphan-file", 10, plain("extent,has_journal,orphan_file", "-b 1024 -I 256")),
        shape("fast-commit", 16, plain("extent,has_journal,fast_commit,64bit", "-b 1024 -I 256")),
        shape(
            "sparse-super2",
            8,
            plain("extent,sparse_super2", "-b 1024 -g 1024 -I 256 -E num_backup_sb=2")),
        shape("mmp", 8, plain("extent,mmp", "-b 1024 -I 256")),
        shape("largedir", 8, plain("extent,large_dir", "-b 1024 -I 256")),
        shape("sums-1k", 12, "-t ext4 -b 1024 -J size=1"),
        shape("sums-2k", 16, "-t ext4 -b 2048 -O inline_data,ea_inode,^has_journal"),
        new AgedShape(
            "sums-4k-everything",
            32,
            "-t ext4 -b 4096 -O inline_data,ea_inode,orphan_file,large_dir,mmp",
            quota));
  }

  /** Makes it at {@code path}; needs {@link Judge#KERNEL}. */
  public void make(Path path) throws IOException {
    List<String> words = new ArrayList<>(List.of("mke2fs", "-q", "-F", "-N", "512"));
    words.addAll(Arrays.asList(mke2fs.split(" ")));
    words.addAll(List.of(path.toString(), mebibytes + "M"));
    Command.of(words).succeed();
    try (KernelMount mount = KernelMount.mount(path, KernelMount.Mode.READ_WRITE)) {
      mount.run(OPERATIONS + "sync\n");
    }
    for (String command : after.lines().toList()) {
      Command.of(
              Arrays.stream(command.split(" "))
                  .map(word -> word.replace("{}", path.toString()).replace('\u00a0', ' '))
                  .toArray(String[]::new))
          .run();
    }
  }

  @Override
  public String toString() {
    return name;
  }
}
