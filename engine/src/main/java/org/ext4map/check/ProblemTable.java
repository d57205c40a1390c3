package org.ext4map.check;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The lines of {@code problems.txt}, by the name of the constant that stands for each. */
final class ProblemTable {
  private static final String RESOURCE = "problems.txt";
  private static final int COLUMNS = 4;
  private static final String BAR = " | ";
  private static final int CODE_LETTERS = 6;
  private static final Map<String, Row> ROWS = read();

  /** One line; {@link Problem} says what the columns mean. */
  record Row(String label, Pass pass, Severity severity, List<String> codes, String sentence) {}

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

  /** Without regular expressions: a command that finds one problem reads the whole table first. */
  private static Row parse(Pass pass, String line) {
    String[] columns = new String[COLUMNS];
    int from = 0;
    for (int i = 0; i < COLUMNS; i++) {
      int bar = i + 1 < COLUMNS ? line.indexOf(BAR, from) : line.length();
      if (bar < 0) {
        throw new IllegalStateException(RESOURCE + ": " + line);
      }
      columns[i] = line.substring(from, bar);
      from = bar + BAR.length();
    }
    Severity severity = Severity.valueOf(columns[1].toUpperCase(Locale.ROOT));
    return new Row(columns[0], pass, severity, codes(columns[2]), columns[3]);
  }

  private static List<String> codes(String column) {
    List<String> codes = new ArrayList<>();
    for (int from = 0; from < column.length() && !column.equals("-"); from += CODE_LETTERS + 1) {
      codes.add("0x" + column.substring(from, from + CODE_LETTERS));
    }
    return List.copyOf(codes);
  }

  private static String constantOf(String label) {
    return label.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
  }
}
