package org.ext4map;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.ext4map.device.BlockDevice;
import org.ext4map.device.MemoryBlockDevice;
import org.ext4map.images.Debugfs;
import org.ext4map.model.CorruptionException;
import org.ext4map.model.NoSpaceException;
import org.ext4map.testkit.Together;
import org.ext4map.testkit.Together.Task;
import org.ext4map.testkit.WritableImages;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Names that come and go by the hands of several threads. */
class NamesThreadsTest {
  private static final long SEED = Long.getLong("names.seed", 4711);
  private static final int THREADS = 4;
  private static final Duration LIMIT = Duration.ofSeconds(50);

  @TempDir Path scratch;

  @ParameterizedTest
  @ValueSource(strings = {"-b 1024", "-b 4096 -O ^metadata_csum"})
  void eachThreadFindsWhatItLeftInASharedDirectory(String options) throws IOException {
    BlockDevice device = WritableImages.make(scratch, 24, List.of(options.split(" ")));
    List<NameModel> models = new ArrayList<>();
    try (Ext4Image image = Ext4Image.open(device, WritableImages.forWriting())) {
      List<Task> tasks = new ArrayList<>();
      for (int thread = 0; thread < THREADS; thread++) {
        NameModel model = new NameModel();
        models.add(model);
        String prefix = "/t" + thread + "-";
        SplittableRandom random = new SplittableRandom(SEED + thread);
        tasks.add(() -> live(image, model, prefix, random));
      }
      Together.run(LIMIT, tasks);
      List<String> found = NamedTree.of(image);
      for (int thread = 0; thread < THREADS; thread++) {
        String prefix = "/t" + thread + "-";
        List<String> expected = new ArrayList<>(models.get(thread).lines());
        expected.removeIf(line -> line.contains(" / "));
        assertThat(found.stream().filter(line -> line.contains(prefix)))
            .as("thread " + thread + " seed=" + SEED)
            .map(line -> line.replace(prefix, "/"))
            .isEqualTo(expected);
      }
    }
    WritableImages.assertClean(device, scratch, options + " seed=" + SEED);
  }

  /** All paths of a thread begin in the root with names of its own. */
  private static void live(Ext4Image image, NameModel model, String prefix, SplittableRandom random)
      throws IOException {
    for (int i = 0; i < 250; i++) {
      NameOperation operation = NameOperation.random(random, model);
      boolean refused = false;
      try {
        operation.applyTo(model);
      } catch (FileSystemException expected) {
        refused = true;
      }
      try {
        operation.below(prefix).applyTo(image);
        assertThat(refused).as("step " + i + " " + operation + " was not refused").isFalse();
      } catch (FileSystemException e) {
        assertThat(refused).as("step " + i + " " + operation + ": " + e).isTrue();
      }
    }
  }

  @Test
  void whateverThreadsDoToTheSameNamesTheTreeStaysATree() throws IOException {
    BlockDevice device = WritableImages.make(scratch, 8, List.of("-b", "1024"));
    AtomicInteger done = new AtomicInteger();
    AtomicInteger refused = new AtomicInteger();
    try (Ext4Image image = Ext4Image.open(device, WritableImages.forWriting())) {
      List<Task> tasks = new ArrayList<>();
      for (int thread = 0; thread < THREADS; thread++) {
        SplittableRandom random = new SplittableRandom(SEED * 31 + thread);
        tasks.add(
            () -> {
              for (int i = 0; i < 1500; i++) {
                meddle(image, random, done, refused);
              }
            });
      }
      tasks.add(
          () -> {
            for (int i = 0; i < 60; i++) {
              look(image, image.root(), 0);
            }
          });
      Together.run(LIMIT, tasks);
      assertThat(NamedTree.of(image)).isNotEmpty();
    }
    WritableImages.assertClean(device, scratch, "seed=" + SEED);
    assertThat(done.get()).isGreaterThan(200);
    assertThat(refused.get()).isGreaterThan(100);
  }

  @Test
  void directoriesThatContainEachOtherStopNobody() throws IOException {
    BlockDevice device = circle();
    AtomicInteger refused = new AtomicInteger();
    try (Ext4Image image = Ext4Image.open(device, WritableImages.forWriting())) {
      List<Task> tasks = new ArrayList<>();
      for (NameOperation operation :
          List.of(
              new NameOperation(NameOperation.Kind.RMDIR, "/a/b", ""),
              new NameOperation(NameOperation.Kind.RMDIR, "/b/a", ""),
              new NameOperation(NameOperation.Kind.RENAME, "/a/b", "/a/c"),
              new NameOperation(NameOperation.Kind.RENAME, "/b/a", "/b/c"),
              new NameOperation(NameOperation.Kind.UNLINK, "/a/b", ""),
              new NameOperation(NameOperation.Kind.UNLINK, "/b/a", ""))) {
        tasks.add(
            () -> {
              for (int i = 0; i < 2000; i++) {
                try {
                  operation.applyTo(image);
                } catch (FileSystemException | CorruptionException e) {
                  refused.incrementAndGet();
                }
              }
            });
      }
      Together.run(LIMIT, tasks);
    }
    assertThat(refused).hasValue(6 * 2000);
  }

  /** In /a is /b, and in /b is /a; their ".." name the root, as they should. */
  private BlockDevice circle() throws IOException {
    BlockDevice device = WritableImages.make(scratch, 8, List.of("-b", "1024"));
    Path file = WritableImages.save(device, scratch.resolve("circle.ext4"));
    Debugfs.on(file).change("mkdir /a\nmkdir /b\nlink /b /a/b\nlink /a /b/a");
    return MemoryBlockDevice.of(Files.readAllBytes(file));
  }

  /** One operation on one of few paths, four deep; it may be refused. */
  private static void meddle(
      Ext4Image image, SplittableRandom random, AtomicInteger done, AtomicInteger refused)
      throws IOException {
    String one = path(random);
    String other = path(random);
    NameOperation.Kind[] kinds = NameOperation.Kind.values();
    NameOperation.Kind kind =
        random.nextInt(3) == 0 ? NameOperation.Kind.RENAME : kinds[random.nextInt(kinds.length)];
    String text = kind == NameOperation.Kind.WRITE ? "w".repeat(random.nextInt(5000)) : other;
    try {
      new NameOperation(kind, one, text).applyTo(image);
      done.incrementAndGet();
    } catch (FileSystemException | NoSpaceException e) {
      refused.incrementAndGet();
    }
  }

  private static String path(SplittableRandom random) {
    StringBuilder path = new StringBuilder();
    for (int depth = random.nextInt(4); depth >= 0; depth--) {
      path.append('/').append((char) ('a' + random.nextInt(3)));
    }
    return path.toString();
  }

  /** Reads all that is there; what goes away meanwhile is not missed. */
  private static void look(Ext4Image image, Ext4File directory, int depth) throws IOException {
    for (var entry : directory.list()) {
      if (entry.name().isDots() || depth > 8) {
        continue;
      }
      try {
        Ext4File file = image.inode(entry.ino());
        switch (file.type()) {
          case DIRECTORY -> look(image, file, depth + 1);
          case SYMLINK -> file.readSymlink();
          default -> FileWriteModelTest.bytes(file);
        }
      } catch (CorruptionException e) {
        throw e;
      } catch (FileSystemException gone) {
        assertThat(gone.getReason()).as("%s", gone).contains("deleted");
      }
    }
  }
}
