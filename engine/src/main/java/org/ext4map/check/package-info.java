/**
 * The judge: is this image sound? It reads only, shares no code with the engine that writes, and
 * believes nothing that it has not seen.
 *
 * <pre>
 *   superblock ── a backup if the primary is unusable
 *       |
 *   journal ───── its log laid over the image: the view that is judged
 *       |
 *   group descriptors ── claim their blocks ──┐
 *       |                                     v
 *   inodes ── maps, attributes ──────────▶ claims (a bit a cluster) ──▶ shared blocks
 *       |                                     |
 *   directories ── names                      v
 *       |                                  bitmaps and counts
 *   connectivity, link counts, quota
 * </pre>
 *
 * Start at {@link org.ext4map.check.Checker}; the table of all problems is {@link
 * org.ext4map.check.Problem}. Each pass is one class named after it, and what it learns for later
 * passes stands in the census and the claims.
 *
 * <p>Speed: in most images next to all inodes and directories are sound. A sieve looks at pieces of
 * the inode tables, and then at directories, as plain words; what is of the most ordinary kind and
 * without any fault is counted, and all else goes to the judge, which alone tells problems. A sieve
 * need not know a rule, but must leave to the judge whatever the rule could be about:
 *
 * <pre>
 *   piece of a table ──▶ sieve (any thread) ──▶ ordinary: counted, in the order of the image
 *                                         └───▶ the rest: judged, in the order of the image
 * </pre>
 *
 * <p>A check of a small image lasts as long as its code takes to start, one of half a million files
 * two or three times that. So on the way of a sound image nothing is a lambda (each costs half a
 * millisecond when it is first met), and loops over thousands of words call a method for every few:
 * what is called often is compiled soon, a long loop late.
 *
 * <p>Reading: the device hears early what is going to be read, tables first, then directories as
 * they are found, then bitmaps, so that a file that is not in the cache comes while the check
 * works.
 *
 * <p>Memory: two bitmaps of clusters, one of blocks, and a few bytes for each inode that can be in
 * use, none of it before the first use, all of it told in advance; beside it some pieces of 200
 * KiB. Threads: a check belongs to the thread that runs it and that alone changes census and
 * claims; others only sift what is handed to them. No locks. Nothing here recurses deeper than a
 * map or an index is high.
 */
@NullMarked
package org.ext4map.check;

import org.jspecify.annotations.NullMarked;
