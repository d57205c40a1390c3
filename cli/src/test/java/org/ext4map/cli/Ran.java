package org.ext4map.cli;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** What one command line did: the same as the process, without starting one. */
final class Ran {
  private final int exitCode;
  private final byte[] bytes;
  private final String err;

  private Ran(int exitCode, byte[] bytes, String err) {
    this.exitCode = exitCode;
    this.bytes = bytes;
    this.err = err;
  }

  static Ran ext4map(Object... words) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    String[] args = new String[words.length];
    for (int i = 0; i < words.length; i++) {
      args[i] = words[i].toString();
    }
    int exitCode = Main.run(new Console(out, err, false), args);
    return new Ran(exitCode, out.toByteArray(), err.toString(StandardCharsets.UTF_8));
  }

  int exitCode() {
    return exitCode;
  }

  /** Stdout as it is. */
  byte[] bytes() {
    return bytes.clone();
  }

  String err() {
    return err;
  }

  String out() {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  List<String> outLines() {
    return out().lines().toList();
  }

  List<String> errLines() {
    return err.lines().toList();
  }
}
