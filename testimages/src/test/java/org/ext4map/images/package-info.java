@NullMarked
package org.ext4map.images;

import org.jspecify.annotations.NullMarked;
