package org.ext4map.testkit.script;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.ext4map.testkit.script.Operation.Kind;
import org.junit.jupiter.api.Test;

/** Scripts can be kept and made small; the model knows what the system calls answer. */
class OperationScriptTest {
  private static final long SEED = Long.getLong("ext4map.seed", 1);

  private static ScriptModel emptyModel() {
    return new ScriptModel(1024, true);
  }

  private static List<Outcome> outcomes(ScriptModel model, String... lines) {
    return Arrays.stream(lines).map(line -> model.run(Operation.parse(line))).toList();
  }

  private static Listing.Entry entry(ScriptModel model, String path) {
    return Objects.requireNonNull(model.listing().entries().get(path));
  }

  @Test
  void whatIsPrintedIsRead() {
    OperationScript script =
        new ScriptGenerator(SEED, emptyModel(), 1024, 64, kind -> true).script(500);
    assertThat(OperationScript.parse(script.toString())).as("seed " + SEED).isEqualTo(script);
  }

  @Test
  void aLongScriptHasEveryKindOfOperation() {
    Set<Kind> kinds =
        new ScriptGenerator(SEED, emptyModel(), 1024, 64, kind -> true)
            .script(2000).operations().stream().map(Operation::kind).collect(Collectors.toSet());
    assertThat(kinds).as("seed " + SEED).isEqualTo(EnumSet.allOf(Kind.class));
  }

  @Test
  void aScriptIsMadeSmallWithoutLosingWhatFails() {
    OperationScript script =
        new ScriptGenerator(SEED, emptyModel(), 1024, 64, kind -> true).script(300);
    OperationScript small =
        script.minimised(
            candidate ->
                candidate.operations().stream().filter(it -> it.kind() == Kind.WRITE).count() > 1);
    assertThat(small.operations()).as("seed " + SEED).hasSize(2);
  }

  @Test
  void oneByteTellsWhichFileItBelongsTo() {
    for (int salt = 0; salt < 1000; salt++) {
      for (byte letter : Operation.of(Kind.WRITE, "/a", 0, 100, salt).data()) {
        assertThat(letter).isNotZero();
        assertThat(Operation.alphabetOf(letter)).isEqualTo(salt % Operation.ALPHABETS);
      }
    }
  }

  @Test
  void theModelKnowsLinksAndNames() {
    ScriptModel model = emptyModel();
    assertThat(
            outcomes(
                model,
                "mkdir /d",
                "create /d/a",
                "symlink d /s",
                "link /s/a /b",
                "write /b 1000 1000 0",
                "rename /d /d/e",
                "rmdir /d",
                "rename /b /s/a",
                "unlink /s",
                "rename /d /g",
                "create /d/a"))
        .containsExactly(
            Outcome.OK,
            Outcome.OK,
            Outcome.OK,
            Outcome.OK,
            Outcome.OK,
            Outcome.EINVAL,
            Outcome.ENOTEMPTY,
            Outcome.OK,
            Outcome.OK,
            Outcome.OK,
            Outcome.ENOENT);
    assertThat(model.listing().entries().keySet()).containsExactly("/", "/b", "/g", "/g/a");
    Listing.Entry file = entry(model, "/g/a");
    assertThat(file.links()).isEqualTo(2);
    assertThat(file.size()).isEqualTo(2000);
    assertThat(file.map()).isEqualTo("0-1:W");
    assertThat(file.data()).isEqualTo("0+2000");
  }

  @Test
  void aCopyOfTheModelGoesItsOwnWay() {
    ScriptModel model = emptyModel();
    outcomes(model, "create /a", "link /a /b", "write /a 0 10 5");
    ScriptModel copy = model.copy();
    outcomes(model, "write /a 5 10 6", "unlink /b");
    assertThat(entry(copy, "/b").size()).isEqualTo(10);
    outcomes(copy, "truncate /b 3");
    assertThat(entry(copy, "/a").size()).isEqualTo(3);
    assertThat(entry(model, "/a").size()).isEqualTo(15);
  }
}
