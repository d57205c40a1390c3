package org.ext4map.journal;

import java.util.HashMap;
import java.util.Map;
import org.ext4map.model.CorruptionException;
import org.ext4map.ondisk.Jbd2Header;

/** The latest transaction that revoked each block. Bounded. One thread at a time. */
public final class RevokeTable {
  /** About 100 MiB; a log of a gigabyte that frees nothing but metadata has fewer. */
  private static final int MOST_BLOCKS = 1 << 20;

  private final Map<Long, Integer> latest = new HashMap<>();

  RevokeTable() {}

  void add(long pblk, int sequence) throws CorruptionException {
    Integer known = latest.get(pblk);
    if (known == null && latest.size() == MOST_BLOCKS) {
      throw CorruptionException.of(
          "journal", "revoked blocks", MOST_BLOCKS + 1L, "<= " + MOST_BLOCKS, "pblk=" + pblk);
    }
    if (known == null || Jbd2Header.isAfter(sequence, known)) {
      latest.put(pblk, sequence);
    }
  }

  /** True if a copy of {@code pblk} from transaction {@code sequence} must not be replayed. */
  public boolean revokes(long pblk, int sequence) {
    Integer known = latest.get(pblk);
    return known != null && !Jbd2Header.isAfter(sequence, known);
  }
}
