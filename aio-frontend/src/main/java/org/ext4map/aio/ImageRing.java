package org.ext4map.aio;

import java.io.IOException;
import java.util.concurrent.ThreadFactory;
import org.ext4map.aio.ring.RingFile;
import org.ext4map.aio.ring.RingFile.Engine;
import org.ext4map.device.BlockDevice;
import org.ext4map.device.FileBlockDevice;
import org.ext4map.device.SliceBlockDevice;
import org.ext4map.dio.DirectVolume;
import org.jspecify.annotations.Nullable;

/**
 * The queue of an image: one of the kernel's on its file, or threads that use the image's own
 * device.
 *
 * @param start at which byte of the queue's file the image begins
 */
record ImageRing(RingFile file, long start) {
  /** Where an image is: a file, and at which of its bytes it begins. */
  record Place(FileBlockDevice file, long start) {
    /** Null if it is in no file. */
    static @Nullable Place of(BlockDevice device) {
      long start = 0;
      BlockDevice whole = device;
      while (whole instanceof SliceBlockDevice slice) {
        start += slice.startBytes();
        whole = slice.whole();
      }
      return whole instanceof FileBlockDevice file ? new Place(file, start) : null;
    }
  }

  /**
   * Opens a queue.
   *
   * @param engine AUTO takes threads where the kernel's queues are of no use
   * @throws IOException if the engine that was asked for cannot be had
   */
  static ImageRing open(
      DirectVolume volume, Engine engine, int depth, int arenaBytes, ThreadFactory threads)
      throws IOException {
    BlockDevice device = volume.device();
    Place place = Place.of(device);
    String why = engine == Engine.CHANNEL ? "asked for" : whyNone(place, engine);
    if (place != null && why == null) {
      FileBlockDevice file = place.file();
      RingFile ring =
          RingFile.open(file.path(), engine, file.isDirect(), depth, arenaBytes, threads);
      int unit = Math.max(ring.direct().offsetAlignment(), file.unitBytes());
      why =
          ring.isOfTheKernel()
              ? whyUnfit(unit, volume.blockSize(), place.start())
              : ring.choice(); // its threads might go through the page cache beside our device
      if (why == null) {
        return new ImageRing(ring, place.start());
      }
      ring.close();
    }
    if (engine == Engine.IO_URING || engine == Engine.AIO) {
      throw new IOException("engine " + engine + ": " + why);
    }
    return new ImageRing(RingFile.over(device, depth, arenaBytes, threads, "" + why), 0);
  }

  private static @Nullable String whyNone(@Nullable Place place, Engine engine) {
    if (place == null) {
      return "the image is no file of its own";
    }
    boolean isOfUse = engine != Engine.AUTO || place.file().isDirect();
    return isOfUse ? null : "the image was opened through the page cache";
  }

  /**
   * The engine writes metadata in the units of its own device, which may be larger than those of
   * the queue: data that shares a unit with them would be undone.
   */
  private static @Nullable String whyUnfit(int unit, int blockSize, long start) {
    if (unit > blockSize) {
      return "blocks of " + blockSize + " bytes, the device's units are " + unit;
    }
    return start % unit == 0
        ? null
        : "the image begins at byte " + start + ", the device's units are " + unit;
  }
}
