package org.ext4map.images;

/**
 * How a command ended.
 *
 * @param exit its exit code, or -1 if it was ended from here
 * @param text standard output as UTF-8; empty if it went to a file
 * @param errors standard error as UTF-8
 * @param timedOut it was ended because it ran too long
 * @param flooded it was ended because it printed too much
 */
public record CommandResult(
    int exit, String text, String errors, boolean timedOut, boolean flooded) {}
