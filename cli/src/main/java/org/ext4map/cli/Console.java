package org.ext4map.cli;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/**
 * Where a command's words go: results to stdout, buffered until {@link #flush}, everything else to
 * stderr. Unlike {@link java.io.PrintStream} it does not swallow a failing output. Used by one
 * thread.
 */
final class Console {
  private static final int BUFFER_BYTES = 1 << 16;
  private static final String ERASE_LINE = "\r\u001b[K";

  private final InputStream in;
  private final OutputStream out;
  private final OutputStream err;
  private final boolean outIsTerminal;
  private final boolean errIsTerminal;
  private final Interrupt interrupt = new Interrupt();
  private Paint paint;
  private boolean showsStatus;

  Console(OutputStream out, OutputStream err, boolean outIsTerminal) {
    this(InputStream.nullInputStream(), out, err, outIsTerminal, false);
  }

  Console(
      InputStream in,
      OutputStream out,
      OutputStream err,
      boolean outIsTerminal,
      boolean errIsTerminal) {
    this.in = in;
    this.out = out;
    this.err = err;
    this.outIsTerminal = outIsTerminal;
    this.errIsTerminal = errIsTerminal;
    this.paint = Paint.PLAIN;
  }

  /** The console of this process; the launcher says whether stdout is a terminal. */
  static Console ofProcess() {
    return new Console(
        new FileInputStream(FileDescriptor.in),
        new BufferedOutputStream(new FileOutputStream(FileDescriptor.out), BUFFER_BYTES),
        new FileOutputStream(FileDescriptor.err),
        "terminal".equals(System.getProperty("ext4map.stdout")),
        "terminal".equals(System.getProperty("ext4map.stderr")));
  }

  /** What is piped or typed in. */
  InputStream in() {
    return in;
  }

  /** Decides about colours: as asked, else if stdout is a terminal and NO_COLOR is not set. */
  void useColor(ColorChoice choice) {
    boolean on =
        switch (choice) {
          case ALWAYS -> true;
          case NEVER -> false;
          case AUTO -> outIsTerminal && System.getenv().getOrDefault("NO_COLOR", "").isEmpty();
        };
    paint = on ? Paint.ANSI : Paint.PLAIN;
  }

  Paint paint() {
    return paint;
  }

  /**
   * One line of results.
   *
   * @throws OutputClosedException if nobody reads any more
   */
  void line(String text) throws OutputClosedException {
    print(text);
    print("\n");
  }

  /** A part of a line of results. */
  void print(String text) throws OutputClosedException {
    write(text.getBytes(StandardCharsets.UTF_8), 0, -1);
  }

  /** Bytes of results; a negative {@code length} means all. */
  void write(byte[] bytes, int offset, int length) throws OutputClosedException {
    clearStatus();
    try {
      out.write(bytes, offset, length < 0 ? bytes.length - offset : length);
    } catch (IOException problem) {
      throw new OutputClosedException(problem);
    }
  }

  /** Sends out what is buffered. */
  void flush() throws OutputClosedException {
    clearStatus();
    try {
      out.flush();
    } catch (IOException problem) {
      throw new OutputClosedException(problem);
    }
  }

  /** Whether the person wants an end. */
  Interrupt interrupt() {
    return interrupt;
  }

  /** True if somebody looks at stderr. */
  boolean errIsTerminal() {
    return errIsTerminal;
  }

  /** A line on stderr that the next output wipes away. Only for a terminal. */
  void status(String text) {
    showsStatus = false;
    errBlock(ERASE_LINE + Text.printable(text));
    showsStatus = true;
  }

  private void clearStatus() {
    if (showsStatus) {
      showsStatus = false;
      errBlock(ERASE_LINE);
    }
  }

  /**
   * One line for the person, not for the pipe, after the results so far. Control characters are
   * shown, not sent.
   */
  void note(String text) {
    try {
      flush();
    } catch (OutputClosedException closed) {
      assert closed != null : "whoever prints the next result is told";
    }
    errBlock("ext4map: " + Text.printable(text) + "\n");
  }

  /** Several lines for the person, as they are. */
  void errBlock(String text) {
    clearStatus();
    try {
      err.write(text.getBytes(StandardCharsets.UTF_8));
      err.flush();
    } catch (IOException closed) {
      assert closed != null : "nobody listens to stderr, and there is nobody left to tell";
    }
  }

  /** Stdout does not take our results: its reader went away, or the disk is full. */
  static final class OutputClosedException extends IOException {
    private static final long serialVersionUID = 1;

    OutputClosedException(IOException cause) {
      super("stdout: " + cause.getMessage(), cause);
    }

    /** True if the reader went away, which is its right. */
    boolean isBrokenPipe() {
      return String.valueOf(getMessage()).contains("Broken pipe");
    }
  }
}
