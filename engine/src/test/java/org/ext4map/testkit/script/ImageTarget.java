package org.ext4map.testkit.script;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import org.ext4map.Ext4File;
import org.ext4map.Ext4Image;
import org.ext4map.device.BlockDevice;
import org.ext4map.model.FallocateMode;
import org.ext4map.testkit.ForwardingDevice;
import org.ext4map.testkit.WritableImages;

/** Runs operations with this engine. Not thread-safe. */
public final class ImageTarget implements AutoCloseable {
  private static final int PERMISSIONS = 0644;
  private static final int DIRECTORY_PERMISSIONS = 0755;

  private final BlockDevice device;
  private Ext4Image image;

  /** Opens the image on {@code device}, which stays open behind this. */
  public ImageTarget(BlockDevice device) throws IOException {
    this.device = staysOpen(device);
    this.image = Ext4Image.open(this.device, WritableImages.forWriting());
  }

  /** A device that whoever opens an image on it cannot close. */
  public static BlockDevice staysOpen(BlockDevice device) {
    return new ForwardingDevice(device) {
      @Override
      public void close() {}
    };
  }

  /** The open image. */
  public Ext4Image image() {
    return image;
  }

  /**
   * Does one operation.
   *
   * @throws IOException if it failed for another reason than that it must
   */
  public Outcome run(Operation operation) throws IOException {
    try {
      if (operation.kind().isOfNames()) {
        changeNames(operation);
      } else {
        changeContents(operation);
      }
      return Outcome.OK;
    } catch (IllegalArgumentException refused) {
      return Outcome.EINVAL;
    } catch (IOException refused) {
      return Outcome.of(refused);
    }
  }

  private void changeNames(Operation operation) throws IOException {
    String path = operation.path();
    switch (operation.kind()) {
      case CREATE -> image.create(path, PERMISSIONS);
      case MKDIR -> image.mkdir(path, DIRECTORY_PERMISSIONS);
      case SYMLINK -> image.symlink(operation.other(), path);
      case LINK -> image.link(path, operation.other());
      case UNLINK -> image.unlink(path);
      case RMDIR -> image.rmdir(path);
      default -> image.rename(path, operation.other());
    }
  }

  private void changeContents(Operation operation) throws IOException {
    switch (operation.kind()) {
      case SYNC -> image.sync();
      case REOPEN -> {
        image.close();
        image = Ext4Image.open(device, WritableImages.forWriting());
      }
      case SWAP -> swap(operation);
      default -> changeFile(image.follow(operation.path()), operation);
    }
  }

  private void swap(Operation operation) throws IOException {
    int blockSize = image.geometry().blockSize();
    long lblk = operation.offset() / blockSize;
    Ext4File donor = image.follow(operation.other());
    image.follow(operation.path()).swapExtents(donor, lblk, lblk, operation.length() / blockSize);
  }

  private static void changeFile(Ext4File file, Operation operation) throws IOException {
    long at = operation.offset();
    long length = operation.length();
    switch (operation.kind()) {
      case WRITE -> write(file, at, ByteBuffer.wrap(operation.data()));
      case TRUNCATE -> file.truncate(length);
      case FSYNC -> file.fsync();
      case FDATASYNC -> file.fdatasync();
      case FALLOC -> file.fallocate(FallocateMode.ALLOCATE, at, length);
      case FALLOC_KEEP -> file.fallocate(FallocateMode.KEEP_SIZE, at, length);
      case PUNCH -> file.fallocate(FallocateMode.PUNCH_HOLE, at, length);
      case ZERO -> file.fallocate(FallocateMode.ZERO_RANGE, at, length);
      case ZERO_KEEP -> file.fallocate(FallocateMode.ZERO_RANGE_KEEP_SIZE, at, length);
      case COLLAPSE -> file.fallocate(FallocateMode.COLLAPSE_RANGE, at, length);
      case INSERT -> file.fallocate(FallocateMode.INSERT_RANGE, at, length);
      case UNSHARE -> file.fallocate(FallocateMode.UNSHARE_RANGE, at, length);
      default -> throw new IllegalStateException(operation.toString());
    }
  }

  private static void write(Ext4File file, long at, ByteBuffer data) throws IOException {
    try (SeekableByteChannel channel = file.openForWriting()) {
      channel.position(at);
      while (data.hasRemaining()) {
        channel.write(data);
      }
    }
  }

  @Override
  public void close() throws IOException {
    image.close();
  }
}
