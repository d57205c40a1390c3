/**
 * JMH benchmarks: one class per claim, each with a plain baseline in the same run.
 *
 * <pre>
 *   BenchFile      one file: extents of a layout, from a seed
 *     |-- SortedExtents   the baseline: the same extents in sorted arrays, plain binary searches
 *     '-- BlockMapper     the thing itself, over a tree in memory
 *   BenchImage     a file system in memory, for benches that change something
 *     '-- Cost            processor time and bytes of the measured part
 *   Claims         runs the benches, prints ratios, fails where a claim does not hold
 *   SharedImage    the file as an image on disk, for the others in benchmarks/compare
 *     '-- SharedImageLookups   our answers to the questions about it
 * </pre>
 *
 * Times differ from machine to machine and from hour to hour; a ratio within one run says
 * something. Start at {@link org.ext4map.bench.LookupCachedBench}.
 */
@NullMarked
package org.ext4map.bench;

import org.jspecify.annotations.NullMarked;
