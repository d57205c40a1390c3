package org.ext4map.images;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A random file system to be.
 *
 * @param sizeMib size of the image
 * @param blockSize bytes
 * @param blocksPerCluster 1 without bigalloc
 * @param extents files are mapped by extents, so there are unwritten blocks
 * @param options for mke2fs
 */
record RandomGeometry(
    int sizeMib, int blockSize, int blocksPerCluster, boolean extents, List<String> options) {

  /** Any geometry, or any with a journal. */
  static RandomGeometry pick(SplittableRandom random, boolean journalWanted) {
    int blockSize = 1024 << random.nextInt(3);
    boolean extents = random.nextInt(6) != 0;
    boolean bigalloc = extents && random.nextInt(6) == 0;
    int blocksPerCluster = bigalloc ? 2 << random.nextInt(4) : 1;
    int sizeMib = 16 << random.nextInt(bigalloc ? 3 : 2);
    boolean journal = journalWanted || (!bigalloc && random.nextBoolean());
    List<String> features = new ArrayList<>(List.of("none", "filetype", "ext_attr", "large_file"));
    maybe(random, features, "dir_index", "sparse_super", "huge_file", "dir_nlink", "extra_isize");
    if (extents) {
      features.add("extent");
      maybe(random, features, "64bit", "inline_data", "flex_bg");
      if (journalWanted) {
        maybe(random, features, "fast_commit");
      }
    }
    if (bigalloc) {
      features.add("bigalloc");
    }
    if (random.nextInt(3) != 0) {
      features.add("metadata_csum");
    } else {
      maybe(random, features, "uninit_bg");
    }
    if (journal) {
      features.add("has_journal");
    }
    List<String> options = new ArrayList<>();
    options.addAll(List.of("-b", Integer.toString(blockSize), "-O", String.join(",", features)));
    options.addAll(List.of("-E", "nodiscard,lazy_itable_init=0", "-N", "256"));
    boolean inline = features.contains("inline_data");
    int inodeSize = 256 << random.nextInt(inline ? 2 : 1);
    options.addAll(List.of("-I", Integer.toString(inodeSize)));
    if (bigalloc) {
      options.addAll(List.of("-C", Integer.toString(blockSize * blocksPerCluster)));
    }
    if (journal) {
      options.addAll(List.of("-J", "size=" + Math.max(1, blockSize / 1024)));
    }
    return new RandomGeometry(sizeMib, blockSize, blocksPerCluster, extents, List.copyOf(options));
  }

  private static void maybe(SplittableRandom random, List<String> features, String... names) {
    for (String name : names) {
      if (random.nextBoolean()) {
        features.add(name);
      }
    }
  }
}
