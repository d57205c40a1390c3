package org.ext4map.cli;

import java.nio.file.Files;
import java.nio.file.Path;

/** How another process runs this very command: for the conformance kit, which judges processes. */
final class OwnReader {
  private OwnReader() {}

  /** {@code ext4map cat} as a command template, with this JVM and this class path. */
  static String template() {
    String classPath = System.getProperty("java.class.path");
    String archive = classPath.replaceFirst("\\.jar$", ".jsa");
    return quoted(Path.of(System.getProperty("java.home"), "bin", "java").toString())
        + " -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xmx256m -Xlog:cds=off -Xlog:cds+dynamic=off"
        + (archive.endsWith(".jsa") && Files.exists(Path.of(archive))
            ? " " + quoted("-XX:SharedArchiveFile=" + archive)
            : "")
        + " -cp "
        + quoted(classPath)
        + " "
        + Main.class.getName()
        + " cat {image} {path}";
  }

  private static String quoted(String word) {
    return word.replaceAll("[\\s'\"\\\\]", "\\\\$0");
  }
}
