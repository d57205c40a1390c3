package org.ext4map.dir;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.Arrays;
import org.ext4map.inode.Inode;
import org.ext4map.inode.InodeLife;
import org.ext4map.inode.NewInode;
import org.ext4map.inode.Volume;
import org.ext4map.inode.WriteContext;
import org.ext4map.journal.JournalHandle;
import org.ext4map.model.CorruptionException;
import org.ext4map.model.NoSpaceException;
import org.ext4map.ondisk.DirEntry;
import org.ext4map.ondisk.FileType;
import org.ext4map.ondisk.InodeRecord;
import org.jspecify.annotations.Nullable;

/**
 * Names that come and go: ext4_create, _mkdir, _symlink, _link, _unlink, _rmdir (Linux
 * fs/ext4/namei.c); for ext4_rename see {@link Renaming}.
 *
 * <p>Shape: each call is one transaction, which happens whole or not at all; what an inode held is
 * given back afterwards, in transactions of its own, and by the next opening if a crash comes
 * between. Paths are absolute; symbolic links in the middle are followed, the last name is meant
 * itself. Threads: any; inode locks and then handles are taken here, see the package.
 *
 * <p>Errors, beside those that each method names: {@link NoSuchFileException} and {@link
 * NotDirectoryException} for what stands before the last name, {@link
 * java.nio.file.AccessDeniedException} for what is immutable or append-only, {@link
 * org.ext4map.model.UnsupportedFeatureException} for directories that cannot be changed, {@link
 * CorruptionException} for damaged ones; nothing has changed then. Any other {@link IOException} is
 * a failure of device or journal.
 */
public final class NameOperations {
  private static final int PERMISSIONS = 07777;
  private static final int SET_GID = 02000;
  private static final int ALL_MAY_ALL = 0777;
  private static final long SUPER_USER = 0;

  /** PATH_MAX, with the 0 that Linux stores behind a target. */
  private static final int MAX_TARGET_BYTES = 4095;

  private final Volume volume;
  private final WriteContext context;
  private final PathResolver paths;
  private final InodeLife life;

  /** For a volume that is open for writing. */
  public NameOperations(Volume volume) {
    this.volume = volume;
    this.context = volume.writeContext();
    this.paths = new PathResolver(volume);
    this.life = new InodeLife(volume);
  }

  // ---- new inodes ------------------------------------------------------------------------------

  /** What is done to a new inode before it gets its name. */
  @FunctionalInterface
  private interface Filling {
    void fill(JournalHandle handle, Inode inode) throws IOException;
  }

  /**
   * A new regular file, empty, of owner 0.
   *
   * @param permissions the lower 12 bits of i_mode
   * @throws FileAlreadyExistsException if the name is there
   * @throws NoSpaceException if there is no inode or no block left
   */
  public Inode create(String path, int permissions) throws IOException {
    NamePlace place = paths.placeOf(path);
    if (place.mustBeDirectory()) {
      throw new FileSystemException(path, null, "a file's path does not end with /");
    }
    return make(place, FileType.REGULAR, permissions, null, (handle, inode) -> {});
  }

  /** A new directory; otherwise as {@link #create}. */
  public Inode mkdir(String path, int permissions) throws IOException {
    NamePlace place = paths.placeOf(path);
    return make(
        place,
        FileType.DIRECTORY,
        permissions,
        null,
        (handle, inode) -> {
          JournalledBlocks blocks = new JournalledBlocks(volume, inode, handle);
          new DirectoryEditor(blocks).initialise(place.directory().ino());
          inode.update(handle, record -> record.setLinksCount(LinkCounts.OF_EMPTY_DIRECTORY));
        });
  }

  /**
   * A new symbolic link: its target stands in the inode if it is shorter than 60 bytes, else in a
   * block.
   *
   * @param target 1 … 4095 bytes of UTF-8, below the block size; not looked at
   * @throws FileSystemException also if the target is empty or too long
   */
  public Inode symlink(String target, String path) throws IOException {
    NamePlace place = paths.placeOf(path);
    byte[] bytes = target.getBytes(StandardCharsets.UTF_8);
    int most = Math.min(MAX_TARGET_BYTES, volume.geometry().blockSize() - 1);
    if (bytes.length < 1 || bytes.length > most) {
      throw new FileSystemException(
          path, null, "target of " + bytes.length + " bytes, allowed 1 … " + most);
    }
    if (target.indexOf(0) >= 0) {
      throw new IllegalArgumentException("a target with a 0 in it");
    }
    if (place.mustBeDirectory()) {
      throw new FileSystemException(path, null, "a link's path does not end with /");
    }
    boolean fast = bytes.length < InodeRecord.I_BLOCK_BYTES;
    return make(
        place,
        FileType.SYMLINK,
        ALL_MAY_ALL,
        fast ? Arrays.copyOf(bytes, InodeRecord.I_BLOCK_BYTES) : null,
        (handle, inode) -> {
          JournalledBlocks blocks = new JournalledBlocks(volume, inode, handle);
          if (!fast) {
            var block = blocks.append(1).get(0);
            block.bytes().put(0, bytes);
            blocks.changed(block);
          }
          blocks.setSize(bytes.length);
        });
  }

  private Inode make(
      NamePlace place, FileType type, int permissions, byte @Nullable [] iBlock, Filling filling)
      throws IOException {
    if ((permissions & ~PERMISSIONS) != 0) {
      throw new IllegalArgumentException(
          "permissions 0" + Integer.toOctalString(permissions) + ", allowed 0 … 07777");
    }
    Inode parent = place.directory();
    try (LockedInodes locks = new LockedInodes(volume)) {
      locks.lock(parent);
      requireNewName(place);
      if (type != FileType.SYMLINK) {
        NameRules.requireNoDefaultAcl(volume, parent);
      }
      if (type == FileType.DIRECTORY) {
        LinkCounts.requireRoom(volume.geometry(), parent, place.path());
      }
      NewInode wanted = wanted(place, type, permissions, iBlock);
      Inode[] made = new Inode[1];
      context.retryingForSpace(() -> made[0] = makeOnce(place, wanted, filling, locks));
      return made[0];
    }
  }

  /** ext4_new_inode: group and flags come from the directory. */
  private static NewInode wanted(
      NamePlace place, FileType type, int permissions, byte @Nullable [] iBlock) {
    InodeRecord parent = place.directory().record();
    boolean passesGroup = (parent.mode() & SET_GID) != 0;
    int mode = type.modeBits() | permissions;
    int flags = parent.flags() & InodeRecord.INHERITED_FL;
    if (type == FileType.DIRECTORY) {
      mode |= passesGroup ? SET_GID : 0;
    } else if (type == FileType.REGULAR) {
      flags &= ~InodeRecord.DIRECTORY_ONLY_FL;
    } else {
      flags &= InodeRecord.OTHER_FL;
    }
    long group = passesGroup ? parent.gid() : SUPER_USER;
    int spread = place.name().hashCode();
    return new NewInode(mode, SUPER_USER, group, flags, place.directory().ino(), spread, iBlock);
  }

  private Inode makeOnce(NamePlace place, NewInode wanted, Filling filling, LockedInodes locks)
      throws IOException {
    Inode parent = place.directory();
    int credits =
        InodeLife.creditsForCreate()
            + InodeLife.creditsForDiscard()
            + 1
            + 2 * DirectoryEditor.credits()
            + JournalledBlocks.creditsForFirst(parent)
            + JournalledBlocks.creditsForAppends(parent);
    try (JournalHandle handle = context.start(credits)) {
      parent.prepareUpdate(handle);
      Inode inode = life.create(handle, wanted);
      locks.takeOver(inode);
      try {
        filling.fill(handle, inode);
        editor(handle, parent).insert(place.name(), inode.ino(), inode.type());
      } catch (IOException e) {
        discard(handle, inode, e);
        throw e;
      } catch (RuntimeException | Error e) {
        context.journal().abort(e);
        throw e;
      }
      boolean isDirectory = inode.type() == FileType.DIRECTORY;
      context.orAbort(() -> parent.update(handle, record -> noteAddition(record, isDirectory)));
      return inode;
    }
  }

  private void noteAddition(InodeRecord parent, boolean ofDirectory) {
    if (ofDirectory) {
      parent.setLinksCount(LinkCounts.increased(volume.geometry(), parent));
    }
    stamp(parent);
  }

  private void stamp(InodeRecord directory) {
    directory.setMtime(context.now());
    directory.setCtime(context.now());
  }

  private void discard(JournalHandle handle, Inode inode, IOException cause) {
    try {
      life.discard(handle, inode);
    } catch (IOException worse) {
      cause.addSuppressed(worse);
    }
  }

  private DirectoryEditor editor(JournalHandle handle, Inode directory) throws IOException {
    return new DirectoryEditor(new JournalledBlocks(volume, directory, handle));
  }

  private void requireNewName(NamePlace place) throws IOException {
    NameRules.requireChangeable(volume, place);
    if (!place.isChangeable()
        || new Directory(volume, place.directory()).find(place.name()).isPresent()) {
      throw new FileAlreadyExistsException(place.path());
    }
  }

  // ---- more names ------------------------------------------------------------------------------

  /**
   * Another name for what {@code existing} names: a hard link.
   *
   * @throws FileAlreadyExistsException if {@code path} is there
   * @throws FileSystemException if it is a directory, or has 65000 names
   * @throws NoSpaceException if the directory has to grow and cannot
   */
  public Inode link(String existing, String path) throws IOException {
    Inode inode = paths.resolve(existing, false);
    NamePlace place = paths.placeOf(path);
    if (inode.type() == FileType.DIRECTORY) {
      throw new FileSystemException(existing, path, "a directory has one name only");
    }
    if (place.mustBeDirectory()) {
      throw new NotDirectoryException(path);
    }
    try (LockedInodes locks = new LockedInodes(volume)) {
      locks.lock(place.directory());
      locks.lock(inode);
      requireNewName(place);
      if (inode.record().linksCount() == 0) {
        throw new NoSuchFileException(existing);
      }
      NameRules.requireMutable(volume, existing, inode);
      LinkCounts.requireRoom(volume.geometry(), inode, existing);
      context.retryingForSpace(() -> linkOnce(place, inode));
    }
    return inode;
  }

  private void linkOnce(NamePlace place, Inode inode) throws IOException {
    Inode parent = place.directory();
    int credits = 2 + DirectoryEditor.credits() + JournalledBlocks.creditsForAppends(parent);
    try (JournalHandle handle = context.start(credits)) {
      parent.prepareUpdate(handle);
      inode.prepareUpdate(handle);
      editor(handle, parent).insert(place.name(), inode.ino(), inode.type());
      context.orAbort(
          () -> {
            life.setLinks(handle, inode, inode.record().linksCount() + 1);
            parent.update(handle, this::stamp);
          });
    }
  }

  // ---- fewer names -----------------------------------------------------------------------------

  /**
   * Takes a name away that is no directory's. With its last name the file goes, as soon as nobody
   * has it open.
   *
   * @throws NoSuchFileException if the name is not there
   * @throws FileSystemException if it is a directory
   */
  public void unlink(String path) throws IOException {
    NamePlace place = paths.placeOf(path);
    Inode child;
    try (LockedInodes locks = new LockedInodes(volume)) {
      child = lockParent(place, locks);
      NameRules.requireRemovable(volume, place, child);
      if (child.type() == FileType.DIRECTORY) {
        throw new FileSystemException(path, null, "is a directory");
      }
      if (place.mustBeDirectory()) {
        throw new NotDirectoryException(path);
      }
      locks.lock(child);
      NameRules.requireDeletable(volume, child);
      remove(place, child, child.record().linksCount() - 1);
    }
    life.reap(child);
  }

  /**
   * Takes an empty directory away.
   *
   * @throws NoSuchFileException if it is not there
   * @throws NotDirectoryException if it is something else
   * @throws DirectoryNotEmptyException if there are names in it
   */
  public void rmdir(String path) throws IOException {
    NamePlace place = paths.placeOf(path);
    Inode child;
    try (LockedInodes locks = new LockedInodes(volume)) {
      locks.alone();
      child = lockParent(place, locks);
      NameRules.requireRemovable(volume, place, child);
      locks.lock(child);
      requireEmptyDirectory(volume, place, child);
      NameRules.requireDeletable(volume, child);
      remove(place, child, 0);
    }
    life.reap(child);
  }

  /** Locks the directory and answers whom the name in it names, who is not locked. */
  private Inode lockParent(NamePlace place, LockedInodes locks) throws IOException {
    NameRules.requireName(place);
    locks.lock(place.directory());
    NameRules.requireChangeable(volume, place);
    Inode child =
        paths
            .child(place.directory(), place.name())
            .orElseThrow(() -> new NoSuchFileException(place.path()));
    if (place.isBelow(child)) {
      throw CorruptionException.of(
          "directory entry",
          "inode",
          child.ino(),
          "none above",
          "dir ino=" + place.directory().ino());
    }
    return child;
  }

  /** ext4_empty_dir; its lock is held. */
  static void requireEmptyDirectory(Volume volume, NamePlace place, Inode child)
      throws IOException {
    if (child.type() != FileType.DIRECTORY) {
      throw new NotDirectoryException(place.path());
    }
    boolean[] empty = {true};
    new Directory(volume, child)
        .scan(
            entry -> {
              empty[0] = entry.name().isDots();
              return empty[0];
            });
    if (!empty[0]) {
      throw new DirectoryNotEmptyException(place.path());
    }
    requireParent(volume, child, place.directory());
  }

  /** What {@code ..} of a directory says. */
  static void requireParent(Volume volume, Inode child, Inode parent) throws IOException {
    long found =
        new Directory(volume, child).find(DirectoryEditor.DOT_DOT).map(DirEntry::ino).orElse(0L);
    if (found != parent.ino()) {
      throw CorruptionException.of(
          "directory", "..", found, "" + parent.ino(), "ino=" + child.ino());
    }
  }

  private void remove(NamePlace place, Inode child, int linksLeft) throws IOException {
    Inode parent = place.directory();
    boolean isDirectory = child.type() == FileType.DIRECTORY;
    int credits = 2 + DirectoryEditor.credits() + InodeLife.creditsForLinks();
    try (JournalHandle handle = context.start(credits)) {
      parent.prepareUpdate(handle);
      child.prepareUpdate(handle);
      editor(handle, parent).remove(place.name());
      context.orAbort(
          () -> {
            life.setLinks(handle, child, linksLeft);
            parent.update(handle, record -> noteRemoval(record, isDirectory));
          });
    }
  }

  private void noteRemoval(InodeRecord parent, boolean ofDirectory) {
    if (ofDirectory) {
      parent.setLinksCount(LinkCounts.decreasedDirectory(parent));
    }
    stamp(parent);
  }

  /** See {@link Renaming#run}. */
  public void rename(String from, String to) throws IOException {
    new Renaming(volume, from, to).run();
  }
}
