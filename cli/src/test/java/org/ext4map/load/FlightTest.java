package org.ext4map.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class FlightTest {
  private final List<Integer> ends = new ArrayList<>();

  /** Requests that end at once, each so many times. */
  private final class Instant extends Flight {
    private final int requests;
    private final int reports;
    private int made;

    Instant(int requests, int reports) {
      super(4, null);
      this.requests = requests;
      this.reports = reports;
    }

    @Override
    boolean goesOn() {
      return made < requests;
    }

    @Override
    boolean submit(int slot) throws IOException {
      made++;
      for (int i = 0; i < reports; i++) {
        completed(slot, made, null);
      }
      return true;
    }

    @Override
    void ended(int slot, int result, @Nullable IOException problem) {
      ends.add(result);
    }
  }

  @Test
  void everyRequestEndsOnce() throws IOException {
    new Instant(10, 1).fly();

    assertThat(ends).containsExactlyInAnyOrder(1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
  }

  @Test
  void aSecondEndIsFoundOut() {
    Flight flight = new Instant(1, 2);

    assertThatThrownBy(flight::fly)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("over already");
  }
}
