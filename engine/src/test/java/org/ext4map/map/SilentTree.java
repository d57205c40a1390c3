package org.ext4map.map;

import java.io.IOException;
import org.ext4map.model.Mapping;
import org.ext4map.tree.BlockTree;
import org.ext4map.tree.ExtentVisitor;
import org.ext4map.tree.LeafSink;
import org.ext4map.tree.NodeVisitor;

/** A tree that offers no leaf, as an indirect map does where a whole level is missing. */
record SilentTree(BlockTree below, Runnable onFind) implements BlockTree {
  @Override
  public void find(long lblk, Mapping out, LeafSink sink) throws IOException {
    onFind.run();
    below.find(lblk, out, LeafSink.NONE);
  }

  @Override
  public void forEach(long fromLblk, ExtentVisitor visitor) throws IOException {
    below.forEach(fromLblk, visitor);
  }

  @Override
  public int depth() throws IOException {
    return below.depth();
  }

  @Override
  public void forEachNode(NodeVisitor visitor) throws IOException {
    below.forEachNode(visitor);
  }
}
