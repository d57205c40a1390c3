package org.ext4map.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/**
 * One JSON document, written as it is found, so that memory stays bounded. Keys are snake_case;
 * integers from 2^53 on are strings, because many readers keep numbers as doubles. The document is
 * always well-formed: if the image fails in the middle, what was open is closed and {@code error}
 * tells the reason.
 */
final class Json {
  private static final long LARGEST_EXACT = 1L << 53;

  /** What a command puts into its document. */
  interface Body {
    void write(Json json) throws IOException;
  }

  private final JsonGenerator generator;
  private final JsonLayout layout = new JsonLayout();

  private Json(JsonGenerator generator) {
    this.generator = generator;
  }

  /** Writes the document {@code ext4map.<command>}, version 1. */
  static void document(Console console, String command, Body body) throws IOException {
    try (JsonGenerator generator = open(console)) {
      Json json = new Json(generator);
      generator.setPrettyPrinter(json.layout);
      json.write(command, body);
    }
  }

  /** As {@link #document}, on one line: for programs that read a document a line. */
  static void line(Console console, String command, Body body) throws IOException {
    try (JsonGenerator generator = open(console)) {
      new Json(generator).write(command, body);
    }
  }

  private void write(String command, Body body) throws IOException {
    generator.writeStartObject();
    field("schema", "ext4map." + command);
    field("version", 1);
    try {
      body.write(this);
    } catch (Console.OutputClosedException nobodyReads) {
      throw nobodyReads;
    } catch (IOException problem) {
      while (generator.getOutputContext().getParent().getParent() != null) {
        closeInnermost();
      }
      field("error", Failure.describe(problem));
      generator.writeEndObject();
      throw problem;
    }
    generator.writeEndObject();
    generator.writeRaw('\n');
  }

  private static JsonGenerator open(Console console) throws IOException {
    return JsonFactory.builder()
        .enable(JsonWriteFeature.ESCAPE_NON_ASCII)
        .build()
        .createGenerator(new ConsoleStream(console));
  }

  private void closeInnermost() throws IOException {
    if (generator.getOutputContext().inArray()) {
      generator.writeEndArray();
    } else {
      generator.writeEndObject();
    }
  }

  void field(String name, String value) throws IOException {
    generator.writeStringField(name, value);
  }

  void field(String name, boolean value) throws IOException {
    generator.writeBooleanField(name, value);
  }

  /** A number, or a string from 2^53 on. */
  void field(String name, long value) throws IOException {
    generator.writeFieldName(name);
    if (value >= LARGEST_EXACT || value <= -LARGEST_EXACT) {
      generator.writeString(Long.toString(value));
    } else {
      generator.writeNumber(value);
    }
  }

  /** A number with a fraction; finite. */
  void field(String name, double value) throws IOException {
    generator.writeNumberField(name, value);
  }

  /** An object under a name. */
  void object(String name, Body body) throws IOException {
    generator.writeObjectFieldStart(name);
    body.write(this);
    generator.writeEndObject();
  }

  /** An array of objects under a name, present even when empty. */
  void array(String name, Body elements) throws IOException {
    array(name, true, elements);
  }

  private void array(String name, boolean linePerElement, Body elements) throws IOException {
    boolean before = layout.linePerElement(linePerElement);
    generator.writeArrayFieldStart(name);
    elements.write(this);
    generator.writeEndArray();
    layout.linePerElement(before);
  }

  /** An array of strings. */
  void strings(String name, Iterable<String> values) throws IOException {
    array(
        name,
        false,
        json -> {
          for (String value : values) {
            generator.writeString(value);
          }
        });
  }

  /** One object of an array. */
  void element(Body body) throws IOException {
    generator.writeStartObject();
    body.write(this);
    generator.writeEndObject();
  }

  /** Keeps the console open, and its exceptions apart from those of the image. */
  private static final class ConsoleStream extends FilterOutputStream {
    private final Console console;

    ConsoleStream(Console console) {
      super(OutputStream.nullOutputStream());
      this.console = console;
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      console.write(bytes, offset, length);
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }
}
