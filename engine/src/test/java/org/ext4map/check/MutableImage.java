package org.ext4map.check;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.ext4map.model.CorruptionException;
import org.ext4map.ondisk.ExtentNode;
import org.ext4map.ondisk.FileType;
import org.ext4map.ondisk.Geometry;
import org.ext4map.ondisk.GroupDescriptor;
import org.ext4map.ondisk.InodeRecord;
import org.ext4map.ondisk.Superblock;

/** An image in which one byte of metadata is changed at a time, and put back. */
final class MutableImage implements AutoCloseable {
  /** What kind of metadata a byte belongs to. */
  enum Kind {
    SUPERBLOCK,
    DESCRIPTOR,
    BLOCK_BITMAP,
    INODE_BITMAP,
    INODE,
    EXTENT_NODE,
    DIRECTORY,
    ATTRIBUTES
  }

  /** A run of bytes of one kind; {@code number} is the group or the inode. */
  private record Area(Kind kind, int offset, int length, long number) {}

  private static final int LIKELY_BYTES = 160;

  private final FileChannel file;
  private final ByteBuffer image;
  private final Geometry geometry;
  private final Map<Kind, List<Area>> areas = new EnumMap<>(Kind.class);

  MutableImage(Path path) throws IOException {
    image = ByteBuffer.wrap(Files.readAllBytes(path));
    file = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
    geometry = shape(image);
    add(Kind.SUPERBLOCK, 1024, 1024, 0);
    for (long group = 0; group < geometry.groupCount(); group++) {
      addGroup(group);
    }
  }

  private static Geometry shape(ByteBuffer image) throws CorruptionException {
    return new Geometry(new Superblock(image, 1024));
  }

  private void add(Kind kind, long offset, int length, long number) {
    areas
        .computeIfAbsent(kind, key -> new ArrayList<>())
        .add(new Area(kind, Math.toIntExact(offset), length, number));
  }

  private GroupDescriptor descriptor(long group) {
    long block = geometry.descBlock(group / geometry.descsPerBlock());
    long within = group % geometry.descsPerBlock() * geometry.descSize();
    int offset = Math.toIntExact(block * geometry.blockSize() + within);
    return new GroupDescriptor(geometry, group, image, offset);
  }

  private void addGroup(long group) {
    int blockSize = geometry.blockSize();
    GroupDescriptor descriptor = descriptor(group);
    long block = geometry.descBlock(group / geometry.descsPerBlock());
    long within = group % geometry.descsPerBlock() * geometry.descSize();
    add(Kind.DESCRIPTOR, block * blockSize + within, geometry.descSize(), group);
    add(Kind.BLOCK_BITMAP, descriptor.blockBitmap() * blockSize, blockSize, group);
    add(Kind.INODE_BITMAP, descriptor.inodeBitmap() * blockSize, blockSize, group);
    for (long i = 0; i < geometry.inodesPerGroup(); i++) {
      long at = descriptor.inodeTable() * blockSize + i * geometry.inodeSize();
      InodeRecord inode = new InodeRecord(geometry, image, Math.toIntExact(at));
      if (!inode.isBlank()) {
        addInode(group * geometry.inodesPerGroup() + i + 1, at, inode);
      }
    }
  }

  private void addInode(long ino, long at, InodeRecord inode) {
    add(Kind.INODE, at, geometry.inodeSize(), ino);
    if (inode.fileAcl() != 0) {
      add(Kind.ATTRIBUTES, inode.fileAcl() * geometry.blockSize(), geometry.blockSize(), ino);
    }
    if (inode.hasFlag(InodeRecord.EXTENTS_FL)) {
      ExtentNode root = new ExtentNode(image, (int) at + InodeRecord.I_BLOCK);
      addTree(root, ino, inode.type() == FileType.DIRECTORY);
    }
  }

  private void addTree(ExtentNode node, long ino, boolean directory) {
    int blockSize = geometry.blockSize();
    for (int i = 0; i < node.entries(); i++) {
      if (node.depth() > 0) {
        long offset = node.child(i) * blockSize;
        add(Kind.EXTENT_NODE, offset, blockSize, ino);
        addTree(new ExtentNode(image, Math.toIntExact(offset)), ino, directory);
      } else if (directory) {
        for (int k = 0; k < node.length(i); k++) {
          add(Kind.DIRECTORY, (node.pblk(i) + k) * blockSize, blockSize, ino);
        }
      }
    }
  }

  /** One change that can be undone. */
  final class Mutation {
    private final Area area;
    private final int at;
    private final byte before;
    private final byte after;
    private final ByteBuffer saved;

    private Mutation(SplittableRandom random) throws IOException {
      Kind[] kinds = areas.keySet().toArray(new Kind[0]);
      List<Area> candidates = areas.getOrDefault(kinds[random.nextInt(kinds.length)], List.of());
      area = candidates.get(random.nextInt(candidates.size()));
      int reach = random.nextBoolean() ? area.length() : Math.min(area.length(), LIKELY_BYTES);
      at = area.offset() + random.nextInt(reach);
      saved = ByteBuffer.allocate(area.length()).put(0, image, area.offset(), area.length());
      before = image.get(at);
      after = changed(random, before);
      image.put(at, after);
      if (random.nextBoolean()) {
        seal();
      }
      write();
    }

    private static byte changed(SplittableRandom random, byte old) {
      byte value = old;
      while (value == old) {
        value =
            switch (random.nextInt(4)) {
              case 0 -> (byte) (old ^ (1 << random.nextInt(8)));
              case 1 -> (byte) random.nextInt(256);
              case 2 -> 0;
              default -> (byte) (old + 1);
            };
      }
      return value;
    }

    /** Makes the checksum fit again, so that what it would hide is judged. */
    private void seal() {
      if (area.kind() == Kind.INODE) {
        new InodeRecord(geometry, image, area.offset()).updateChecksum(area.number());
      } else if (area.kind() == Kind.SUPERBLOCK && geometry.hasMetadataChecksums()) {
        new Superblock(image, area.offset()).updateChecksum();
      } else if (area.kind() == Kind.DESCRIPTOR && geometry.features().hasGroupChecksums()) {
        descriptor(area.number()).updateChecksum();
      }
    }

    private void write() throws IOException {
      file.write(image.slice(area.offset(), area.length()), area.offset());
    }

    /** Puts everything back. */
    void undo() throws IOException {
      image.put(area.offset(), saved, 0, area.length());
      write();
    }

    @Override
    public String toString() {
      return String.format(
          "%s of %d byte %d: %d -> %d",
          area.kind(),
          area.number(),
          at - area.offset(),
          Byte.toUnsignedInt(before),
          Byte.toUnsignedInt(after));
    }
  }

  /** Changes one byte. */
  Mutation mutate(SplittableRandom random) throws IOException {
    return new Mutation(random);
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
