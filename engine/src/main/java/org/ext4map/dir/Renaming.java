package org.ext4map.dir;

import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import org.ext4map.inode.Inode;
import org.ext4map.inode.InodeLife;
import org.ext4map.inode.Volume;
import org.ext4map.inode.WriteContext;
import org.ext4map.journal.JournalHandle;
import org.ext4map.model.CorruptionException;
import org.ext4map.ondisk.FileType;
import org.ext4map.ondisk.InodeRecord;
import org.jspecify.annotations.Nullable;

/**
 * One rename: ext4_rename (Linux fs/ext4/namei.c).
 *
 * <pre>
 *   new name is added, or points to the inode from now on      what can fail for lack of space
 *   old name goes, ".." of a directory follows it              all or the journal aborts
 *   links: victim loses one, old and new directory as they must
 * </pre>
 */
final class Renaming {
  private final Volume volume;
  private final WriteContext context;
  private final PathResolver paths;
  private final InodeLife life;
  private final String fromPath;
  private final String toPath;

  private NamePlace from;
  private NamePlace to;

  Renaming(Volume volume, String fromPath, String toPath) throws IOException {
    this.volume = volume;
    this.context = volume.writeContext();
    this.paths = new PathResolver(volume);
    this.life = new InodeLife(volume);
    this.fromPath = fromPath;
    this.toPath = toPath;
    this.from = paths.placeOf(fromPath);
    this.to = paths.placeOf(toPath);
  }

  /**
   * Gives what {@code fromPath} names the name {@code toPath}: rename(2). What had that name before
   * loses it, in the same moment. If both name the same inode, nothing happens.
   *
   * @throws NoSuchFileException if there is nothing at {@code fromPath}
   * @throws DirectoryNotEmptyException if there are names in the directory that would be replaced
   * @throws NotDirectoryException if a directory would replace something else, or a path of
   *     something else ends with a slash
   * @throws FileSystemException if something else would replace a directory, or a directory would
   *     come to stand below itself
   * @throws org.ext4map.model.NoSpaceException if the new directory has to grow and cannot
   */
  void run() throws IOException {
    boolean done = replace(from.directory() != to.directory());
    if (!done) {
      replace(true);
    }
  }

  /**
   * Does it.
   *
   * @param alone whether other threads must not wait for a directory while they hold one
   * @return false, and nothing has happened, if this one would, and others may
   */
  private boolean replace(boolean alone) throws IOException {
    Inode replaced;
    try (LockedInodes locks = new LockedInodes(volume)) {
      if (alone) {
        locks.alone();
        from = paths.placeOf(fromPath);
        to = paths.placeOf(toPath);
      }
      locks.lock(from.directory());
      if (from.directory() != to.directory()) {
        locks.lock(to.directory());
      }
      requireNames();
      Inode moved =
          paths
              .child(from.directory(), from.name())
              .orElseThrow(() -> new NoSuchFileException(fromPath));
      Inode victim = paths.child(to.directory(), to.name()).orElse(null);
      if (!alone && (isDirectory(moved) || (victim != null && isDirectory(victim)))) {
        return false;
      }
      replaced = replace(moved, victim, locks);
    }
    if (replaced != null) {
      life.reap(replaced);
    }
    return true;
  }

  /** Answers who lost its name to the other. */
  private @Nullable Inode replace(Inode moved, @Nullable Inode victim, LockedInodes locks)
      throws IOException {
    requireSlashes(moved);
    requireTree(moved, victim);
    if (moved == victim) {
      return null;
    }
    requireAllowed(moved, victim);
    lockChildren(locks, moved, victim);
    requireSound(moved, victim);
    context.retryingForSpace(() -> replaceOnce(moved, victim));
    return victim;
  }

  private void requireNames() throws IOException {
    NameRules.requireName(from);
    NameRules.requireName(to);
    NameRules.requireChangeable(volume, from);
    NameRules.requireChangeable(volume, to);
  }

  private static boolean isDirectory(Inode inode) {
    return inode.type() == FileType.DIRECTORY;
  }

  private void requireSlashes(Inode moved) throws NotDirectoryException {
    if (!isDirectory(moved) && from.mustBeDirectory()) {
      throw new NotDirectoryException(fromPath);
    }
    if (!isDirectory(moved) && to.mustBeDirectory()) {
      throw new NotDirectoryException(toPath);
    }
  }

  /** A directory comes to stand neither below itself nor in place of one that it stands in. */
  private void requireTree(Inode moved, @Nullable Inode victim) throws IOException {
    if (to.isBelow(moved)) {
      throw new FileSystemException(fromPath, toPath, "a directory cannot move below itself");
    }
    if (victim != null && from.isBelow(victim)) {
      throw new DirectoryNotEmptyException(toPath);
    }
    if (from.isBelow(moved) || (victim != null && to.isBelow(victim))) {
      throw CorruptionException.of(
          "directory entry",
          "inode",
          moved.ino(),
          "none above",
          "dir ino=" + from.directory().ino());
    }
  }

  private static void lockChildren(LockedInodes locks, Inode moved, @Nullable Inode victim) {
    if (victim == null) {
      locks.lock(moved);
    } else {
      locks.lockBoth(moved, victim);
    }
  }

  private void requireAllowed(Inode moved, @Nullable Inode victim) throws IOException {
    NameRules.requireRemovable(volume, from, moved);
    if (victim == null) {
      return;
    }
    NameRules.requireRemovable(volume, to, victim);
    if (isDirectory(moved) && !isDirectory(victim)) {
      throw new NotDirectoryException(toPath);
    }
    if (!isDirectory(moved) && isDirectory(victim)) {
      throw new FileSystemException(
          fromPath, toPath, "is a directory, which a file cannot replace");
    }
  }

  /** What needs the locks of both. */
  private void requireSound(Inode moved, @Nullable Inode victim) throws IOException {
    if (victim != null) {
      if (isDirectory(moved)) {
        NameOperations.requireEmptyDirectory(volume, to, victim);
      }
      NameRules.requireDeletable(volume, victim);
    }
    if (isDirectory(moved)) {
      NameOperations.requireParent(volume, moved, from.directory());
    }
    if (changesParent(moved) && victim == null) {
      LinkCounts.requireRoom(volume.geometry(), to.directory(), toPath);
    }
  }

  private boolean changesParent(Inode moved) {
    return isDirectory(moved) && from.directory() != to.directory();
  }

  private void replaceOnce(Inode moved, @Nullable Inode victim) throws IOException {
    Inode old = from.directory();
    Inode fresh = to.directory();
    int credits =
        4
            + 3 * DirectoryEditor.credits()
            + JournalledBlocks.creditsForAppends(fresh)
            + InodeLife.creditsForLinks();
    try (JournalHandle handle = context.start(credits)) {
      old.prepareUpdate(handle);
      fresh.prepareUpdate(handle);
      moved.prepareUpdate(handle);
      requireReadable(handle, moved);
      if (victim == null) {
        editor(handle, fresh).insert(to.name(), moved.ino(), moved.type());
      } else {
        victim.prepareUpdate(handle);
        editor(handle, fresh).replace(to.name(), moved.ino(), moved.type());
      }
      context.orAbort(() -> finish(handle, moved, victim));
    }
  }

  /** What {@link #finish} will change is read and found sound before the first change. */
  private void requireReadable(JournalHandle handle, Inode moved) throws IOException {
    boolean there = editor(handle, from.directory()).find(from.name()).isPresent();
    if (there && changesParent(moved)) {
      there = editor(handle, moved).find(DirectoryEditor.DOT_DOT).isPresent();
    }
    if (!there) {
      throw CorruptionException.ofText(
          "directory", "entry", "not found again", from.name().toString(), "ino=" + moved.ino());
    }
  }

  private void finish(JournalHandle handle, Inode moved, @Nullable Inode victim)
      throws IOException {
    editor(handle, from.directory()).remove(from.name());
    if (changesParent(moved)) {
      editor(handle, moved)
          .replace(DirectoryEditor.DOT_DOT, to.directory().ino(), FileType.DIRECTORY);
    }
    moved.update(handle, record -> record.setCtime(context.now()));
    boolean isDirectory = moved.type() == FileType.DIRECTORY;
    if (victim != null) {
      life.setLinks(handle, victim, isDirectory ? 0 : victim.record().linksCount() - 1);
    }
    // a directory leaves the one, and one that is replaced leaves the other
    boolean oldLoses = isDirectory && (victim != null || changesParent(moved));
    boolean freshGains = changesParent(moved) && victim == null;
    from.directory().update(handle, record -> note(record, oldLoses, false));
    if (from.directory() != to.directory()) {
      to.directory().update(handle, record -> note(record, false, freshGains));
    }
  }

  private void note(InodeRecord directory, boolean loses, boolean gains) {
    if (loses) {
      directory.setLinksCount(LinkCounts.decreasedDirectory(directory));
    }
    if (gains) {
      directory.setLinksCount(LinkCounts.increased(volume.geometry(), directory));
    }
    directory.setMtime(context.now());
    directory.setCtime(context.now());
  }

  private DirectoryEditor editor(JournalHandle handle, Inode directory) throws IOException {
    return new DirectoryEditor(new JournalledBlocks(volume, directory, handle));
  }
}
