/**
 * Devices that watch, fail and remember, for the tests of all modules.
 *
 * <pre>
 *   test ──▶ engine ──▶ CountingDevice   what was read, how often flushed
 *                       FaultyDevice     EIO, short and torn writes, by a plan that is a pure function
 *                       RecordingDevice  every write, flush and mark in order ──▶ CrashExplorer
 *                                                                                 each image that a
 *                                                                                 power cut can leave
 * </pre>
 *
 * All are safe for use by many threads. Whatever is random takes a seed.
 */
@NullMarked
package org.ext4map.testkit;

import org.jspecify.annotations.NullMarked;
