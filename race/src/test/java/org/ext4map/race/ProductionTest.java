package org.ext4map.race;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.ext4map.Ext4Image;
import org.ext4map.aio.DirectIo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is embedded, the engine and the front end, knows nothing of the broken designs. */
class ProductionTest {
  private static final String BROKEN = "org/ext4map/race";

  /** The jar that the class comes from, or the directory where the build has not packed it yet. */
  private static Path home(Class<?> of) throws URISyntaxException {
    return Path.of(of.getProtectionDomain().getCodeSource().getLocation().toURI());
  }

  private static JavaClasses imported(Class<?> of) throws Exception {
    Path home = home(of);
    if (Files.isDirectory(home)) {
      return new ClassFileImporter().importPath(home);
    }
    try (JarFile jar = new JarFile(home.toFile())) {
      return new ClassFileImporter().importJar(jar);
    }
  }

  @ParameterizedTest
  @ValueSource(classes = {Ext4Image.class, DirectIo.class})
  void noFileOfTheProductionArtifactsIsOrNamesOne(Class<?> production) throws Exception {
    Path home = home(production);
    if (Files.isDirectory(home)) {
      assertFreeOfDesigns(home);
      return;
    }
    try (FileSystem jar = FileSystems.newFileSystem(URI.create("jar:" + home.toUri()), Map.of())) {
      assertFreeOfDesigns(jar.getPath("/"));
    }
  }

  private static void assertFreeOfDesigns(Path root) throws IOException {
    int looked = 0;
    List<Path> files;
    try (Stream<Path> all = Files.walk(root)) {
      files = all.filter(Files::isRegularFile).toList();
    }
    for (Path file : files) {
      looked++;
      assertThat(file.toString()).doesNotContain(BROKEN).doesNotContain("SteppedFrontEnd");
      String bytes = Files.readString(file, StandardCharsets.ISO_8859_1);
      assertThat(bytes.contains(BROKEN)).as("%s names a class of the race", file).isFalse();
    }
    assertThat(looked).as("files of %s", root).isGreaterThan(20);
  }

  @ParameterizedTest
  @ValueSource(classes = {Ext4Image.class, DirectIo.class})
  void nothingInThemDependsOnThisModule(Class<?> production) throws Exception {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAPackage("org.ext4map.race..")
        .check(imported(production));
  }

  @Test
  void theShippedTicketIsAFieldOfTheRequestAndOfNothingElse() throws Exception {
    fields()
        .that()
        .haveRawType("org.ext4map.aio.Ticket")
        .should()
        .beDeclaredIn("org.ext4map.aio.Request")
        .andShould()
        .beFinal()
        .check(imported(DirectIo.class));
  }

  @Test
  void theTestSeesWhatItLooksFor() throws Exception {
    Path own = home(Survey.class);
    assertThatThrownBy(() -> assertFreeOfDesigns(own)).isInstanceOf(AssertionError.class);
  }
}
