package org.ext4map.dir;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.ext4map.device.BlockDevice;
import org.ext4map.device.MemoryBlockDevice;
import org.ext4map.images.Judge;
import org.ext4map.images.KernelMount;
import org.ext4map.inode.Inode;
import org.ext4map.inode.Volume;
import org.ext4map.model.FileName;
import org.ext4map.model.Mapping;
import org.ext4map.ondisk.FileType;
import org.ext4map.ondisk.Geometry;
import org.ext4map.ondisk.InodeRecord;
import org.ext4map.ondisk.Superblock;
import org.ext4map.testkit.Programs;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Directories of our making in images that others made: debugfs prepares a directory with as many
 * blocks, and a file with as many links, as our directory needs; then our blocks go in.
 */
class OutsidersReadOurDirectoriesTest {
  private static final long SEED = Long.getLong("ext4map.seed", 1L);

  @TempDir private Path work;

  private final SplittableRandom random = new SplittableRandom(SEED);
  private final TreeSet<String> names = new TreeSet<>();

  @ParameterizedTest
  @CsvSource({
    "1024, dir_index,              20,  12, 0",
    "1024, dir_index,             300,  60, 1",
    "1024, dir_index,            2000, 250, 2",
    "1024, ^dir_index,            500,  60, 0",
    "1024, ^metadata_csum,       2000, 250, 2",
    "1024, '^filetype,dir_index',2000, 250, 2",
    "4096, dir_index,            9000, 250, 2",
    "1024, 'large_dir',         36000, 254, 3"
  })
  void e2fsckFindsNothing(int blockSize, String features, int count, int longest, int levels)
      throws IOException {
    Programs.require(Judge.E2FSPROGS);
    Path image = prepared(blockSize, features, count, longest, levels);

    Programs.assertClean(image);
  }

  @Test
  void theKernelFindsEveryNameAndGoesOn() throws IOException {
    Programs.require(Judge.KERNEL);
    Path image = prepared(1024, "dir_index", 2000, 200, 2);
    try (KernelMount mount = KernelMount.mount(image, KernelMount.Mode.READ_WRITE)) {
      Path directory = mount.host("/d");
      try (Stream<Path> list = Files.list(directory)) {
        assertThat(list.map(path -> path.getFileName().toString()).collect(Collectors.toSet()))
            .isEqualTo(names);
      }
      int each = 0;
      for (String name : names) {
        assertThat(directory.resolve(name)).as("seed %d", SEED).exists();
        if (++each % 3 == 0) {
          Files.delete(directory.resolve(name));
          Files.createLink(directory.resolve("k" + name), mount.host("/f"));
        }
      }
    }
    Programs.assertClean(image);
  }

  /** An image whose /d is our directory with {@code count} names, all of them links of /f. */
  private Path prepared(int blockSize, String features, int count, int longest, int levels)
      throws IOException {
    Path image = work.resolve("image");
    String[] make = {
      "mke2fs",
      "-q",
      "-F",
      "-t",
      "ext4",
      "-b",
      "" + blockSize,
      "-N",
      "64",
      "-O",
      features,
      "-J",
      "size=4",
      image.toString(),
      "80M"
    };
    Programs.succeed(make);
    run(image, List.of("mkdir d", "write /dev/null f"));
    MemoryDirectory directory = ours(image, count, longest);
    assertThat(directory.indexLevels()).as("seed %d", SEED).isEqualTo(levels);
    List<String> commands = new ArrayList<>(List.of("sif f links_count " + (names.size() + 1)));
    for (int i = 1; i < directory.count(); i++) {
      commands.add("expand_dir d");
    }
    int flags = volume(image).inode(directory.ino()).record().flags();
    commands.add("sif d flags " + (flags | (directory.flags() & InodeRecord.INDEX_FL)));
    run(image, commands);
    store(image, directory);
    return image;
  }

  private void run(Path image, List<String> commands) throws IOException {
    Path script = work.resolve("commands");
    Files.write(script, commands);
    Programs.succeed("debugfs", "-w", "-f", script.toString(), image.toString());
  }

  /** The image as it is now; later changes of the file do not show. */
  private static Volume volume(Path image) throws IOException {
    BlockDevice device = new MemoryBlockDevice(Files.size(image));
    try (FileChannel file = FileChannel.open(image)) {
      ByteBuffer part = ByteBuffer.allocate(1 << 20);
      for (long at = 0; at < file.size(); at += part.capacity()) {
        file.read(part.clear(), at);
        device.write(at, part.flip());
      }
    }
    ByteBuffer bytes = ByteBuffer.allocate(Superblock.BYTES);
    device.read(Superblock.OFFSET_BYTES, bytes);
    Superblock superblock = new Superblock(bytes.clear(), 0);
    return new Volume(device, superblock, new Geometry(superblock), 1 << 20, 1 << 20);
  }

  private MemoryDirectory ours(Path image, int count, int longest) throws IOException {
    Volume volume = volume(image);
    PathResolver paths = new PathResolver(volume);
    Inode inode = paths.resolve("/d", false);
    long file = paths.resolve("/f", false).ino();
    MemoryDirectory directory =
        new MemoryDirectory(volume.superblock(), inode.ino(), inode.generation());
    DirectoryEditor editor = new DirectoryEditor(directory);
    editor.initialise(PathResolver.ROOT_INO);
    for (int i = 0; names.size() < count; i++) {
      String name =
          String.format(Locale.ROOT, "%06d", i)
              + "n".repeat(longest - 6 - random.nextInt(longest / 8));
      editor.insert(FileName.of(name), file, FileType.REGULAR);
      names.add(name);
      if (i % 5 == 4) {
        String gone = names.ceiling(String.format(Locale.ROOT, "%06d", random.nextInt(i)));
        editor.remove(FileName.of(gone == null ? names.first() : gone));
        names.remove(gone == null ? names.first() : gone);
      }
    }
    directory.settle();
    return directory;
  }

  private static void store(Path image, MemoryDirectory directory) throws IOException {
    Volume volume = volume(image);
    Inode inode = volume.inode(directory.ino());
    int blockSize = volume.geometry().blockSize();
    assertThat(inode.size()).isEqualTo(directory.count() * blockSize);
    Mapping mapping = new Mapping();
    try (FileChannel file = FileChannel.open(image, StandardOpenOption.WRITE)) {
      for (int lblk = 0; lblk < directory.count(); lblk++) {
        inode.map(lblk, 1, mapping);
        file.write(ByteBuffer.wrap(directory.block(lblk)), mapping.pblk() * blockSize);
      }
    }
  }
}
