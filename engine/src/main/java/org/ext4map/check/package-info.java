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
 * passes stands in the census and the claims. Memory: two bitmaps of clusters, one of blocks, and a
 * few bytes an inode, none of it before the first use, all of it told in advance. No locks: a check
 * belongs to the thread that runs it. Nothing here recurses deeper than a map or an index is high.
 */
@NullMarked
package org.ext4map.check;

import org.jspecify.annotations.NullMarked;
