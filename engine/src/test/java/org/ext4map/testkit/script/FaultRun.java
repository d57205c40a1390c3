package org.ext4map.testkit.script;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.ext4map.device.BlockDevice;
import org.ext4map.testkit.script.CrashHistory.Window;
import org.ext4map.testkit.script.Operation.Kind;

/**
 * Runs a script on a device that fails, up to the first operation that notices. Then another thread
 * does what needs every lock that the failed operation may have held, syncs, and closes the image:
 * all of that may fail, none of it may wait for ever.
 */
public final class FaultRun {
  private static final Duration LONGEST_WAIT = Duration.ofSeconds(30);

  private final CrashHistory history;

  /** Of the script of {@code history}. */
  public FaultRun(CrashHistory history) {
    this.history = history;
  }

  /**
   * Runs it.
   *
   * @param fault part of the message of every failure that is to be expected
   * @return what must be found later
   */
  public Window run(BlockDevice device, String fault) throws IOException {
    ImageTarget target;
    try {
      target = new ImageTarget(device);
    } catch (IOException failure) {
      requireClear(failure, fault);
      return new Window(0, 0, 0);
    }
    int size = history.script().operations().size();
    for (int i = 0; i < size; i++) {
      try {
        history.runOne(target, i);
      } catch (IOException failure) {
        requireClear(failure, fault);
        return afterwards(target, i, fault);
      }
    }
    boolean closed = ends(fault, () -> closed(target));
    return new Window(history.promisesBefore(size), closed ? size : 0, size);
  }

  private Window afterwards(ImageTarget target, int failed, String fault) throws IOException {
    Operation operation = history.script().operations().get(failed);
    if (operation.kind() == Kind.REOPEN) {
      return new Window(history.promisesBefore(failed), 0, failed + 1); // there is no open image
    }
    for (String path : List.of(operation.path(), operation.other())) {
      if (path.startsWith("/")) {
        String parent = path.substring(0, path.lastIndexOf('/'));
        ends(fault, () -> target.run(Operation.of(Kind.UNSHARE, path, 0, 1, 0)));
        ends(fault, () -> target.run(Operation.of(Kind.UNLINK, parent + "/not-there")));
      }
    }
    boolean synced = ends(fault, () -> target.run(Operation.of(Kind.SYNC)));
    ends(fault, () -> closed(target));
    return new Window(history.promisesBefore(failed), synced ? failed : 0, failed + 1);
  }

  private static Outcome closed(ImageTarget target) throws IOException {
    target.close();
    return Outcome.OK;
  }

  /** True if it succeeded; it ends in any case. */
  private static boolean ends(String fault, Callable<Outcome> action) throws IOException {
    FutureTask<Outcome> task = new FutureTask<>(action);
    Thread thread = new Thread(task, "after the fault");
    thread.setDaemon(true);
    thread.start();
    try {
      return task.get(LONGEST_WAIT.toSeconds(), TimeUnit.SECONDS) == Outcome.OK;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException failure) {
        requireClear(failure, fault);
        return false;
      }
      throw new AssertionError("after the fault", e.getCause());
    } catch (TimeoutException e) {
      AssertionError hang = new AssertionError("waits for ever", e);
      hang.setStackTrace(thread.getStackTrace());
      throw hang;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  /** The cause of a failure is the fault, and the user can see it. */
  private static void requireClear(IOException failure, String fault) {
    Throwable cause = failure;
    while (cause.getCause() != null && !String.valueOf(cause.getMessage()).contains(fault)) {
      cause = cause.getCause();
    }
    assertThat(String.valueOf(cause.getMessage())).as("%s", failure).contains(fault);
  }
}
