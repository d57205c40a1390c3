/**
 * Direct writes as ext4 did them in early 2016, with four holes into which a design puts its
 * pieces. Where they map, allocate, journal and convert, this engine does it.
 *
 * <pre>
 *   DirectPath                                                    piece of a design
 *     i_mutex; look the range up; all written: an overwrite
 *       an overwrite drops i_mutex                                which locks it keeps   OverwriteLock
 *     P := NULL; make a ticket; P := ticket                       who makes it           Maker
 *     map: split the extent, and flag the ticket that is found    where it is found      Place
 *       defer the completion?                                     who says so            Deferral
 *     submit; P := NULL; put the ticket
 *   interrupt: all bios done
 *       deferred ─▶ worker ─▶ end_io: put the ticket; the last one converts
 *       else ─────────────▶ end_io, here; to convert now is to sleep in interrupt context
 * </pre>
 *
 * The designs themselves stand in {@link org.ext4map.race.design.Design}, each a line. Words:
 * <b>ticket</b> is ext4_io_end_t, <b>P</b> is inode-&gt;i_private, which ext4_inode_aio reads.
 * Facts: Linux fs/ext4/inode.c (ext4_ext_direct_IO, _ext4_get_block, ext4_end_io_dio),
 * fs/ext4/file.c, fs/ext4/page-io.c and fs/direct-io.c of 4.5-rc3, and the three patches.
 *
 * <p><b>Broken on purpose.</b> Most of what is here loses data or panics. It lies in a module of
 * its own on which neither the engine nor the front end depends.
 *
 * <p>Locks: i_mutex and i_data_sem of {@link org.ext4map.race.design.RacedInode}, taken in this
 * order; the engine's own are taken below them, where nobody waits any more. P and what hangs on it
 * have none: that is the story. Start at {@link org.ext4map.race.design.DirectPath#write}.
 */
@NullMarked
package org.ext4map.race.design;

import org.jspecify.annotations.NullMarked;
