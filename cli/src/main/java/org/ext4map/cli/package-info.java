/**
 * The {@code ext4map} command: thin subcommands over the engine, results on stdout, all else on
 * stderr.
 */
@NullMarked
package org.ext4map.cli;

import org.jspecify.annotations.NullMarked;
