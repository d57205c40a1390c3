/**
 * Where the bytes of an image come from: read, write, flush, nothing else.
 *
 * <pre>
 *   file   memory      the two that hold bytes
 *     \      /
 *   slice(offset)      a partition inside a larger image
 *      |
 *   overlay            copy-on-write in memory: what journal recovery writes to, so that
 *                      looking at a dirty image never changes it
 * </pre>
 *
 * Start at {@link org.ext4map.device.BlockDevice}. Devices are safe for use by many threads at
 * once; two requests that overlap in time and place, one of them a write, have no defined order.
 */
@NullMarked
package org.ext4map.device;

import org.jspecify.annotations.NullMarked;
