package org.ext4map;

import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.ext4map.StructureMap.Structure;
import org.ext4map.device.MemoryBlockDevice;
import org.ext4map.device.OverlayBlockDevice;
import org.ext4map.images.GoldenImages;

/**
 * Small good images under patches that a fuzzer invents:
 *
 * <pre>
 *   image(1) then for each patch: structure(2) offset(2) seal and count(1) byte ...
 * </pre>
 *
 * All numbers are taken modulo what there is, so that every input means something.
 */
final class PatchedImages {
  private static final Duration SOON = Duration.ofSeconds(10);
  private static final int HEAD_BYTES = 5;
  private static final int MOST_PATCHES = 16;
  private static final int MOST_BYTES = 16;
  private static final List<String> NAMES =
      List.of("k1-shapes", "k1-inline-512", "fast-commit-1k", "journal-none-32", "dir-legacy");

  private static final List<PatchedImages> ALL = new ArrayList<>();

  private final MemoryBlockDevice sound;
  private final List<Structure> structures;

  private PatchedImages(String name) throws IOException {
    try (InputStream image = GoldenImages.byName(name).open()) {
      sound = MemoryBlockDevice.of(image.readAllBytes());
    }
    structures =
        StructureMap.of(
            Ext4Image.open(new OverlayBlockDevice(sound), OpenOptions.defaults().view(View.AS_IS)));
  }

  private static synchronized PatchedImages get(int index) {
    try {
      while (ALL.size() < NAMES.size()) {
        ALL.add(new PatchedImages(NAMES.get(ALL.size())));
      }
    } catch (IOException problem) {
      throw new UncheckedIOException(problem);
    }
    return ALL.get(index % NAMES.size());
  }

  /**
   * Opens and walks the image that {@code input} describes.
   *
   * @throws IOException an undocumented one
   */
  static void walk(byte[] input) throws IOException {
    ByteBuffer in = ByteBuffer.wrap(input);
    PatchedImages image = get(in.hasRemaining() ? Byte.toUnsignedInt(in.get()) : 0);
    OverlayBlockDevice device = new OverlayBlockDevice(image.sound);
    for (int i = 0; i < MOST_PATCHES && in.remaining() > HEAD_BYTES; i++) {
      image.patch(device, in);
    }
    assertTimeoutPreemptively(SOON, () -> ImageWalk.over(device, View.RECOVERED));
  }

  private void patch(OverlayBlockDevice device, ByteBuffer in) throws IOException {
    Structure structure = structures.get(Short.toUnsignedInt(in.getShort()) % structures.size());
    int offset = Short.toUnsignedInt(in.getShort()) % structure.length();
    int flags = in.get();
    boolean seal = flags >= 0;
    int count = Math.min(in.remaining(), 1 + (flags & (MOST_BYTES - 1)));
    count = Math.min(count, structure.length() - offset);
    ByteBuffer bytes = ByteBuffer.allocate(structure.length());
    device.read(structure.offsetBytes(), bytes);
    for (int i = 0; i < count; i++) {
      bytes.put(offset + i, in.get());
    }
    if (seal) {
      structure.sealer().seal(bytes.clear());
    }
    device.write(structure.offsetBytes(), bytes.clear());
  }
}
