package org.ext4map.check;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** The lines of {@code problems.txt}, by the name of the constant that stands for each. */
final class ProblemTable {
  private static final String RESOURCE = "problems.txt";
  private static final int COLUMNS = 4;
  private static final Map<String, Row> ROWS = read();

  /** One line; {@link Problem} says what the columns mean. */
  record Row(String label, Pass pass, Severity severity, String codes, String sentence) {}

  private ProblemTable() {}

  /** The line of the constant {@code name}. */
  static Row row(String name) {
    Row row = ROWS.get(name);
    if (row == null) {
      throw new IllegalStateException(RESOURCE + " has no line for " + name);
    }
    return row;
  }

  /** The names of the constants that lines stand for. */
  static Iterable<String> names() {
    return ROWS.keySet();
  }

  private static Map<String, Row> read() {
    Map<String, Row> rows = new HashMap<>();
    try (InputStream in = ProblemTable.class.getResourceAsStream(RESOURCE)) {
      if (in == null) {
        throw new IllegalStateException("no resource " + RESOURCE);
      }
      BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
      Pass pass = Pass.SUPERBLOCK;
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.startsWith("[")) {
          pass = Pass.valueOf(line.substring(1, line.length() - 1));
        } else if (!line.isEmpty() && !line.startsWith("#")) {
          Row row = parse(pass, line);
          rows.put(constantOf(row.label()), row);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(RESOURCE, e);
    }
    return rows;
  }

  private static Row parse(Pass pass, String line) {
    String[] columns = line.split(" \\| ", COLUMNS);
    if (columns.length < COLUMNS) {
      throw new IllegalStateException(RESOURCE + ": " + line);
    }
    Severity severity = Severity.valueOf(columns[1].toUpperCase(Locale.ROOT));
    String codes = columns[2].equals("-") ? "" : columns[2].replaceAll("([0-9a-f]{6})", "0x$1");
    return new Row(columns[0], pass, severity, codes, columns[3]);
  }

  private static String constantOf(String label) {
    return label.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
  }
}
