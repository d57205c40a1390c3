package org.ext4map.dir;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.ext4map.buffer.BufferCache;
import org.ext4map.buffer.MetaBlock;
import org.ext4map.device.MemoryBlockDevice;
import org.ext4map.model.CorruptionException;
import org.ext4map.model.FileName;
import org.ext4map.model.NoSpaceException;
import org.ext4map.ondisk.DirEntry;
import org.ext4map.ondisk.Geometry;
import org.ext4map.ondisk.HashTreeNode;
import org.ext4map.ondisk.InodeRecord;
import org.ext4map.ondisk.Superblock;

/**
 * A directory in memory that is strict with its editor: blocks change only between their
 * announcement and the word that they have changed, and there may be no more of them than {@link
 * #limit}.
 */
final class MemoryDirectory implements EditableBlocks {
  static final long PARENT = 2;

  private final Superblock superblock;
  private final Geometry geometry;
  private final BufferCache cache;
  private final long ino;
  private final int generation;
  private final List<MetaBlock> blocks = new ArrayList<>();
  private final Map<Long, ByteBuffer> known = new TreeMap<>();
  private final Set<Long> announced = new HashSet<>();
  private int flags;
  int limit = Integer.MAX_VALUE;

  MemoryDirectory(Superblock superblock, long ino, int generation) throws CorruptionException {
    this.superblock = superblock;
    this.geometry = new Geometry(superblock);
    this.ino = ino;
    this.generation = generation;
    int size = geometry.blockSize();
    this.cache = new BufferCache(new MemoryBlockDevice(1L << 40), size, 1L << 24, 1 << 16);
  }

  /** With . and .. in its first block. */
  static MemoryDirectory initialised(Superblock superblock) throws IOException {
    MemoryDirectory directory = new MemoryDirectory(superblock, 12, 7);
    new DirectoryEditor(directory).initialise(PARENT);
    directory.settle();
    return directory;
  }

  @Override
  public Geometry geometry() {
    return geometry;
  }

  @Override
  public Superblock superblock() {
    return superblock;
  }

  @Override
  public long ino() {
    return ino;
  }

  @Override
  public int generation() {
    return generation;
  }

  @Override
  public int flags() {
    return flags;
  }

  @Override
  public long count() {
    return blocks.size();
  }

  @Override
  public MetaBlock read(long lblk) {
    return blocks.get((int) lblk);
  }

  @Override
  public void willChange(MetaBlock block) {
    announced.add(block.pblk());
  }

  @Override
  public void changed(MetaBlock block) {
    assertThat(announced).as("changed without announcement").contains(block.pblk());
    known.put(block.pblk(), copyOf(block));
  }

  private static ByteBuffer copyOf(MetaBlock block) {
    return ByteBuffer.wrap(block.bytes().array().clone());
  }

  @Override
  public List<MetaBlock> append(int number) throws IOException {
    if (blocks.size() + number > limit) {
      throw new NoSpaceException("limit " + limit);
    }
    List<MetaBlock> fresh = new ArrayList<>();
    for (int i = 0; i < number; i++) {
      MetaBlock block = cache.blank(blocks.size());
      willChange(block);
      blocks.add(block);
      fresh.add(block);
    }
    return fresh;
  }

  @Override
  public void setFlags(int newFlags) {
    this.flags = newFlags;
  }

  boolean isHashed() {
    return hasFlag(InodeRecord.INDEX_FL);
  }

  /** Levels of index blocks; 0 in a linear directory. */
  int indexLevels() {
    return isHashed()
        ? 1 + new HashTreeNode(geometry, blocks.get(0).bytes(), true).indirectLevels()
        : 0;
  }

  /** Ends the handle: nothing has changed without saying so. */
  void settle() {
    for (MetaBlock block : announced.stream().map(pblk -> blocks.get(pblk.intValue())).toList()) {
      assertThat(block.bytes().array())
          .as("block %d changed behind our back, or never filled", block.pblk())
          .isEqualTo(known.getOrDefault(block.pblk(), ByteBuffer.allocate(0)).array());
    }
    announced.clear();
  }

  /** The bytes of all blocks, one after the other. */
  byte[] contents() {
    ByteBuffer all = ByteBuffer.allocate(blocks.size() * geometry.blockSize());
    blocks.forEach(block -> all.put(block.bytes().array()));
    return all.array();
  }

  byte[] block(int lblk) {
    return blocks.get(lblk).bytes().array();
  }

  /** Another reader of the same bytes, who has verified nothing yet. */
  MemoryDirectory reloaded() throws IOException {
    MemoryDirectory copy = new MemoryDirectory(superblock, ino, generation);
    for (MetaBlock block : blocks) {
      copy.append(1).get(0).bytes().put(0, block.bytes().array());
    }
    copy.flags = flags;
    return copy;
  }

  /** The inode that a name points to, found by reading all names. */
  long inodeOf(String name) throws IOException {
    return Objects.requireNonNull(list().get(FileName.of(name)), name).ino();
  }

  /** All names, read one block after the other. */
  Map<FileName, DirEntry> list() throws IOException {
    Map<FileName, DirEntry> found = new TreeMap<>();
    new BlockDirectory(this)
        .forEach(
            entry -> {
              assertThat(found.put(entry.name(), entry)).as("%s twice", entry.name()).isNull();
              return true;
            });
    return found;
  }
}
