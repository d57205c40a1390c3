package org.ext4map.cli;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import org.ext4map.check.CheckListener;
import org.ext4map.check.Finding;
import org.ext4map.check.Pass;
import org.jspecify.annotations.Nullable;

/**
 * Hears a check: hands on what it finds, shows how far it is, and ends it when the person wants
 * that. The lines of {@code -C FD} are those of e2fsck: {@code pass done total image}.
 */
final class CheckWatch implements CheckListener {
  /** The five passes of e2fsck, whose numbers scripts know. */
  private static final Map<Pass, Integer> NUMBERS = numbers();

  private final Console console;
  private final Path image;
  private final @Nullable OutputStream lines;
  private final Meter meter;
  private final FindingWriter writer;
  private final boolean verbose;

  /** What is done with a finding; may fail because nobody reads any more. */
  interface FindingWriter {
    void write(Finding finding) throws IOException;
  }

  /**
   * A watch over one check.
   *
   * @param lines takes the lines of {@code -C}; null for none
   * @param verbose the memory that is needed is told in advance
   */
  CheckWatch(
      Console console,
      Path image,
      @Nullable OutputStream lines,
      Meter meter,
      FindingWriter writer,
      boolean verbose) {
    this.console = console;
    this.image = image;
    this.lines = lines;
    this.meter = meter;
    this.writer = writer;
    this.verbose = verbose;
  }

  /** The stream behind descriptor {@code fd} of this process. */
  static OutputStream open(int fd) throws IOException {
    try {
      return new FileOutputStream("/dev/fd/" + fd, true);
    } catch (IOException closed) {
      throw Failure.refused("-C " + fd + ", allowed an open file descriptor [" + closed + "]");
    }
  }

  private static Map<Pass, Integer> numbers() {
    Map<Pass, Integer> numbers = new EnumMap<>(Pass.class);
    numbers.put(Pass.INODES, 1);
    numbers.put(Pass.DIRECTORIES, 2);
    numbers.put(Pass.CONNECTIVITY, 3);
    numbers.put(Pass.LINKS, 4);
    numbers.put(Pass.BITMAPS, 5);
    return numbers;
  }

  @Override
  public void found(Finding finding) {
    try {
      writer.write(finding);
    } catch (IOException problem) {
      throw new UncheckedIOException(problem);
    }
  }

  @Override
  public void needsMemory(long bytes) {
    if (verbose) {
      console.note(image + ": the check keeps up to " + ((bytes >> 20) + 1) + " MiB in memory");
    }
  }

  @Override
  public void progress(Pass pass, long done, long total) {
    meter.step(pass.label(), done, total);
    Integer number = NUMBERS.get(pass);
    if (lines == null || number == null) {
      return;
    }
    String line = number + " " + done + " " + total + " " + Text.printable(image.toString()) + "\n";
    try {
      lines.write(line.getBytes(StandardCharsets.UTF_8));
      lines.flush();
    } catch (IOException closed) {
      throw new UncheckedIOException("-C: nobody reads the progress", closed);
    }
  }

  @Override
  public boolean isCancelled() {
    return console.interrupt().isRaised();
  }
}
