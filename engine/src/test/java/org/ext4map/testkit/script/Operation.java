package org.ext4map.testkit.script;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * One line of a script. What an operation does not need is empty or zero.
 *
 * @param kind what is done
 * @param path to what, an absolute path
 * @param other second path; for {@code symlink} the text of the link
 * @param offset bytes; for {@code swap} where the range starts in both files
 * @param length bytes
 * @param salt chooses the bytes of a write, see {@link #data}
 */
public record Operation(Kind kind, String path, String other, long offset, long length, int salt) {

  /** What stands behind the first word. */
  enum Form {
    NOTHING,
    PATH,
    TWO_PATHS,
    SIZE,
    RANGE,
    SALTED_RANGE,
    TWO_PATHS_AND_RANGE
  }

  /** What can be done. The first word of a line is the name in small letters, with hyphens. */
  public enum Kind {
    WRITE(Form.SALTED_RANGE),
    TRUNCATE(Form.SIZE),
    FALLOC(Form.RANGE),
    FALLOC_KEEP(Form.RANGE),
    PUNCH(Form.RANGE),
    ZERO(Form.RANGE),
    ZERO_KEEP(Form.RANGE),
    COLLAPSE(Form.RANGE),
    INSERT(Form.RANGE),
    /** Nothing is shared in ext4. The kernel has no such mode there; it only opens the file. */
    UNSHARE(Form.RANGE),
    /** EXT4_IOC_MOVE_EXT as this engine understands it; the kernel copies bytes meanwhile. */
    SWAP(Form.TWO_PATHS_AND_RANGE),
    CREATE(Form.PATH),
    MKDIR(Form.PATH),
    SYMLINK(Form.TWO_PATHS),
    LINK(Form.TWO_PATHS),
    UNLINK(Form.PATH),
    RMDIR(Form.PATH),
    RENAME(Form.TWO_PATHS),
    FSYNC(Form.PATH),
    FDATASYNC(Form.PATH),
    SYNC(Form.NOTHING),
    /** Unmounts and mounts again. */
    REOPEN(Form.NOTHING);

    private final Form form;

    Kind(Form form) {
      this.form = form;
    }

    String word() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** True if all that was done before, to one file or to all, is durable when it returns. */
    public boolean isPromise() {
      return switch (this) {
        case FSYNC, FDATASYNC, SYNC, REOPEN, SWAP -> true;
        default -> false;
      };
    }

    /** True if it changes which names there are. */
    public boolean isOfNames() {
      return switch (this) {
        case CREATE, MKDIR, SYMLINK, LINK, UNLINK, RMDIR, RENAME -> true;
        default -> false;
      };
    }
  }

  /** Files that can be told from each other by any one of their bytes. */
  public static final int ALPHABETS = 14;

  private static final int LETTERS = 16;

  /** Prime, so that no two blocks of one write hold the same. */
  private static final int PERIOD = 61;

  /** Without operands. */
  public static Operation of(Kind kind) {
    return new Operation(kind, "", "", 0, 0, 0);
  }

  /** With one path. */
  public static Operation of(Kind kind, String path) {
    return new Operation(kind, path, "", 0, 0, 0);
  }

  /** With two paths, in the order of the line. */
  public static Operation of(Kind kind, String first, String second) {
    return kind == Kind.SYMLINK
        ? new Operation(kind, second, first, 0, 0, 0)
        : new Operation(kind, first, second, 0, 0, 0);
  }

  /** With a range of bytes; the salt counts for a write alone. */
  public static Operation of(Kind kind, String path, long offset, long length, int salt) {
    return new Operation(kind, path, "", offset, length, kind == Kind.WRITE ? salt : 0);
  }

  /** {@code truncate}. */
  public static Operation truncate(String path, long size) {
    return new Operation(Kind.TRUNCATE, path, "", 0, size, 0);
  }

  /** Reads what {@link #toString} wrote. */
  public static Operation parse(String line) {
    List<String> words = Arrays.asList(line.strip().split(" +"));
    Kind kind = Kind.valueOf(words.get(0).toUpperCase(Locale.ROOT).replace('-', '_'));
    return switch (kind.form) {
      case NOTHING -> of(kind);
      case PATH -> of(kind, words.get(1));
      case TWO_PATHS -> of(kind, words.get(1), words.get(2));
      case SIZE -> truncate(words.get(1), Long.parseLong(words.get(2)));
      case RANGE -> of(kind, words.get(1), number(words, 2), number(words, 3), 0);
      case SALTED_RANGE ->
          of(kind, words.get(1), number(words, 2), number(words, 3), (int) number(words, 4));
      case TWO_PATHS_AND_RANGE ->
          new Operation(kind, words.get(1), words.get(2), number(words, 3), number(words, 4), 0);
    };
  }

  private static long number(List<String> words, int index) {
    return Long.parseLong(words.get(index));
  }

  @Override
  public String toString() {
    List<String> words = new ArrayList<>(List.of(kind.word()));
    switch (kind.form) {
      case NOTHING -> {}
      case PATH -> words.add(path);
      case TWO_PATHS ->
          words.addAll(kind == Kind.SYMLINK ? List.of(other, path) : List.of(path, other));
      case SIZE -> words.addAll(List.of(path, "" + length));
      case RANGE -> words.addAll(List.of(path, "" + offset, "" + length));
      case SALTED_RANGE -> words.addAll(List.of(path, "" + offset, "" + length, "" + salt));
      case TWO_PATHS_AND_RANGE -> words.addAll(List.of(path, other, "" + offset, "" + length));
    }
    return String.join(" ", words);
  }

  /** The bytes that a write writes: the letters of the salt's alphabet, never 0. */
  public byte[] data() {
    byte[] data = new byte[(int) length];
    int serial = salt / ALPHABETS;
    for (int i = 0; i < data.length; i++) {
      int letter = (i % PERIOD * 5 + serial * 3) % LETTERS;
      data[i] = (byte) (1 + salt % ALPHABETS * LETTERS + letter);
    }
    return data;
  }

  /** The alphabet that a byte which is not 0 belongs to. */
  public static int alphabetOf(byte letter) {
    return ((letter & 0xFF) - 1) / LETTERS;
  }
}
