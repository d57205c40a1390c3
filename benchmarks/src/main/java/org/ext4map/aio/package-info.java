/**
 * The front end as it is shipped, over a device that has done everything at once: in its package,
 * because what it puts together is not for anybody else. Start at {@link
 * org.ext4map.aio.MemoryFrontEnd}.
 */
@NullMarked
package org.ext4map.aio;

import org.jspecify.annotations.NullMarked;
