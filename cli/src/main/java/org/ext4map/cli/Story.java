package org.ext4map.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import org.apache.commons.io.IOUtils;
import org.ext4map.Ext4File;

/** A text in numbered steps, for 80 columns. */
final class Story {
  private final Console console;
  private int step;

  Story(Console console) {
    this.console = console;
  }

  /** Begins the next step. */
  void heading(String text) throws IOException {
    step++;
    console.line((step == 1 ? "" : "\n") + console.paint().bold(step + ". " + text));
  }

  /** A paragraph. */
  void say(String text) throws IOException {
    for (String line : text.lines().toList()) {
      console.line(line.isEmpty() ? "" : "  " + line);
    }
  }

  /** What one would type for the same. */
  void command(String words) throws IOException {
    console.line("  " + console.paint().cyan("$ ./ext4map " + words));
  }

  /** What a reader of the file gets at {@code position}, for {@link #shown}. */
  static ByteBuffer read(Ext4File file, long position, int length) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(length);
    try (SeekableByteChannel channel = file.open()) {
      IOUtils.read(channel.position(position), bytes);
    }
    return bytes;
  }

  /** Bytes up to the buffer's position, as text in quotation marks. */
  static String shown(ByteBuffer bytes) {
    String text = StandardCharsets.ISO_8859_1.decode(bytes.flip()).toString();
    return "\"" + text.replace("\0", "\\0") + "\"";
  }
}
