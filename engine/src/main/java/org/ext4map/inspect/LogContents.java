package org.ext4map.inspect;

import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import org.ext4map.Ext4Image;
import org.ext4map.journal.JournalReader;

/**
 * A log with the meaning of what it holds: debugfs logdump, and what each copied block is for.
 * Roles and names are those of the view that the image is opened with.
 */
public final class LogContents {
  /** Inodes whose names are looked for. */
  private static final int MOST_NAMED = 4096;

  private final LogView log;
  private final Map<Long, BlockRole> roles;
  private final Map<Long, List<FilePath>> paths;
  private final Unread unread;

  private LogContents(
      LogView log, Map<Long, BlockRole> roles, Map<Long, List<FilePath>> paths, Unread unread) {
    this.log = log;
    this.roles = roles;
    this.paths = paths;
    this.unread = unread;
  }

  /** One thing in the log. */
  public sealed interface Entry {}

  /**
   * A block of the log's own.
   *
   * @param block what it says
   * @param committed true if its transaction counts
   */
  public record Own(JournalReader.LogBlock block, boolean committed) implements Entry {}

  /**
   * A copy of a block.
   *
   * @param copy what the log says of it
   * @param fate what recovery does with it
   * @param role what the block is for; empty if nobody uses it
   * @param paths names of the inode that the role belongs to
   */
  public record Copied(
      JournalReader.Copy copy, LogView.Fate fate, Optional<BlockRole> role, List<FilePath> paths)
      implements Entry {
    /** Keeps its own list. */
    public Copied {
      paths = List.copyOf(paths);
    }
  }

  /**
   * A block that was freed: no copy of it from this or an older transaction counts.
   *
   * @param sequence of the transaction
   * @param logBlock where the record stands
   * @param target the block
   */
  public record Revoked(int sequence, long logBlock, long target) implements Entry {}

  /**
   * Where the log could not be followed any further.
   *
   * @param logBlock the first that does not belong
   */
  public record End(long logBlock) implements Entry {}

  /** Is shown entries in the order of the log. */
  @FunctionalInterface
  public interface Visitor {
    /** One entry. */
    void visit(Entry entry) throws IOException;
  }

  /**
   * Finds out what the copied blocks of {@code log} are for. Memory: a few words for each of them;
   * time: one search through the image, none if the log is empty.
   */
  public static LogContents of(Ext4Image image, LogView log, Progress progress) throws IOException {
    Set<Long> targets = new TreeSet<>();
    log.reader()
        .walk(
            new JournalReader.Visitor() {
              @Override
              public void copy(JournalReader.Copy copy) {
                targets.add(copy.target());
              }
            });
    if (targets.isEmpty()) {
      return new LogContents(log, Map.of(), Map.of(), new Unread());
    }
    long[] blocks = targets.stream().mapToLong(Long::longValue).toArray();
    RoleFinder.Found found = RoleFinder.find(image, blocks, progress);
    Map<Long, BlockRole> roles = new HashMap<>();
    Set<Long> inos = new HashSet<>();
    for (int i = 0; i < blocks.length; i++) {
      if (!found.roles().get(i).isEmpty()) {
        BlockRole role = found.roles().get(i).get(0);
        roles.put(blocks[i], role);
        OptionalLong ino = role.inode();
        if (ino.isPresent() && inos.size() < MOST_NAMED) {
          inos.add(ino.getAsLong());
        }
      }
    }
    Map<Long, List<FilePath>> paths =
        inos.isEmpty() ? Map.of() : NameFinder.find(image, inos, progress);
    return new LogContents(log, roles, paths, found.unread());
  }

  /** The log. */
  public LogView log() {
    return log;
  }

  /** What might own a copied block and could not be read. */
  public Unread unread() {
    return unread;
  }

  /** Shows all entries, the end last; nothing if the log is empty. */
  public void visit(Visitor visitor) throws IOException {
    long end =
        log.reader()
            .walk(
                new JournalReader.Visitor() {
                  @Override
                  public void own(JournalReader.LogBlock block) throws IOException {
                    visitor.visit(new Own(block, log.isCommitted(block.sequence())));
                  }

                  @Override
                  public void copy(JournalReader.Copy copy) throws IOException {
                    visitor.visit(copied(copy));
                  }

                  @Override
                  public void revoke(int sequence, long logBlock, long target) throws IOException {
                    visitor.visit(new Revoked(sequence, logBlock, target));
                  }
                });
    if (log.reader().start() != 0) {
      visitor.visit(new End(end));
    }
  }

  private Copied copied(JournalReader.Copy copy) {
    Optional<BlockRole> role = Optional.ofNullable(roles.get(copy.target()));
    List<FilePath> names =
        role.map(BlockRole::inode)
            .filter(OptionalLong::isPresent)
            .map(ino -> paths.getOrDefault(ino.getAsLong(), List.of()))
            .orElse(List.of());
    return new Copied(copy, log.fate(copy), role, names);
  }
}
