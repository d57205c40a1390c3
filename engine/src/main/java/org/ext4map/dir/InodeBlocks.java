package org.ext4map.dir;

import java.io.IOException;
import org.ext4map.buffer.MetaBlock;
import org.ext4map.inode.Inode;
import org.ext4map.inode.Volume;
import org.ext4map.model.CorruptionException;
import org.ext4map.model.ExtentState;
import org.ext4map.model.Mapping;
import org.ext4map.ondisk.Geometry;
import org.ext4map.ondisk.Superblock;

/** The blocks of a directory as its inode maps them. */
class InodeBlocks implements DirectoryBlocks {
  private final Volume volume;
  private final Inode inode;

  InodeBlocks(Volume volume, Inode inode) {
    this.volume = volume;
    this.inode = inode;
  }

  @Override
  public Geometry geometry() {
    return volume.geometry();
  }

  @Override
  public Superblock superblock() {
    return volume.superblock();
  }

  @Override
  public long ino() {
    return inode.ino();
  }

  @Override
  public int generation() {
    return inode.generation();
  }

  @Override
  public int flags() {
    return inode.record().flags();
  }

  @Override
  public long count() {
    return inode.size() / geometry().blockSize();
  }

  @Override
  public MetaBlock read(long lblk) throws IOException {
    Mapping mapping = new Mapping();
    inode.map(lblk, 1, mapping);
    if (mapping.state() != ExtentState.WRITTEN) {
      throw CorruptionException.ofText(
          "directory",
          "mapping",
          mapping.toString(),
          "written blocks, no holes",
          "ino=" + ino() + " dir_lblk=" + lblk);
    }
    return volume.buffers().read(mapping.pblk());
  }
}
