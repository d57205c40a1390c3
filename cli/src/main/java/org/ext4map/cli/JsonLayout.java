package org.ext4map.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.MinimalPrettyPrinter;
import java.io.IOException;

/** One line for each field of the document and for each element of its lists of objects. */
final class JsonLayout extends MinimalPrettyPrinter {
  private static final long serialVersionUID = 1;

  private static final int IN_DOCUMENT = 1;
  private static final int IN_LIST = 2;

  private boolean linePerElement;

  /**
   * Says whether the elements of the array that begins next get a line each.
   *
   * @return what was said before
   */
  boolean linePerElement(boolean on) {
    boolean before = linePerElement;
    linePerElement = on;
    return before;
  }

  @Override
  public void beforeObjectEntries(JsonGenerator generator) throws IOException {
    breakLine(generator, IN_DOCUMENT, true);
  }

  @Override
  public void writeObjectEntrySeparator(JsonGenerator generator) throws IOException {
    generator.writeRaw(depth(generator) == IN_DOCUMENT ? "," : ", ");
    breakLine(generator, IN_DOCUMENT, true);
  }

  @Override
  public void writeObjectFieldValueSeparator(JsonGenerator generator) throws IOException {
    generator.writeRaw(": ");
  }

  @Override
  public void writeEndObject(JsonGenerator generator, int entries) throws IOException {
    // the context is already the enclosing one
    generator.writeRaw(depth(generator) == 0 ? "\n}" : "}");
  }

  @Override
  public void beforeArrayValues(JsonGenerator generator) throws IOException {
    breakLine(generator, IN_LIST, linePerElement);
  }

  @Override
  public void writeArrayValueSeparator(JsonGenerator generator) throws IOException {
    boolean lines = depth(generator) == IN_LIST && linePerElement;
    generator.writeRaw(lines ? "," : ", ");
    breakLine(generator, IN_LIST, linePerElement);
  }

  @Override
  public void writeEndArray(JsonGenerator generator, int values) throws IOException {
    boolean lines = depth(generator) == IN_DOCUMENT && linePerElement && values > 0;
    generator.writeRaw(lines ? "\n  ]" : "]");
  }

  private static void breakLine(JsonGenerator generator, int depth, boolean wanted)
      throws IOException {
    if (wanted && depth(generator) == depth) {
      generator.writeRaw(depth == IN_DOCUMENT ? "\n  " : "\n    ");
    }
  }

  private static int depth(JsonGenerator generator) {
    return generator.getOutputContext().getNestingDepth();
  }
}
