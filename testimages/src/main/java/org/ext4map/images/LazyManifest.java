package org.ext4map.images;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/** Reads one manifest once. Any thread; two may read it twice and agree. */
final class LazyManifest {
  private final String name;
  private volatile @Nullable Manifest loaded;

  LazyManifest(String name) {
    this.name = name;
  }

  Manifest get() {
    Manifest known = loaded;
    if (known == null) {
      try (InputStream json = GoldenImages.resource("golden/" + name + ".json")) {
        known = Json.MAPPER.readValue(json, Manifest.class);
      } catch (IOException problem) {
        throw new UncheckedIOException("manifest of " + name, problem);
      }
      loaded = known;
    }
    return known;
  }
}
