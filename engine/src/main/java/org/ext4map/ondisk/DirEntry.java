package org.ext4map.ondisk;

import org.ext4map.model.FileName;

/**
 * One used entry of a directory, taken out of its block. Immutable.
 *
 * @param ino the inode it names, at least 1
 * @param type what the entry says the inode is; {@link FileType#UNKNOWN} without the filetype
 *     feature
 * @param name the name
 */
public record DirEntry(long ino, FileType type, FileName name) {}
