package org.ext4map.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.ext4map.ondisk.FileType;

/** Names on disk are bytes of no particular encoding; here is how they and types look outside. */
final class Names {
  private Names() {}

  /** For the terminal. */
  static String shown(byte[] bytes) {
    return Text.printable(new String(bytes, StandardCharsets.UTF_8));
  }

  /**
   * As field {@code name}; bytes that are not UTF-8 become U+FFFD there, and then stand in {@code
   * name_hex} too.
   */
  static void write(Json json, String name, byte[] bytes) throws IOException {
    json.field(name, new String(bytes, StandardCharsets.UTF_8));
    if (!isUtf8(bytes)) {
      json.field(name + "_hex", HexFormat.of().formatHex(bytes));
    }
  }

  private static boolean isUtf8(byte[] bytes) {
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
      return true;
    } catch (CharacterCodingException notUtf8) {
      return false;
    }
  }

  /** The word for a type in JSON. */
  static String word(FileType type) {
    return switch (type) {
      case UNKNOWN -> "unknown";
      case REGULAR -> "file";
      case DIRECTORY -> "directory";
      case CHARACTER_DEVICE -> "character_device";
      case BLOCK_DEVICE -> "block_device";
      case FIFO -> "fifo";
      case SOCKET -> "socket";
      case SYMLINK -> "symlink";
    };
  }

  /** Type and permissions as {@code ls -l} shows them: {@code -rwxr-sr-t}. */
  static String permissions(FileType type, int mode) {
    char[] shown = (type.letter() + "rwxrwxrwx").toCharArray();
    for (int bit = 0; bit < 9; bit++) {
      if ((mode & 0x100 >> bit) == 0) {
        shown[bit + 1] = '-';
      }
    }
    special(shown, 3, (mode & 0x800) != 0, 's');
    special(shown, 6, (mode & 0x400) != 0, 's');
    special(shown, 9, (mode & 0x200) != 0, 't');
    return new String(shown);
  }

  private static void special(char[] shown, int at, boolean on, char letter) {
    if (on) {
      shown[at] = shown[at] == 'x' ? letter : Character.toUpperCase(letter);
    }
  }
}
