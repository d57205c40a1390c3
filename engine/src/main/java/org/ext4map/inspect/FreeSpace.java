package org.ext4map.inspect;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.ext4map.Ext4Image;
import org.ext4map.model.Ext4Exception;
import org.ext4map.ondisk.Geometry;
import org.jspecify.annotations.Nullable;

/**
 * How scattered the free space is: what e2freefrag says. Units: file-system blocks; runs do not end
 * at the edges of groups. Immutable but for what could not be read.
 */
public final class FreeSpace {
  private final List<Bucket> buckets;
  private final Unread unread;

  private FreeSpace(List<Bucket> buckets, Unread unread) {
    this.buckets = List.copyOf(buckets);
    this.unread = unread;
  }

  /**
   * Free runs of similar length.
   *
   * @param least the shortest that belongs here, a power of two
   * @param runs how many
   * @param blocks in all of them
   * @param shortest of them
   * @param longest of them
   */
  public record Bucket(long least, long runs, long blocks, long shortest, long longest) {
    /** The longest that belongs here. */
    public long most() {
      return 2 * least - 1;
    }

    private Bucket with(long length) {
      return new Bucket(
          least,
          runs + 1,
          blocks + length,
          runs == 0 ? length : Math.min(shortest, length),
          Math.max(longest, length));
    }
  }

  /**
   * One block group.
   *
   * @param group its number
   * @param blocks in it
   * @param free of them
   * @param runs how many runs they form inside the group
   */
  public record Group(long group, long blocks, long free, long runs) {}

  /** Is shown groups in order. */
  @FunctionalInterface
  public interface GroupVisitor {
    /** A group whose bitmap could be read. */
    void visit(Group group) throws IOException;
  }

  /** Reads all bitmaps. Memory: one of them. */
  public static FreeSpace of(Ext4Image image, Progress progress) throws IOException {
    return of(image, progress, group -> {});
  }

  /** Reads all bitmaps and shows each group. Memory: one bitmap. */
  public static FreeSpace of(Ext4Image image, Progress progress, GroupVisitor visitor)
      throws IOException {
    Geometry geometry = image.geometry();
    Scan scan = new Scan(geometry);
    for (long group = 0; group < geometry.groupCount(); group++) {
      progress.step("block groups", group, geometry.groupCount());
      try {
        visitor.visit(scan.add(group, SpaceBits.read(image, group)));
      } catch (Ext4Exception broken) {
        scan.unread.add(String.valueOf(broken.getMessage()));
        scan.close();
      }
    }
    scan.close();
    return new FreeSpace(scan.buckets(), scan.unread);
  }

  /** Runs by length, the shortest first; lengths that no run has are left out. */
  public List<Bucket> buckets() {
    return buckets;
  }

  /** Free blocks. */
  public long blocks() {
    return buckets.stream().mapToLong(Bucket::blocks).sum();
  }

  /** Runs of free blocks. */
  public long runs() {
    return buckets.stream().mapToLong(Bucket::runs).sum();
  }

  /** Blocks of the shortest run; 0 if there is none. */
  public long shortest() {
    return buckets.isEmpty() ? 0 : buckets.get(0).shortest();
  }

  /** Blocks of the longest run; 0 if there is none. */
  public long longest() {
    return buckets.isEmpty() ? 0 : buckets.get(buckets.size() - 1).longest();
  }

  /** Groups that could not be read. */
  public Unread unread() {
    return unread;
  }

  private static final class Scan {
    private final Geometry geometry;
    private final Unread unread = new Unread();
    private final @Nullable Bucket[] byLog = new @Nullable Bucket[Long.SIZE];

    /** Blocks of the run that is open. */
    private long open;

    Scan(Geometry geometry) {
      this.geometry = geometry;
    }

    Group add(long group, SpaceBits bits) {
      long inGroup = geometry.blocksIn(group);
      long clusters = geometry.clustersIn(group);
      long free = 0;
      long runs = 0;
      for (long i = 0; i < clusters; i = bits.runEnd(i, clusters)) {
        if (bits.isUsed(i)) {
          close();
          continue;
        }
        long end = Math.min(inGroup, bits.runEnd(i, clusters) * geometry.clusterRatio());
        long length = end - i * geometry.clusterRatio();
        free += length;
        open += length;
        runs++;
      }
      return new Group(group, inGroup, free, runs);
    }

    /** Ends the open run. */
    void close() {
      if (open > 0) {
        int log = Long.SIZE - 1 - Long.numberOfLeadingZeros(open);
        Bucket before = byLog[log];
        Bucket none = new Bucket(1L << log, 0, 0, 0, 0);
        byLog[log] = (before == null ? none : before).with(open);
        open = 0;
      }
    }

    List<Bucket> buckets() {
      List<Bucket> used = new ArrayList<>();
      for (Bucket bucket : byLog) {
        if (bucket != null) {
          used.add(bucket);
        }
      }
      return used;
    }
  }
}
