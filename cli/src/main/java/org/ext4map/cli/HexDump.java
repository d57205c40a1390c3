package org.ext4map.cli;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Bytes sixteen to a line, as {@code pread -v} of xfs_io shows them. */
final class HexDump implements IoTransfer.Sink {
  private static final int BYTES_IN_LINE = 16;
  private static final char[] DIGITS = "0123456789abcdef".toCharArray();

  private final Console console;
  private final byte[] line = new byte[BYTES_IN_LINE];
  private long offset;
  private int used;

  HexDump(Console console, long offset) {
    this.console = console;
    this.offset = offset;
  }

  @Override
  public void take(ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      line[used++] = bytes.get();
      if (used == BYTES_IN_LINE) {
        finish();
      }
    }
  }

  /** Prints the last line, if it is not full. */
  void finish() throws IOException {
    if (used == 0) {
      return;
    }
    StringBuilder text = new StringBuilder(String.format("%08x:  ", offset));
    for (int i = 0; i < used; i++) {
      text.append(DIGITS[line[i] >> 4 & 0xF]).append(DIGITS[line[i] & 0xF]).append(' ');
    }
    text.append(' ');
    for (int i = 0; i < used; i++) {
      text.append(isAlphanumeric(line[i]) ? (char) line[i] : '.');
    }
    console.line(text.toString());
    offset += used;
    used = 0;
  }

  private static boolean isAlphanumeric(byte one) {
    return isIn(one, '0', '9') || isIn(one, 'A', 'Z') || isIn(one, 'a', 'z');
  }

  private static boolean isIn(byte one, char first, char last) {
    return one >= first && one <= last;
  }
}
