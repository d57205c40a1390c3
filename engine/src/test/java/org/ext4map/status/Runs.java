package org.ext4map.status;

import java.util.List;
import java.util.stream.Stream;
import org.ext4map.model.Extent;
import org.ext4map.model.ExtentState;

/** A leaf's runs, in the project's notation. */
record Runs(List<Extent> extents) implements KnownRuns {
  static Runs of(String text) {
    return new Runs(
        text.isEmpty() ? List.of() : Stream.of(text.split(" ")).map(Extent::parse).toList());
  }

  @Override
  public int count() {
    return extents.size();
  }

  @Override
  public long lblk(int i) {
    return extents.get(i).lblk();
  }

  @Override
  public long length(int i) {
    return extents.get(i).length();
  }

  @Override
  public long pblk(int i) {
    return extents.get(i).pblk();
  }

  @Override
  public ExtentState state(int i) {
    return extents.get(i).state();
  }
}
