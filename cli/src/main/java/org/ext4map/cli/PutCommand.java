package org.ext4map.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Set;
import org.ext4map.Ext4File;
import org.ext4map.Ext4Image;
import org.ext4map.ondisk.FileType;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** A file of the host into the image. */
@Command(
    name = "put",
    header = "Copies a file of the host into the image.",
    description = {
      "Blocks of zeros become holes. Permissions are taken over, the owner is 0. If it does not"
          + " fit, nothing of it stays."
    })
final class PutCommand extends WritingCommand {
  private static final String STDIN = "-";
  private static final int PERMISSIONS_OF_STDIN = 0644;
  private static final int MOST_TEMPORARY_NAMES = 1000;

  @Parameters(index = "1", paramLabel = "HOSTFILE", description = "What to copy; - is stdin.")
  private String source = "";

  @Parameters(
      index = "2",
      paramLabel = "PATH",
      converter = ImagePath.Converter.class,
      description = "Absolute path in the image; in a directory it keeps its name.")
  @SuppressWarnings("NullAway.Init") // required, so picocli fills it
  private ImagePath path;

  @Option(
      names = {"-f", "--force"},
      description = "Replace a file that is there, in one moment.")
  private boolean replacing;

  @Override
  void checkUsage() {
    if (!path.text().startsWith("/")) {
      throw usage("PATH='" + path + "', allowed an absolute path");
    }
  }

  @Override
  int change(Ext4Image image) throws IOException {
    if (source.equals(STDIN)) {
      put(image, console().in(), PERMISSIONS_OF_STDIN);
      return ExitCode.OK;
    }
    try (InputStream bytes = open(Path.of(source))) {
      put(image, bytes, permissions(Path.of(source)));
    }
    return ExitCode.OK;
  }

  /** Refuses the image itself: it would grow while it is read, and closing it gives up the lock. */
  private InputStream open(Path host) throws IOException {
    try {
      if (Files.isDirectory(host)) {
        throw Failure.refused("type=directory, allowed a file");
      }
      if (Files.isSameFile(host, file())) {
        throw Failure.refused("is the image itself");
      }
      return Files.newInputStream(host);
    } catch (IOException problem) {
      throw Failure.opening(source, problem);
    }
  }

  private static int permissions(Path host) throws IOException {
    Set<PosixFilePermission> granted = Files.getPosixFilePermissions(host);
    int bits = 0;
    for (PosixFilePermission permission : PosixFilePermission.values()) {
      bits = bits << 1 | (granted.contains(permission) ? 1 : 0);
    }
    return bits;
  }

  private void put(Ext4Image image, InputStream bytes, int permissions) throws IOException {
    ImagePath target = target(image);
    if (!replacing) {
      fill(image, image.create(target.text(), permissions), target.text(), bytes);
      return;
    }
    String directory = target.text().substring(0, target.text().lastIndexOf('/') + 1);
    for (int i = 0; i < MOST_TEMPORARY_NAMES; i++) {
      String temporary = directory + ".put-" + i;
      try {
        fill(image, image.create(temporary, permissions), temporary, bytes);
      } catch (FileAlreadyExistsException taken) {
        continue;
      }
      rename(image, temporary, target);
      return;
    }
    throw Failure.refused(directory + ": no name free among .put-N, allowed 1000 of them");
  }

  private ImagePath target(Ext4Image image) throws IOException {
    try {
      if (image.follow(path.text()).type() == FileType.DIRECTORY && !source.equals(STDIN)) {
        return path.child(Path.of(source).getFileName().toString());
      }
    } catch (NoSuchFileException usual) {
      assert usual != null : "it is made";
    }
    return path;
  }

  private static void fill(Ext4Image image, Ext4File file, String name, InputStream bytes)
      throws IOException {
    try {
      new SparseCopy(image.geometry().blockSize()).copy(bytes, file);
    } catch (IOException problem) {
      remove(image, name, problem);
      throw problem;
    }
  }

  private static void rename(Ext4Image image, String temporary, ImagePath target)
      throws IOException {
    try {
      image.rename(temporary, target.text());
    } catch (IOException problem) {
      remove(image, temporary, problem);
      throw problem;
    }
  }

  private static void remove(Ext4Image image, String name, IOException cause) {
    try {
      image.unlink(name);
    } catch (IOException worse) {
      cause.addSuppressed(worse);
    }
  }
}
