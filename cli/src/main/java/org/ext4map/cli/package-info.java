/**
 * The {@code ext4map} command: thin subcommands over the engine.
 *
 * <pre>
 *   ./ext4map (sh)  builds if something is newer, then starts the jar
 *      |
 *   Main            one command line: parse, run, exit code
 *      |
 *   Ext4MapCommand  what all commands share: --color, -v, --help
 *      |-- ImageCommand      opens one image for reading: IMAGE, --view, --offset
 *      |     |-- CatCommand
 *      |     '-- ReportCommand     text for people, or --json
 *      |           |-- InfoCommand, LsCommand
 *      |           '-- FileCommand       about one file: PATH
 *      |                 '-- StatCommand, ExtentsCommand, MapCommand
 *      '-- DemoCommand, ConformanceCommand, HelpCommand
 *
 *   Console  results to stdout, all else to stderr     Failure  exception to exit code and one line
 *   Json     one document, schema in the jar           Rows, ExtentTable, TreeDrawing  for people
 * </pre>
 *
 * Start at {@link org.ext4map.cli.Main}. A command writes while it reads, so that no image is too
 * large; whatever comes from an image goes through {@code Text.printable} on its way to a terminal.
 * One thread does it all; a second one, {@code Interrupt}, only ends the process. No locks.
 *
 * <p>Exit codes, options and JSON are a contract: JSON changes by raising {@code version}.
 */
@NullMarked
package org.ext4map.cli;

import org.jspecify.annotations.NullMarked;
