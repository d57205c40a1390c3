package org.ext4map.testkit.script;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.ext4map.model.ExtentState;

/** What one file should be: its bytes, and for each block what the map should say. */
public final class FileModel {
  private final int blockSize;
  private byte[] bytes = {};
  private List<ExtentState> states = new ArrayList<>();

  /** An empty file. */
  public FileModel(int blockSize) {
    this.blockSize = blockSize;
  }

  /** The same once more. */
  FileModel copy() {
    FileModel copy = new FileModel(blockSize);
    copy.bytes = bytes.clone();
    copy.states = new ArrayList<>(states);
    return copy;
  }

  /** Its contents; not to be changed. */
  public byte[] bytes() {
    return bytes;
  }

  /** Runs of blocks in the project's notation without places: {@code 0-3:W 7-7:U}. */
  public String map() {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < states.size(); ) {
      int end = i;
      while (end < states.size() && states.get(end) == states.get(i)) {
        end++;
      }
      if (states.get(i) != ExtentState.HOLE) {
        text.append(i).append('-').append(end - 1).append(':').append(states.get(i).letter());
        text.append(' ');
      }
      i = end;
    }
    return text.toString().strip();
  }

  /** What SEEK_DATA and SEEK_HOLE say when nothing is cached: {@code first+length} in bytes. */
  String data() {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < up(bytes.length); ) {
      int end = i;
      while (end < Math.min(states.size(), up(bytes.length))
          && states.get(end) == ExtentState.WRITTEN) {
        end++;
      }
      if (end > i) {
        int from = i * blockSize;
        int to = Math.min(end * blockSize, bytes.length);
        text.append(from).append('+').append(to - from).append(' ');
      }
      i = end + 1;
    }
    return text.toString().strip();
  }

  private int up(long at) {
    return (int) ((at + blockSize - 1) / blockSize);
  }

  private void reach(int blocks) {
    while (states.size() < blocks) {
      states.add(ExtentState.HOLE);
    }
  }

  private void grow(long size) {
    if (size > bytes.length) {
      bytes = Arrays.copyOf(bytes, (int) size);
    }
  }

  /** pwrite. */
  public void write(int at, byte[] data) {
    grow(at + data.length);
    System.arraycopy(data, 0, bytes, at, data.length);
    reach(up(at + data.length));
    for (int i = at / blockSize; i < up(at + data.length); i++) {
      states.set(i, ExtentState.WRITTEN);
    }
  }

  /** ftruncate. */
  public void truncate(int size) {
    if (size <= bytes.length) {
      reach(up(size));
      states = new ArrayList<>(states.subList(0, up(size)));
    }
    bytes = Arrays.copyOf(bytes, size);
  }

  /** fallocate, with or without FALLOC_FL_KEEP_SIZE. */
  public void allocate(int at, int length, boolean keepSize) {
    int end = at + length;
    reach(up(end));
    for (int i = at / blockSize; i < up(end); i++) {
      if (states.get(i) == ExtentState.HOLE) {
        states.set(i, ExtentState.UNWRITTEN);
      }
    }
    if (!keepSize) {
      grow(end);
    }
  }

  /** FALLOC_FL_ZERO_RANGE. */
  public void zero(int at, int length, boolean keepSize) {
    allocate(at, length, keepSize);
    for (int i = up(at); i < (at + length) / blockSize; i++) {
      states.set(i, ExtentState.UNWRITTEN);
    }
    clear(at, at + length);
  }

  private void clear(int from, int to) {
    if (from < bytes.length) {
      Arrays.fill(bytes, from, Math.min(bytes.length, to), (byte) 0);
    }
  }

  /** FALLOC_FL_PUNCH_HOLE. */
  public void punch(int at, int length) {
    if (at >= bytes.length) {
      return;
    }
    int end = at + length;
    int stop = end > bytes.length ? (bytes.length + 4095) / 4096 * 4096 : end;
    for (int i = up(at); i < Math.min(states.size(), stop / blockSize); i++) {
      states.set(i, ExtentState.HOLE);
    }
    clear(at, stop);
  }

  /** False if the range reaches the end. */
  public boolean mayCollapse(int at, int length) {
    return at + length < bytes.length;
  }

  /** FALLOC_FL_COLLAPSE_RANGE. */
  public void collapse(int at, int length) {
    byte[] next = new byte[bytes.length - length];
    System.arraycopy(bytes, 0, next, 0, at);
    System.arraycopy(bytes, at + length, next, at, bytes.length - at - length);
    bytes = next;
    reach(up(at + length));
    states.subList(at / blockSize, (at + length) / blockSize).clear();
  }

  /** True if {@code blocks} blocks can be exchanged: inside both, holes and ends opposite. */
  public boolean maySwap(FileModel other, int at, int otherAt, int blocks) {
    if (!reaches(at, blocks) || !other.reaches(otherAt, blocks)) {
      return false;
    }
    boolean cut = isCut(at + blocks);
    boolean otherCut = other.isCut(otherAt + blocks);
    int tail = bytes.length % blockSize;
    boolean sameEnd = cut == otherCut && (!cut || tail == other.bytes.length % blockSize);
    for (int i = 0; i < blocks; i++) {
      boolean hole = state(at + i) == ExtentState.HOLE;
      if (hole != (other.state(otherAt + i) == ExtentState.HOLE)) {
        return false;
      }
    }
    return sameEnd;
  }

  private boolean reaches(int at, int blocks) {
    return blocks > 0 && at + blocks <= up(bytes.length);
  }

  private boolean isCut(int end) {
    return end == up(bytes.length) && bytes.length % blockSize != 0;
  }

  private ExtentState state(int block) {
    return block < states.size() ? states.get(block) : ExtentState.HOLE;
  }

  /** Exchanges bytes and states. */
  public void swap(FileModel other, int at, int otherAt, int blocks) {
    reach(at + blocks);
    other.reach(otherAt + blocks);
    for (int i = 0; i < blocks; i++) {
      ExtentState mine = states.set(at + i, other.states.get(otherAt + i));
      other.states.set(otherAt + i, mine);
    }
    int from = at * blockSize;
    int otherFrom = otherAt * blockSize;
    int length = Math.min(blocks * blockSize, bytes.length - from);
    byte[] mine = Arrays.copyOfRange(bytes, from, from + length);
    System.arraycopy(other.bytes, otherFrom, bytes, from, length);
    System.arraycopy(mine, 0, other.bytes, otherFrom, length);
  }

  /** False at and behind the end. */
  public boolean mayInsert(int at) {
    return at < bytes.length;
  }

  /** FALLOC_FL_INSERT_RANGE. */
  public void insert(int at, int length) {
    byte[] next = new byte[bytes.length + length];
    System.arraycopy(bytes, 0, next, 0, at);
    System.arraycopy(bytes, at, next, at + length, bytes.length - at);
    bytes = next;
    reach(at / blockSize);
    for (int i = 0; i < length / blockSize; i++) {
      states.add(at / blockSize, ExtentState.HOLE);
    }
  }
}
