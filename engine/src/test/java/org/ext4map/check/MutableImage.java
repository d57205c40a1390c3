package org.ext4map.check;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.ext4map.Ext4Image;
import org.ext4map.OpenOptions;
import org.ext4map.StructureMap;
import org.ext4map.StructureMap.Structure;
import org.ext4map.View;
import org.ext4map.ondisk.Feature;
import org.ext4map.ondisk.Geometry;
import org.ext4map.ondisk.GroupDescriptor;
import org.ext4map.ondisk.LittleEndian;
import org.ext4map.ondisk.MmpBlock;

/** An image in which one field of the metadata is changed at a time, and put back. */
final class MutableImage implements AutoCloseable {
  private static final int LIKELY_BYTES = 160;

  /** One in so many changes copies from another structure of the same kind. */
  private static final int TRANSPLANTS = 12;

  private static final int[] TRANSPLANTED = {8, 12, 16, 32, 60, 128, Integer.MAX_VALUE};

  private final ByteBuffer image;
  private final Geometry geometry;
  private final Map<String, List<Structure>> structures = new TreeMap<>();
  private final Map<Structure, String> kinds = new HashMap<>();

  /** Numbers at which rules change. */
  private final long[] edges;

  MutableImage(Path path) throws IOException {
    try (FileChannel file =
        FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      image = file.map(FileChannel.MapMode.READ_WRITE, 0, file.size());
    }
    try (Ext4Image opened = Ext4Image.open(path, OpenOptions.defaults().view(View.AS_IS))) {
      geometry = opened.geometry();
      StructureMap.of(opened).forEach(this::add);
      if (geometry.has(Feature.MMP)) {
        addBlock("mmp", opened.superblock().mmpBlock(), this::sealMmp);
      }
    }
    for (long group = 0; group < geometry.groupCount(); group++) {
      addBitmaps(group);
    }
    edges =
        new long[] {
          geometry.blocksCount(),
          geometry.inodesCount(),
          geometry.firstIno(),
          geometry.blockSize(),
          geometry.blocksPerGroup(),
          geometry.inodesPerGroup(),
          1 << 15,
          1 << 16,
          1L << 31,
          1L << 32
        };
  }

  /** A block that a structure stands in, so that it is claimed once more. */
  private long anyBlock(SplittableRandom random) {
    List<String> names = List.copyOf(structures.keySet());
    Structure owner = anyOf(names.get(random.nextInt(names.size())), random);
    return owner.offsetBytes() / geometry.blockSize();
  }

  private void add(Structure structure) {
    String kind =
        structure
            .kind()
            .replaceAll("^inode (\\d|10)$", "special inode")
            .replaceAll("^block of (\\d|10)$", "special block")
            .replaceAll(" (of )?\\d+", "");
    structures.computeIfAbsent(kind, key -> new ArrayList<>()).add(structure);
    kinds.put(structure, kind);
  }

  private void addBlock(String kind, long pblk, StructureMap.Sealer sealer) {
    add(new Structure(kind, pblk * geometry.blockSize(), geometry.blockSize(), sealer));
  }

  private void sealMmp(ByteBuffer bytes) {
    if (geometry.hasMetadataChecksums()) {
      LittleEndian.put32(bytes, 0x3FC, new MmpBlock(geometry, bytes).computeChecksum());
    }
  }

  private GroupDescriptor descriptor(long group) {
    long block = geometry.descBlock(group / geometry.descsPerBlock());
    long within = group % geometry.descsPerBlock() * geometry.descSize();
    int offset = Math.toIntExact(block * geometry.blockSize() + within);
    return new GroupDescriptor(geometry, group, image, offset);
  }

  private ByteBuffer descriptors(long index) {
    return image.slice(
        Math.toIntExact(geometry.descBlock(index) * geometry.blockSize()), geometry.blockSize());
  }

  private void addBitmaps(long group) {
    GroupDescriptor descriptor = descriptor(group);
    if (!descriptor.isBlockBitmapUninit()) {
      addBlock(
          "block bitmap",
          descriptor.blockBitmap(),
          bytes -> descriptor.updateBlockBitmapChecksum(bytes));
    }
    if (!descriptor.isInodeTableUninit()) {
      addBlock(
          "inode bitmap",
          descriptor.inodeBitmap(),
          bytes -> descriptor.updateInodeBitmapChecksum(bytes));
    }
  }

  /** One change that can be undone. */
  final class Mutation {
    private final Structure structure;
    private final int at;
    private final int width;
    private final long before;

    /** Bytes that were copied from another structure of the kind; 0 if one value was changed. */
    private final int transplanted;

    private final boolean sealed;
    private final ByteBuffer savedStructure;
    private final List<ByteBuffer> savedDescriptors = new ArrayList<>();
    private final long after;

    private Mutation(Structure structure, int at, int width, SplittableRandom random) {
      this.structure = structure;
      ByteBuffer bytes = slice();
      savedStructure = copyOf(bytes);
      for (long index = 0; index < geometry.descBlockCount(); index++) {
        savedDescriptors.add(copyOf(descriptors(index)));
      }
      this.at = at;
      this.width = width;
      before = get(bytes);
      transplanted = random.nextInt(TRANSPLANTS) == 0 ? transplant(random) : 0;
      for (long value = before; transplanted == 0 && value == before; ) {
        value = changed(random);
        put(bytes, value);
      }
      sealed = random.nextInt(3) > 0;
      if (sealed) {
        seal();
      }
      after = get(bytes);
    }

    private ByteBuffer slice() {
      return image.slice(Math.toIntExact(structure.offsetBytes()), structure.length());
    }

    private static ByteBuffer copyOf(ByteBuffer bytes) {
      return ByteBuffer.allocate(bytes.capacity()).put(0, bytes, 0, bytes.capacity());
    }

    private long get(ByteBuffer bytes) {
      long value = 0;
      for (int i = width - 1; i >= 0; i--) {
        value = (value << 8) | Byte.toUnsignedLong(bytes.get(at + i));
      }
      return value;
    }

    private long get(int offset) {
      long value = 0;
      for (int i = width - 1; i >= 0; i--) {
        value = (value << 8) | Byte.toUnsignedLong(byteOf(structure, offset + i));
      }
      return value;
    }

    private void put(ByteBuffer bytes, long value) {
      for (int i = 0; i < width; i++) {
        bytes.put(at + i, (byte) (value >> (8 * i)));
      }
    }

    private long changed(SplittableRandom random) {
      int bits = 8 * width;
      long mask = (1L << bits) - 1;
      return mask
          & switch (random.nextInt(11)) {
            case 0, 1, 2 -> before ^ (1L << random.nextInt(bits));
            case 3 -> random.nextLong();
            case 4 -> 0;
            case 5 -> before + 1;
            case 6 -> before - 1;
            case 7 -> random.nextInt(64);
            case 8 -> get(random.nextInt(structure.length() / width) * width);
            case 9 -> anyBlock(random);
            default -> edges[random.nextInt(edges.length)] + random.nextInt(3) - 1;
          };
    }

    /** Copies some bytes from the same place of another such structure, or all of them. */
    private int transplant(SplittableRandom random) {
      Structure donor = anyOf(String.valueOf(kinds.get(structure)), random);
      int room = Math.min(structure.length(), donor.length());
      int count = Math.min(TRANSPLANTED[random.nextInt(TRANSPLANTED.length)], room);
      int from = at / 4 * 4 + count > room ? 0 : at / 4 * 4;
      int donorFrom = Math.toIntExact(donor.offsetBytes()) + from;
      ByteBuffer bytes = slice();
      if (bytes.slice(from, count).equals(image.slice(donorFrom, count))) {
        return 0;
      }
      bytes.put(from, copyOf(image.slice(donorFrom, count)), 0, count);
      return count;
    }

    /** Makes the checksums fit again, so that what they would hide is judged. */
    private void seal() {
      structure.sealer().seal(slice());
      if (structure.kind().endsWith("bitmap")) {
        for (long group = 0; group < geometry.groupCount(); group++) {
          if (geometry.features().hasGroupChecksums()) {
            descriptor(group).updateChecksum();
          }
        }
      }
    }

    /** Puts everything back. */
    void undo() {
      for (int index = 0; index < savedDescriptors.size(); index++) {
        descriptors(index).put(0, savedDescriptors.get(index), 0, geometry.blockSize());
      }
      slice().put(0, savedStructure, 0, savedStructure.capacity());
    }

    @Override
    public String toString() {
      return String.format(
          "%s byte %d: %d -> %d (%d byte%s%s, checksum %s)",
          structure,
          at,
          before,
          after,
          width,
          width == 1 ? "" : "s",
          transplanted == 0 ? "" : " and others, " + transplanted + " of another",
          sealed ? "fits" : "as it was");
    }
  }

  /** Changes one field of a structure of any kind. */
  Mutation mutate(SplittableRandom random) {
    List<String> kinds = List.copyOf(structures.keySet());
    Structure structure = anyOf(kinds.get(random.nextInt(kinds.size())), random);
    int width = 1 << random.nextInt(3);
    return new Mutation(structure, place(structure, width, random), width, random);
  }

  /** From now on the superblock is left alone. */
  void spareSuperblock() {
    structures.remove("superblock");
  }

  private Structure anyOf(String kind, SplittableRandom random) {
    List<Structure> candidates = structures.getOrDefault(kind, List.of());
    return candidates.get(random.nextInt(candidates.size()));
  }

  /** Often where something stands, often where the fixed fields are, sometimes anywhere. */
  private int place(Structure structure, int width, SplittableRandom random) {
    boolean anywhere = random.nextInt(4) == 0;
    int length = structure.length();
    int reach = anywhere ? length : Math.min(length, LIKELY_BYTES);
    if (anywhere && random.nextInt(3) == 0) {
      return random.nextInt(reach) / width * width;
    }
    int offset = 0;
    for (int tries = 0; tries < 20; tries++) {
      offset = random.nextInt(reach) / width * width;
      if (byteOf(structure, offset) != 0) {
        return offset;
      }
      reach = tries > 10 ? length : reach;
    }
    return offset;
  }

  private byte byteOf(Structure structure, int offset) {
    return image.get(Math.toIntExact(structure.offsetBytes()) + offset);
  }

  /** One word of a structure that is to be changed. */
  record Place(Structure structure, int at) {}

  /** Every word of one structure of each kind: the first bytes, and then where something stands. */
  List<Place> places(SplittableRandom random) {
    List<Place> places = new ArrayList<>();
    for (String kind : structures.keySet()) {
      Structure structure = anyOf(kind, random);
      for (int at = 0; at + 2 <= structure.length(); at += 2) {
        boolean stands = byteOf(structure, at) != 0 || byteOf(structure, at + 1) != 0;
        if (at < LIKELY_BYTES || stands || random.nextInt(30) == 0) {
          places.add(new Place(structure, at));
        }
      }
    }
    return places;
  }

  /** Changes the word at {@code place}, or half of it, or the double word that it belongs to. */
  Mutation mutate(Place place, SplittableRandom random) {
    int width = 1 << random.nextInt(3);
    int half = width == 1 ? random.nextInt(2) : 0;
    return new Mutation(place.structure(), (place.at() + half) / width * width, width, random);
  }

  @Override
  public void close() {
    structures.clear();
  }
}
