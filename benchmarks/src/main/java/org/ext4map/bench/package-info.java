/** JMH benchmarks: one class per claim, each with a plain baseline in the same run. */
@NullMarked
package org.ext4map.bench;

import org.jspecify.annotations.NullMarked;
