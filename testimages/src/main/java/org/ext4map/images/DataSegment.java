package org.ext4map.images;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/**
 * One run between SEEK_DATA and the following SEEK_HOLE, in bytes.
 *
 * @param offset where SEEK_DATA stopped
 * @param length up to where SEEK_HOLE stopped; the hole at the end of file counts
 */
public record DataSegment(long offset, long length) {
  @JsonCreator
  static DataSegment of(long[] pair) {
    if (pair.length != 2) {
      throw new IllegalArgumentException("data segment: " + pair.length + " numbers, allowed 2");
    }
    return new DataSegment(pair[0], pair[1]);
  }

  @JsonValue
  long[] pair() {
    return new long[] {offset, length};
  }
}
