package org.ext4map.race.schedule;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a play ended.
 *
 * @param steps all steps, in order
 * @param preemptions how often an actor was interrupted who could have gone on
 * @param failure what an actor threw; null if none did
 * @param stuck actors that wait for what nobody will do, and for what; empty unless it is a
 *     deadlock
 * @param stopped true if the chooser wanted no more
 */
public record Ending(
    List<Step> steps,
    int preemptions,
    @Nullable Throwable failure,
    List<String> stuck,
    boolean stopped) {}
