package org.ext4map.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class JsonTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final Console console = new Console(out, OutputStream.nullOutputStream(), false);

  @Test
  void aDocumentNamesItsSchemaAndVersion() throws IOException {
    Json.document(console, "probe", json -> json.array("empty", none -> {}));

    assertThat(compact()).isEqualTo("{'schema':'ext4map.probe','version':1,'empty':[]}");
  }

  @Test
  void integersFromTwoToThe53OnAreStrings() throws IOException {
    Json.document(
        console,
        "probe",
        json -> {
          json.field("exact", (1L << 53) - 1);
          json.field("large", 1L << 53);
          json.field("negative", -(1L << 53));
        });

    assertThat(compact())
        .contains(
            "'exact':9007199254740991,'large':'9007199254740992','negative':'-9007199254740992'");
  }

  @Test
  void aFailureInTheMiddleLeavesAWellFormedDocumentThatTellsIt() {
    assertThatThrownBy(
            () ->
                Json.document(
                    console,
                    "probe",
                    json ->
                        json.array(
                            "list",
                            list -> {
                              list.element(one -> one.field("n", 1));
                              list.element(
                                  two -> {
                                    throw new IOException("s_magic=0");
                                  });
                            })))
        .hasMessage("s_magic=0");

    assertThat(compact()).endsWith("'list':[{'n':1},{}],'error':'s_magic=0'}");
  }

  private String compact() {
    return out.toString(StandardCharsets.UTF_8).replaceAll("\\s", "").replace('"', '\'');
  }
}
