package org.ext4map.images;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;

/** One packed image and the truth about it. Immutable; the manifest is read at the first call. */
public final class GoldenImage {
  private static final int CHUNK_BYTES = 1 << 16;

  private final String name;
  private final LazyManifest manifest;

  GoldenImage(String name) {
    this.name = name;
    this.manifest = new LazyManifest(name);
  }

  /** The name, also that of the file without its endings. */
  public String name() {
    return name;
  }

  /** The truth about it. */
  public Manifest manifest() {
    return manifest.get();
  }

  /** The image, unpacked while it is read. The caller closes it. */
  public InputStream open() throws IOException {
    InputStream packed = GoldenImages.resource("golden/" + name + ".img.gz.gz");
    return new GZIPInputStream(new GZIPInputStream(packed, CHUNK_BYTES), CHUNK_BYTES);
  }

  /**
   * Unpacks into {@code directory/NAME.img}, with holes where there are only zeros, replacing what
   * is there.
   *
   * @return the image
   */
  public Path unpack(Path directory) throws IOException {
    Path target = directory.resolve(name + ".img");
    Files.deleteIfExists(target);
    byte[] zeros = new byte[CHUNK_BYTES];
    try (InputStream image = open();
        SeekableByteChannel out =
            Files.newByteChannel(
                target,
                StandardOpenOption.CREATE_NEW,
                StandardOpenOption.WRITE,
                StandardOpenOption.SPARSE)) {
      long position = 0;
      byte[] chunk = image.readNBytes(CHUNK_BYTES);
      while (chunk.length > 0) {
        boolean last = position + chunk.length >= manifest().imageBytes();
        if (last || !Arrays.equals(chunk, 0, chunk.length, zeros, 0, chunk.length)) {
          write(out, position, chunk);
        }
        position += chunk.length;
        chunk = image.readNBytes(CHUNK_BYTES);
      }
    }
    return target;
  }

  private static void write(SeekableByteChannel out, long position, byte[] chunk)
      throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(chunk);
    out.position(position);
    while (bytes.hasRemaining()) {
      out.write(bytes);
    }
  }

  @Override
  public String toString() {
    return name;
  }
}
