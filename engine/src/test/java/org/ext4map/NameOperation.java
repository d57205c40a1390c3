package org.ext4map;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.SplittableRandom;

/**
 * One change of names, or of what a name stands for.
 *
 * @param path the name it is about
 * @param other the new name, the target of a symbolic link, or what is written
 */
record NameOperation(Kind kind, String path, String other) {
  enum Kind {
    CREATE,
    MKDIR,
    SYMLINK,
    LINK,
    UNLINK,
    RMDIR,
    RENAME,
    WRITE
  }

  private static final Kind[] OFTEN = {
    Kind.CREATE, Kind.CREATE, Kind.CREATE, Kind.MKDIR, Kind.MKDIR, Kind.SYMLINK, Kind.LINK,
    Kind.UNLINK, Kind.UNLINK, Kind.RMDIR, Kind.RENAME, Kind.RENAME, Kind.RENAME, Kind.WRITE
  };

  /** How many names a directory has at most. */
  private static final int NAMES = 12;

  private static final int MOST_WRITTEN = 9000;

  /** What a random user would do next; now and then something that must be refused. */
  static NameOperation random(SplittableRandom random, NameModel model) {
    Kind kind = OFTEN[random.nextInt(OFTEN.length)];
    return switch (kind) {
      case CREATE, MKDIR -> new NameOperation(kind, somewhere(random, model), "");
      case SYMLINK ->
          new NameOperation(kind, somewhere(random, model), "t".repeat(1 + random.nextInt(120)));
      case LINK, RENAME ->
          new NameOperation(kind, anything(random, model), somewhere(random, model));
      case UNLINK -> new NameOperation(kind, oneOf(random, model, false), "");
      case RMDIR -> new NameOperation(kind, oneOf(random, model, true), "");
      case WRITE -> {
        String text = ("" + (char) ('a' + random.nextInt(26))).repeat(random.nextInt(MOST_WRITTEN));
        yield new NameOperation(kind, oneOf(random, model, false), text);
      }
    };
  }

  private static String anything(SplittableRandom random, NameModel model) {
    return oneOf(random, model, random.nextBoolean());
  }

  /** Mostly a path that is there. */
  private static String oneOf(SplittableRandom random, NameModel model, boolean directory) {
    List<String> paths = model.paths(directory);
    return paths.isEmpty() || random.nextInt(12) == 0
        ? somewhere(random, model)
        : paths.get(random.nextInt(paths.size()));
  }

  /** A name in a directory, which may be there already; now and then below something else. */
  private static String somewhere(SplittableRandom random, NameModel model) {
    List<String> parents = model.paths(random.nextInt(20) != 0);
    int parent = random.nextInt(parents.size() + 1);
    int name = random.nextInt(NAMES);
    String longPart = name % 3 == 0 ? "-".repeat(17 * name) : "";
    return (parent == 0 ? "" : parents.get(parent - 1)) + "/n" + name + longPart;
  }

  /** The same on names whose first part is behind {@code prefix}. */
  NameOperation below(String prefix) {
    boolean isPath = kind == Kind.LINK || kind == Kind.RENAME;
    return new NameOperation(
        kind, prefix + path.substring(1), isPath ? prefix + other.substring(1) : other);
  }

  void applyTo(Ext4Image image) throws IOException {
    switch (kind) {
      case CREATE -> image.create(path, 0644);
      case MKDIR -> image.mkdir(path, 0755);
      case SYMLINK -> image.symlink(other, path);
      case LINK -> image.link(path, other);
      case UNLINK -> image.unlink(path);
      case RMDIR -> image.rmdir(path);
      case RENAME -> image.rename(path, other);
      case WRITE -> write(image.lookup(path));
    }
  }

  private void write(Ext4File file) throws IOException {
    file.truncate(0);
    try (SeekableByteChannel channel = file.openForWriting()) {
      channel.write(ByteBuffer.wrap(other.getBytes(StandardCharsets.UTF_8)));
    }
  }

  void applyTo(NameModel model) throws IOException {
    switch (kind) {
      case CREATE -> model.add(path, NameModel.Node.file());
      case MKDIR -> model.add(path, NameModel.Node.directory());
      case SYMLINK -> model.add(path, NameModel.Node.link(other));
      case LINK -> model.link(path, other);
      case UNLINK -> model.unlink(path);
      case RMDIR -> model.rmdir(path);
      case RENAME -> model.rename(path, other);
      case WRITE -> model.write(path, other);
    }
  }

  @Override
  public String toString() {
    String shown = other.length() > 40 ? other.length() + " chars" : other;
    return kind + " " + path + " " + shown;
  }
}
