package org.ext4map.aio;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ReportsTest {
  private final Tally tally = new Tally();
  private final RequestPool pool = new RequestPool(8, FullQueue.REFUSE, tally);
  private final Reports reports = new Reports(pool, tally);
  private final List<String> heard = new ArrayList<>();

  private final class Ear implements IoCallback {
    private final String name;

    Ear(String name) {
      this.name = name;
    }

    @Override
    public void completed(long cookie, int result, @Nullable IOException failure) {
      heard.add(name + cookie);
      if (cookie == 13) {
        throw new IllegalStateException("planted");
      }
    }

    @Override
    public void endOfBatch() {
      heard.add(name + " end, " + pool.inFlight() + " in flight");
    }
  }

  private void tell(@Nullable IoCallback callback, long cookie) throws IOException {
    pool.take();
    reports.tell(callback, cookie, 0, null);
  }

  @Test
  void aCallbackHearsOnceThatABatchWasAllAndOnlyThenDoItsRequestsCountAsReported()
      throws Exception {
    Ear a = new Ear("a");
    Ear b = new Ear("b");
    tell(a, 1);
    tell(a, 2);
    tell(b, 3);
    tell(null, 4);
    reports.end();
    reports.end();

    assertThat(heard).containsExactly("a1", "a2", "a end, 3 in flight", "b3", "b end, 2 in flight");
    assertThat(pool.inFlight()).isZero();
    assertThat(tally.snapshot().reported()).isEqualTo(4);
  }

  @Test
  void aCallbackThatFailsHearsTheEndAllTheSame() throws Exception {
    tell(new Ear("a"), 13);
    reports.end();

    assertThat(heard).containsExactly("a13", "a end, 1 in flight");
    assertThat(tally.snapshot().callbackFailures()).isEqualTo(1);
    assertThat(pool.inFlight()).isZero();
  }
}
