package org.ext4map.cli;

import java.text.MessageFormat;
import java.util.Locale;
import java.util.ResourceBundle;
import org.jspecify.annotations.Nullable;

/**
 * Where the engine's warnings go: to stderr, one line each, like all that is not a result. Found by
 * {@link java.util.ServiceLoader}; without it the JDK would print traces.
 */
public final class EngineLog extends System.LoggerFinder {
  /** For the service loader. */
  public EngineLog() {}

  @Override
  public System.Logger getLogger(String name, Module module) {
    return new Lines(name);
  }

  private record Lines(String name) implements System.Logger {
    @Override
    public String getName() {
      return name;
    }

    @Override
    public boolean isLoggable(Level level) {
      return level != Level.OFF && level.getSeverity() >= Level.WARNING.getSeverity();
    }

    @Override
    public void log(
        Level level,
        @Nullable ResourceBundle bundle,
        @Nullable String message,
        @Nullable Throwable why) {
      if (isLoggable(level)) {
        String reason = why == null ? "" : ": " + Failure.describe(why);
        Console.ofProcess().note("warning: " + message + reason);
      }
    }

    @Override
    public void log(
        Level level,
        @Nullable ResourceBundle bundle,
        @Nullable String format,
        @Nullable Object @Nullable ... values) {
      if (isLoggable(level)) {
        log(
            level,
            bundle,
            values == null || format == null
                ? format
                : new MessageFormat(format, Locale.ROOT).format(values),
            (Throwable) null);
      }
    }
  }
}
