package org.ext4map.dir;

/** Where a run of entries stands; becomes text only in a message. */
record EntryPlace(long ino, String part, long number) {
  @Override
  public String toString() {
    return "ino=" + ino + " " + part + "=" + number;
  }
}
