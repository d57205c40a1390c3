package org.ext4map.map;

import org.ext4map.alloc.BlockAllocator;
import org.ext4map.buffer.BufferCache;
import org.ext4map.device.BlockDevice;
import org.ext4map.journal.Journal;
import org.ext4map.ondisk.Geometry;

/**
 * What changing the maps of an image needs.
 *
 * @param device where zeros are written
 * @param geometry the shape of the file system
 * @param buffers its metadata
 * @param journal whose handles changes run under; aborted if a change fails half way
 * @param allocator gives and takes blocks
 */
public record MapContext(
    BlockDevice device,
    Geometry geometry,
    BufferCache buffers,
    Journal journal,
    BlockAllocator allocator) {}
