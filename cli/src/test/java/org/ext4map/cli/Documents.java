package org.ext4map.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SpecVersion;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Reads a command's JSON, after holding it against the schema in the jar that it names. */
final class Documents {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final JsonSchemaFactory SCHEMAS =
      JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012);
  private static final Map<String, JsonSchema> LOADED = new ConcurrentHashMap<>();

  private Documents() {}

  /** The document, valid against the schema that it names itself. */
  static JsonNode valid(Ran ran) {
    JsonNode document = parse(ran.out());
    String schema = document.path("schema").asText();
    assertThat(schema).startsWith("ext4map.");
    assertThat(schema(schema.substring("ext4map.".length())).validate(document))
        .as("%s against its schema", ran.out())
        .isEmpty();
    return document;
  }

  static JsonSchema schema(String command) {
    return LOADED.computeIfAbsent(
        command,
        name ->
            SCHEMAS.getSchema(
                SchemaLocation.of("classpath:org/ext4map/cli/schema/" + name + ".json")));
  }

  private static JsonNode parse(String text) {
    try {
      return MAPPER.readTree(text);
    } catch (JsonProcessingException broken) {
      throw new AssertionError("not JSON: " + text, broken);
    }
  }
}
