package org.ext4map.tree;

import org.ext4map.alloc.SystemZones;
import org.ext4map.buffer.BufferCache;
import org.ext4map.ondisk.Geometry;

/**
 * What all trees of an image share.
 *
 * @param geometry the shape of the file system
 * @param cache where nodes are read
 * @param zones which blocks an inode may own
 */
public record TreeContext(Geometry geometry, BufferCache cache, SystemZones zones) {}
