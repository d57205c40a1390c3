/**
 * Golden images with what the kernel says of them, and the outside judges. Depends on nothing of
 * ours.
 */
@NullMarked
package org.ext4map.images;

import org.jspecify.annotations.NullMarked;
