/**
 * The {@code ext4map} command: thin subcommands over the engine.
 *
 * <pre>
 *   ./ext4map (sh)  builds if something is newer, then starts the jar
 *      |
 *   Main            one command line: parse, run, exit code
 *      |
 *   Commands        gives the parser the one that is called; PlainCheck does without a parser
 *      |
 *   Ext4MapCommand  what all commands share: --color, -v, --help, the clock
 *      |-- ImageCommand      about one image: IMAGE, --offset
 *      |     |-- ReadingCommand      opens it for reading: --view
 *      |     |     |-- CatCommand, HtmlReportCommand
 *      |     |     '-- ReportCommand     text for people, or --json
 *      |     |           |-- InfoCommand, LsCommand, ExplainCommand, FragCommand, JournalCommand, DiffCommand
 *      |     |           '-- FileCommand       about one file: PATH
 *      |     |                 '-- StatCommand, ExtentsCommand, MapCommand
 *      |     |-- WritingCommand      opens it for writing, and closes it clean
 *      |     |     |-- IoCommand         a script of IoSteps, each an IoAction on an IoFile
 *      |     |     '-- PutCommand, RmCommand, MkdirCommand, LnCommand, MvCommand, BenchCommand
 *      |     '-- RecoverCommand, StressCommand
 *      '-- CheckCommand (as PlainCheck: a CheckRun), MkfsCommand, and what needs no image of the user's
 *
 *   Console  results to stdout, all else to stderr     Failure  exception to exit code and one line
 *   Manual   man pages and completion, written by the build
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
