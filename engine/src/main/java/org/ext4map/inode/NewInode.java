package org.ext4map.inode;

import org.jspecify.annotations.Nullable;

/**
 * What a new inode is to be. Its link count is 1 and it has no contents; who asked for it says more
 * with {@link Inode#update}, under the same handle.
 *
 * @param mode i_mode: type and permissions
 * @param uid owner
 * @param gid group
 * @param flags i_flags; the one that tells what i_block is comes by itself
 * @param parentIno the directory it will stand in, or near which it shall lie
 * @param nameHash spreads directories; any number
 * @param iBlock 60 bytes for i_block: a device number, the target of a short symbolic link; null if
 *     the inode has a map
 */
@SuppressWarnings("ArrayRecordComponent") // handed over, never compared
public record NewInode(
    int mode,
    long uid,
    long gid,
    int flags,
    long parentIno,
    int nameHash,
    byte @Nullable [] iBlock) {}
