package org.ext4map.images;

import com.fasterxml.jackson.annotation.JsonProperty;

/** A way to look at an image whose journal may be dirty. The three agree on a clean one. */
public enum View {
  /**
   * The home blocks as they are; the log and the orphans are ignored. Kernel: {@code ro,noload}.
   */
  @JsonProperty("as_is")
  AS_IS,
  /** After journal replay (and fast commits), before orphans are processed. */
  @JsonProperty("replayed")
  REPLAYED,
  /** After a read-write mount: replayed, unlinked orphans deleted, others cut to their size. */
  @JsonProperty("recovered")
  RECOVERED
}
