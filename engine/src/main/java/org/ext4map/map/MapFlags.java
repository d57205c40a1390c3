package org.ext4map.map;

import org.ext4map.model.ExtentState;
import org.ext4map.model.MapIntent;
import org.ext4map.model.Mapping;

/**
 * An answer's flags under the names that kernel people know: m_flags of struct ext4_map_blocks,
 * without {@code EXT4_MAP_}.
 */
public final class MapFlags {
  private MapFlags() {}

  /**
   * The flags of {@code answer} to a request of {@code intent}, as {@code UNWRITTEN|MAPPED|NEW};
   * {@code 0} for a hole. A lookup of unwritten blocks says UNWRITTEN alone, a request that may
   * write into them MAPPED too.
   */
  public static String names(MapIntent intent, Mapping answer) {
    if (!answer.state().isMapped()) {
      return "0";
    }
    boolean unwritten = answer.state() == ExtentState.UNWRITTEN;
    boolean mapped = !unwritten || intent.mayModify();
    String names = unwritten ? "UNWRITTEN" : "";
    names += mapped ? (unwritten ? "|MAPPED" : "MAPPED") : "";
    return answer.isNew() ? names + "|NEW" : names;
  }
}
