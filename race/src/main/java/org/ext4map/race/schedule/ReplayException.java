package org.ext4map.race.schedule;

import java.util.ArrayList;
import java.util.List;

/** A schedule asks for a step that nobody can take: it belongs to another program. */
public final class ReplayException extends RuntimeException {
  private static final long serialVersionUID = 1;

  ReplayException(int step, Schedule.Line wanted, Options options) {
    super("step " + step + " '" + wanted + "', allowed " + shown(options));
  }

  private static String shown(Options options) {
    List<String> steps = new ArrayList<>();
    for (int i = 0; i < options.count(); i++) {
      steps.add("'" + new Schedule.Line(options.actor(i), options.action(i)) + "'");
    }
    return String.join(", ", steps);
  }
}
