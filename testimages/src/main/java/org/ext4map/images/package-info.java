/**
 * Truth that does not come from us: images made by mke2fs and the real kernel, and runners for the
 * outside judges.
 *
 * <pre>
 *   recipes/*.sh ──▶ golden/NAME.img.gz.gz   the image, every free block filled with 0xA5
 *                    golden/NAME.json        per file and view: size, sha256, extents, data segments
 *                         │
 *   GoldenImages ── GoldenImage ── Manifest ── FileTruth ── ExtentTruth
 *                         │
 *                     unpack ──▶ a reader under test      compared with FileTruth
 *   RandomImages ── a fresh image and the same truth, from the live kernel and a seed
 *   AgedShape    ── one for each feature that changes what is stored, aged by the live kernel
 *   E2fsck, Debugfs, Dumpe2fs, FreeSpaceReport, KernelMount    the judges; Judge says whether they are here
 *   TortureKit ── any command that prints a file          a score card
 * </pre>
 *
 * <p>A mapping is written {@code first-last:W@pblk} in file-system blocks, W written and U
 * unwritten. FIEMAP joins what continues, so {@link org.ext4map.images.FileTruth#extents()} is
 * joined everywhere and {@link org.ext4map.images.FileTruth#entries()} says what stands in the
 * tree. Start at {@link org.ext4map.images.GoldenImages}. Nothing here has locks; a mount belongs
 * to the thread that made it.
 */
@NullMarked
package org.ext4map.images;

import org.jspecify.annotations.NullMarked;
