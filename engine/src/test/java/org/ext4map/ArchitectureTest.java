package org.ext4map;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

/**
 * The floors of the house: a package uses only what lies below it. This list is the architecture.
 */
class ArchitectureTest {
  private static final String BASE = "org.ext4map.";

  private static final List<String> BOTTOM_UP =
      List.of(
          "model", "locks", "device", "ondisk", "buffer", "journal", "alloc", "tree", "status",
          "map", "dio", "inode", "dir");

  /** Judges stand beside the house: they share no code with what they judge. */
  private static final List<String> BESIDE = List.of("check", "format");

  private static final List<String> JUDGES_MAY_USE = List.of("model", "device", "ondisk");

  /** Stands on the roof: sees what an embedder sees, and nobody inside knows it. */
  private static final String ROOF = "inspect";

  private static final List<String> ROOF_MAY_USE = List.of("model", "device", "ondisk", "journal");

  private static final JavaClasses MAIN =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("org.ext4map");

  @Test
  void dependenciesPointDown() {
    for (int floor = 0; floor < BOTTOM_UP.size(); floor++) {
      List<String> above = new ArrayList<>(BESIDE);
      above.add(ROOF);
      above.addAll(BOTTOM_UP.subList(floor + 1, BOTTOM_UP.size()));
      forbid(BOTTOM_UP.get(floor), above);
    }
  }

  @Test
  void judgesUseOnlyModelDeviceAndOndisk() {
    for (String judge : BESIDE) {
      List<String> others = new ArrayList<>(BOTTOM_UP);
      others.addAll(BESIDE);
      others.add(ROOF);
      others.removeAll(JUDGES_MAY_USE);
      others.remove(judge);
      forbid(judge, others);
    }
  }

  @Test
  void theRoofSeesWhatAnEmbedderSees() {
    List<String> others = new ArrayList<>(BOTTOM_UP);
    others.addAll(BESIDE);
    others.removeAll(ROOF_MAY_USE);
    forbid(ROOF, others);
    noClasses()
        .that()
        .resideInAPackage("org.ext4map")
        .should()
        .dependOnClassesThat()
        .resideInAPackage(BASE + ROOF + "..")
        .check(MAIN);
  }

  @Test
  void floorsDoNotKnowTheRoot() {
    noClasses()
        .that()
        .resideInAPackage(BASE + "*..")
        .and()
        .resideOutsideOfPackage(BASE + ROOF + "..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("org.ext4map")
        .allowEmptyShould(true)
        .check(MAIN);
  }

  @Test
  void extentAndIndirectTreesDoNotKnowEachOther() {
    forbid("tree.extent", List.of("tree.indirect"));
    forbid("tree.indirect", List.of("tree.extent"));
  }

  @Test
  void theCallerOwnsTimeThreadsAndChance() {
    noClasses()
        .that()
        .resideOutsideOfPackage(BASE + "images..") // runs other programs, and waits for them
        .should()
        .callMethod(System.class, "nanoTime")
        .orShould()
        .callMethod(System.class, "currentTimeMillis")
        .orShould()
        .callConstructor(Thread.class, Runnable.class)
        .orShould()
        .callConstructor(Random.class)
        .orShould()
        .dependOnClassesThat()
        .haveFullyQualifiedName(Executors.class.getName())
        .because("a simulator must be able to take over clock, scheduling and randomness")
        .check(MAIN);
  }

  private static void forbid(String floor, List<String> others) {
    String[] packages = others.stream().map(other -> BASE + other + "..").toArray(String[]::new);
    noClasses()
        .that()
        .resideInAPackage(BASE + floor + "..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(packages)
        .allowEmptyShould(true)
        .check(MAIN);
  }
}
