package org.ext4map.aio;

/** What a request needs; see the package. */
enum RequestClass {
  /** Not chosen yet. */
  NONE,
  READ,
  OVERWRITE,
  FILL,
  EXTEND,
  UNALIGNED
}
