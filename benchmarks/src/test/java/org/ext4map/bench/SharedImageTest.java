package org.ext4map.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.ext4map.Ext4File;
import org.ext4map.Ext4Image;
import org.ext4map.OpenOptions;
import org.ext4map.check.CheckOptions;
import org.ext4map.check.Checker;
import org.ext4map.device.FileBlockDevice;
import org.ext4map.model.Extent;
import org.ext4map.model.Mapping;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What benchmarks/compare asks everybody about is a sound image, and its questions have answers.
 */
class SharedImageTest {
  private static final int COUNT = 1000;

  @TempDir Path scratch;

  @Test
  void imageExtentsAndQuestionsBelongTogether() throws IOException {
    Path image = scratch.resolve("shared.img");
    SharedImage.make(image, COUNT);
    List<Extent> extents = SharedImage.extents(image);
    SortedExtents plain = new SortedExtents(extents);
    assertThat(extents).hasSize(COUNT);
    try (Ext4Image opened = Ext4Image.open(image, OpenOptions.defaults())) {
      Ext4File file = opened.lookup(SharedImage.fileName(COUNT));
      assertThat(file.mergedExtents()).isEqualTo(extents);
      Mapping mapping = new Mapping();
      for (int query : SharedImage.queries(image)) {
        file.map(query, 1, mapping);
        if (mapping.pblk() != plain.branching(query)) {
          assertThat(mapping.pblk()).as("lblk " + query).isEqualTo(plain.branching(query));
        }
      }
    }
    List<String> findings = new ArrayList<>();
    try (FileBlockDevice device = FileBlockDevice.open(image)) {
      Checker.check(device, CheckOptions.defaults(), found -> findings.add(found.toString()));
    }
    assertThat(findings).isEmpty();
  }
}
