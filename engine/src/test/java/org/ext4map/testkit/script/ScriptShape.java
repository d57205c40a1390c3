package org.ext4map.testkit.script;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Predicate;
import org.ext4map.Ext4Image;
import org.ext4map.OpenOptions;
import org.ext4map.device.BlockDevice;
import org.ext4map.device.MemoryBlockDevice;
import org.ext4map.format.Mkfs;
import org.ext4map.format.MkfsOptions;
import org.ext4map.testkit.WritableImages;
import org.ext4map.testkit.script.Operation.Kind;

/**
 * A kind of image for scripts to start from.
 *
 * @param name for messages
 * @param spanBlocks how far files reach, mostly
 * @param almostFull true if scripts begin by leaving little more than that free
 * @param options of mke2fs; empty if our mkfs makes it
 */
public record ScriptShape(
    String name, int blockSize, int sizeMib, int spanBlocks, boolean almostFull, String options) {

  /** The kernel holds so many blocks back, and some more. */
  private static final int SLACK_BLOCKS = 64;

  /** Says: made by our mkfs, with its own choice of features. */
  private static final String OWN = "";

  private static final List<String> FILES = List.of("a", "b", "c", "filler");

  /** All that differ in what is written. */
  public static List<ScriptShape> all() {
    return List.of(
        new ScriptShape("small-blocks", 1024, 12, 64, false, "-O metadata_csum,64bit"),
        new ScriptShape("large-blocks", 4096, 24, 48, false, "-O metadata_csum,64bit"),
        new ScriptShape("old-checksums", 2048, 16, 48, false, "-O ^metadata_csum,uninit_bg,^64bit"),
        new ScriptShape("no-journal", 1024, 8, 64, false, "-O ^has_journal"),
        new ScriptShape("almost-full", 1024, 4, 200, true, "-m 0 -J size=1 -N 64"),
        new ScriptShape("almost-full-large", 4096, 12, 100, true, "-m 0 -J size=4 -N 64"),
        new ScriptShape("own-small-blocks", 1024, 12, 64, false, OWN),
        new ScriptShape("own-large-blocks", 4096, 24, 48, false, OWN),
        new ScriptShape("pointers", 1024, 12, 64, false, "-O ^extents,^64bit"),
        new ScriptShape(
            "pointers-no-journal", 4096, 24, 48, false, "-O ^extents,^64bit,^has_journal"));
  }

  /** False if files have block pointers. */
  public boolean hasExtents() {
    return !options.contains("^extents");
  }

  /** A fresh image with a few empty files. */
  public BlockDevice image(Path scratch) throws IOException {
    if (options.equals(OWN)) {
      return ownImage();
    }
    List<String> all = new ArrayList<>(List.of("-b", "" + blockSize));
    all.addAll(List.of(options.split(" ")));
    return WritableImages.make(scratch, sizeMib, all, FILES.toArray(String[]::new));
  }

  private BlockDevice ownImage() throws IOException {
    MemoryBlockDevice device = new MemoryBlockDevice((long) sizeMib << 20);
    UUID uuid = new UUID(1, blockSize);
    Mkfs.format(device, MkfsOptions.ext4(uuid, uuid, Instant.EPOCH).blockSize(blockSize).build());
    try (ImageTarget target = new ImageTarget(device)) {
      for (String name : FILES) {
        target.run(Operation.of(Kind.CREATE, "/" + name));
      }
    }
    return device;
  }

  /** What is in {@link #image}. */
  public ScriptModel model() {
    ScriptModel model = new ScriptModel(blockSize, hasExtents());
    FILES.forEach(name -> model.run(Operation.of(Kind.CREATE, "/" + name)));
    return model;
  }

  /**
   * A script for {@code image}.
   *
   * @param allowed kinds of operations that may be in the script
   */
  public OperationScript script(
      BlockDevice image, long seed, int operations, Predicate<Kind> allowed) throws IOException {
    List<Operation> all = new ArrayList<>();
    if (almostFull) {
      long filler = (freeBlocks(image) - spanBlocks - SLACK_BLOCKS) * blockSize;
      all.add(Operation.of(Kind.FALLOC, "/filler", 0, filler, 0));
    }
    ScriptGenerator generator = new ScriptGenerator(seed, model(), blockSize, spanBlocks, allowed);
    all.addAll(generator.script(operations).operations());
    return new OperationScript(all);
  }

  private static long freeBlocks(BlockDevice device) throws IOException {
    try (Ext4Image image = Ext4Image.open(ImageTarget.staysOpen(device), OpenOptions.defaults())) {
      return image.superblock().freeBlocksCount();
    }
  }

  @Override
  public String toString() {
    return name;
  }
}
