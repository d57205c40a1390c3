package org.ext4map.inspect;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.LongStream;
import org.ext4map.Ext4File;
import org.ext4map.Ext4Image;
import org.ext4map.inspect.BlockRole.Contents;
import org.ext4map.inspect.BlockRole.Fixed;
import org.ext4map.inspect.BlockRole.Purpose;
import org.ext4map.inspect.BlockRole.Structure;
import org.ext4map.inspect.Explanation.Allocation;
import org.ext4map.inspect.Explanation.FilePlace;
import org.ext4map.inspect.Explanation.LoggedCopy;
import org.ext4map.inspect.Explanation.Slot;
import org.ext4map.inspect.Explanation.Use;
import org.ext4map.journal.JournalReader;
import org.ext4map.model.Ext4Exception;
import org.ext4map.model.Extent;
import org.ext4map.model.Mapping;
import org.ext4map.ondisk.Geometry;
import org.ext4map.ondisk.InodeRecord;

/**
 * Tells everything about one block: what it is for, whose, where the log has newer copies, what a
 * read answers. What debugfs says with icheck, ncheck, testb, bmap and logdump, and why.
 */
public final class BlockExplainer {
  private static final int MOST_IN_LOG = 64;

  private final Ext4Image image;
  private final Geometry geometry;
  private final Progress progress;

  private BlockExplainer(Ext4Image image, Progress progress) {
    this.image = image;
    this.geometry = image.geometry();
    this.progress = progress;
  }

  /**
   * Explains block {@code pblk} of the file system. Time: a walk through all inodes, and one
   * through all directories if it belongs to somebody.
   *
   * @throws IllegalArgumentException if there is no such block
   */
  public static Explanation ofBlock(Ext4Image image, long pblk, Progress progress)
      throws IOException {
    if (pblk < 0 || pblk >= image.geometry().blocksCount()) {
      throw new IllegalArgumentException(
          "block " + pblk + ", allowed 0 … " + (image.geometry().blocksCount() - 1));
    }
    return new BlockExplainer(image, progress).block(pblk, Optional.empty());
  }

  /**
   * Explains block {@code lblk} of an inode's contents, and the block that it is mapped to.
   *
   * @throws IllegalArgumentException if {@code lblk} is not in 0 … 2^32−2
   * @throws java.nio.file.NoSuchFileException if there is no such inode
   */
  public static Explanation ofFile(Ext4Image image, long ino, long lblk, Progress progress)
      throws IOException {
    return new BlockExplainer(image, progress).file(image.inode(ino), lblk);
  }

  private Explanation file(Ext4File file, long lblk) throws IOException {
    Optional<Extent> mapping = Optional.empty();
    if (file.isMapped()) {
      Mapping answer = new Mapping();
      file.map(lblk, Integer.MAX_VALUE, answer);
      mapping = Optional.of(runAround(file, lblk, answer.toExtent()));
    }
    List<FilePath> paths =
        NameFinder.find(image, Set.of(file.ino()), progress).getOrDefault(file.ino(), List.of());
    ReadAnswer read =
        file.isInline()
            ? ReadAnswer.INLINE
            : mapping.map(run -> read(file, lblk, run)).orElse(ReadAnswer.METADATA);
    FilePlace place =
        new FilePlace(file.ino(), lblk, file.type(), file.size(), paths, mapping, read);
    if (mapping.isPresent() && mapping.get().state().isMapped()) {
      Extent run = mapping.get();
      return block(run.pblk() + lblk - run.lblk(), Optional.of(place));
    }
    return new Explanation(
        OptionalLong.empty(),
        Optional.of(place),
        OptionalLong.empty(),
        Allocation.NO_BIT,
        false,
        OptionalLong.empty(),
        true,
        List.of(),
        List.of(),
        List.of(),
        new Unread());
  }

  /** The entry that answers for {@code lblk} from its beginning; a hole from {@code lblk} on. */
  private static Extent runAround(Ext4File file, long lblk, Extent answer) throws IOException {
    Extent[] found = {answer};
    if (answer.state().isMapped()) {
      file.forEachExtent(
          run -> {
            if (run.lblk() <= lblk && run.end() > lblk) {
              found[0] = run;
            }
            return run.end() <= lblk;
          });
    }
    return found[0];
  }

  private ReadAnswer read(Ext4File file, long lblk, Extent run) {
    long start = lblk * geometry.blockSize();
    if (file.record().hasFlag(InodeRecord.ENCRYPT_FL) && run.state().isMapped()) {
      return ReadAnswer.ENCRYPTED;
    }
    if (start >= file.size()) {
      return ReadAnswer.BEHIND_END;
    }
    return switch (run.state()) {
      case UNWRITTEN -> ReadAnswer.ZEROS_UNWRITTEN;
      case WRITTEN ->
          file.size() - start < geometry.blockSize()
              ? ReadAnswer.STORED_UP_TO_END
              : ReadAnswer.STORED;
      default -> ReadAnswer.ZEROS_HOLE;
    };
  }

  private Explanation block(long pblk, Optional<FilePlace> place) throws IOException {
    long[] cluster = clusterOf(pblk);
    RoleFinder.Found found = RoleFinder.find(image, cluster, progress);
    Unread unread = found.unread();
    ByteBuffer bytes = Blocks.read(image, pblk);
    List<LoggedCopy> copies = new ArrayList<>();
    List<Integer> revokes = new ArrayList<>();
    Optional<LogView> log = Optional.empty();
    try {
      log = LogView.open(image);
      if (log.isPresent()) {
        searchLog(log.get(), pblk, copies, revokes);
      }
    } catch (Ext4Exception broken) {
      unread.add(String.valueOf(broken.getMessage()));
    }
    List<BlockRole> roles = found.roles().get(Arrays.binarySearch(cluster, pblk));
    List<Use> uses = uses(pblk, bytes, roles, log, unread);
    OptionalLong group =
        pblk < geometry.firstDataBlock()
            ? OptionalLong.empty()
            : OptionalLong.of(geometry.groupOf(pblk));
    return new Explanation(
        OptionalLong.of(pblk),
        place,
        group,
        allocation(pblk, group),
        roles.isEmpty() && found.roles().stream().anyMatch(others -> !others.isEmpty()),
        bitmapBlock(group),
        Blocks.isZero(bytes),
        uses,
        copies,
        revokes,
        unread);
  }

  /** The blocks that share their bit with {@code pblk}, itself among them. */
  private long[] clusterOf(long pblk) {
    long ratio = geometry.clusterRatio();
    long first = pblk < geometry.firstDataBlock() ? pblk : pblk - pblk % ratio;
    return LongStream.range(first, Math.min(first + ratio, geometry.blocksCount())).toArray();
  }

  private Allocation allocation(long pblk, OptionalLong group) throws IOException {
    if (group.isEmpty()) {
      return Allocation.NO_BIT;
    }
    try {
      return SpaceBits.read(image, group.getAsLong()).isBlockUsed(pblk)
          ? Allocation.IN_USE
          : Allocation.FREE;
    } catch (Ext4Exception broken) {
      return Allocation.UNKNOWN;
    }
  }

  private OptionalLong bitmapBlock(OptionalLong group) throws IOException {
    try {
      return group.isEmpty()
          ? group
          : OptionalLong.of(image.group(group.getAsLong()).blockBitmap());
    } catch (Ext4Exception broken) {
      return OptionalLong.empty();
    }
  }

  private static void searchLog(
      LogView log, long pblk, List<LoggedCopy> copies, List<Integer> revokes) throws IOException {
    Deque<LoggedCopy> lastCopies = new ArrayDeque<>();
    Deque<Integer> lastRevokes = new ArrayDeque<>();
    JournalReader reader = log.reader();
    reader.walk(
        new JournalReader.Visitor() {
          @Override
          public void copy(JournalReader.Copy copy) {
            if (copy.target() == pblk) {
              long at = reader.pblk(copy.logBlock());
              keep(
                  lastCopies, new LoggedCopy(copy.sequence(), copy.logBlock(), at, log.fate(copy)));
            }
          }

          @Override
          public void revoke(int sequence, long logBlock, long target) {
            if (target == pblk) {
              keep(lastRevokes, sequence);
            }
          }
        });
    copies.addAll(lastCopies);
    revokes.addAll(lastRevokes);
  }

  private static <T> void keep(Deque<T> last, T next) {
    if (last.size() == MOST_IN_LOG) {
      last.removeFirst();
    }
    last.addLast(next);
  }

  private List<Use> uses(
      long pblk, ByteBuffer bytes, List<BlockRole> roles, Optional<LogView> log, Unread unread)
      throws IOException {
    StructureReader structures = new StructureReader(image, pblk, bytes);
    Set<Long> inos = new HashSet<>();
    for (BlockRole role : roles) {
      role.inode().ifPresent(inos::add);
      slots(structures, role, Map.of()).forEach(slot -> inos.add(slot.ino()));
    }
    Map<Long, List<FilePath>> names =
        inos.isEmpty() ? Map.of() : NameFinder.find(image, inos, progress);
    List<Use> uses = new ArrayList<>();
    for (BlockRole role : roles) {
      unread.during(
          () -> {
            StructureReader.Reading reading =
                role instanceof Contents contents
                        && contents.purpose() == Purpose.JOURNAL
                        && log.isPresent()
                    ? LogBlockReader.read(log.get(), contents.lblk(), bytes)
                    : structures.read(role);
            OptionalLong ino = role.inode();
            List<FilePath> paths =
                ino.isPresent() ? names.getOrDefault(ino.getAsLong(), List.of()) : List.of();
            List<Slot> slots = slots(structures, role, names);
            uses.add(new Use(role, paths, reading.detail(), reading.checksum(), read(role), slots));
          });
    }
    return uses;
  }

  private ReadAnswer read(BlockRole role) throws IOException {
    if (role instanceof Contents contents
        && (contents.purpose() == Purpose.FILE || contents.purpose() == Purpose.SYMLINK)) {
      return read(image.inode(contents.ino()), contents.lblk(), contents.extent());
    }
    return role instanceof Fixed fixed
            && (fixed.structure() == Structure.BOOT_BLOCK
                || fixed.structure() == Structure.RESERVED_DESCRIPTORS)
        ? ReadAnswer.NOBODY
        : ReadAnswer.METADATA;
  }

  /** The inodes in use of an inode table's block. */
  private static List<Slot> slots(
      StructureReader structures, BlockRole role, Map<Long, List<FilePath>> names) {
    if (!(role instanceof Fixed fixed) || fixed.structure() != Structure.INODE_TABLE) {
      return List.of();
    }
    List<Slot> slots = new ArrayList<>();
    for (long ino = fixed.first(); ino <= fixed.last(); ino++) {
      InodeRecord slot = structures.slot(fixed, ino);
      if (slot.linksCount() > 0) {
        slots.add(
            new Slot(
                ino,
                slot.type(),
                names.getOrDefault(ino, List.of()),
                structures.isIntact(ino, slot)));
      }
    }
    return slots;
  }
}
