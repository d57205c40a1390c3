package org.ext4map;

import java.util.Optional;
import org.ext4map.journal.ReplayOutcome;
import org.ext4map.model.Ext4Exception;

/**
 * What {@link Ext4Image#recover} found and did.
 *
 * @param changed true if the image was written to
 * @param replay of the journal; empty if the image has none of its own
 * @param orphans inodes that were left half deleted or half cut, and are finished now
 * @param orphansLeft why such inodes are left: the image must not be written to
 * @param needsCheck true if the superblock says that more is wrong than a journal can mend: errors
 *     were recorded, or there was no journal when the image was in use last
 */
public record Recovery(
    boolean changed,
    Optional<ReplayOutcome> replay,
    int orphans,
    Optional<Ext4Exception> orphansLeft,
    boolean needsCheck) {}
