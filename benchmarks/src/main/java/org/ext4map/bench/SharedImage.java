package org.ext4map.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.ext4map.Ext4File;
import org.ext4map.Ext4Image;
import org.ext4map.OpenOptions;
import org.ext4map.View;
import org.ext4map.device.FileBlockDevice;
import org.ext4map.format.Mkfs;
import org.ext4map.format.MkfsOptions;
import org.ext4map.model.Extent;
import org.ext4map.model.ExtentState;

/**
 * An image on disk that everybody is asked about, and the questions: what {@code
 * benchmarks/compare} starts from.
 *
 * <p>Shape: beside the image {@code IMAGE} with the one file {@code /hN} lie {@code IMAGE.extents}
 * (records of u32 lblk, u32 blocks, u64 pblk in order) and {@code IMAGE.queries} (u32 lblk, 2^20 of
 * them), little-endian. The file's blocks are mapped and written as far as the file system knows;
 * no data is ever stored, so the image is sparse.
 */
final class SharedImage {
  private static final String SUFFIX_EXTENTS = ".extents";
  private static final String SUFFIX_QUERIES = ".queries";
  private static final int EXTENT_BYTES = 16;
  private static final int PERMISSIONS = 0644;

  private SharedImage() {}

  /** The name of the file of {@code extents} extents. */
  static String fileName(int extents) {
    return "/h" + extents;
  }

  /** Makes all three files; what stood there before is gone. */
  static void make(Path image, int count) throws IOException {
    BenchFile wanted = new BenchFile(count, BenchFile.Layout.HOLES);
    Files.deleteIfExists(image);
    Files.createFile(image);
    MkfsOptions options =
        MkfsOptions.ext4(new UUID(1, count), new UUID(2, count), Instant.EPOCH)
            .blockSize(BenchImage.BLOCK)
            .build();
    long size = wanted.imageBytes();
    try (FileBlockDevice device = FileBlockDevice.openBlank(image, size, before -> {})) {
      Mkfs.format(device, options);
    }
    try (Ext4Image opened = Ext4Image.open(image, OpenOptions.defaults().view(View.READ_WRITE))) {
      Ext4File file = opened.create(fileName(count), PERMISSIONS);
      wanted.writeTo(file);
      writeExtents(sibling(image, SUFFIX_EXTENTS), file.mergedExtents());
    }
    int[] queries = wanted.mappedQueries();
    byte[] bytes = new byte[queries.length * Integer.BYTES];
    little(bytes).asIntBuffer().put(queries);
    Files.write(sibling(image, SUFFIX_QUERIES), bytes);
  }

  private static void writeExtents(Path path, List<Extent> extents) throws IOException {
    byte[] bytes = new byte[extents.size() * EXTENT_BYTES];
    ByteBuffer target = little(bytes);
    for (Extent extent : extents) {
      target.putInt((int) extent.lblk()).putInt(extent.length()).putLong(extent.pblk());
    }
    Files.write(path, bytes);
  }

  /** The extents as the image has them. */
  static List<Extent> extents(Path image) throws IOException {
    ByteBuffer bytes = little(Files.readAllBytes(sibling(image, SUFFIX_EXTENTS)));
    List<Extent> extents = new ArrayList<>();
    while (bytes.hasRemaining()) {
      long lblk = Integer.toUnsignedLong(bytes.getInt());
      extents.add(new Extent(lblk, bytes.getInt(), bytes.getLong(), ExtentState.WRITTEN));
    }
    return extents;
  }

  /** The questions: blocks of extents, each extent as likely as the others. */
  static int[] queries(Path image) throws IOException {
    ByteBuffer bytes = little(Files.readAllBytes(sibling(image, SUFFIX_QUERIES)));
    int[] queries = new int[bytes.remaining() / Integer.BYTES];
    bytes.asIntBuffer().get(queries);
    return queries;
  }

  private static Path sibling(Path image, String suffix) {
    return image.resolveSibling(image.getFileName() + suffix);
  }

  private static ByteBuffer little(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
