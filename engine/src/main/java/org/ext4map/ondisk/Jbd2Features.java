package org.ext4map.ondisk;

import java.util.ArrayList;
import java.util.List;
import org.ext4map.model.CorruptionException;
import org.ext4map.model.UnsupportedFeatureException;

/**
 * The feature words of a journal superblock (not those of the file system).
 *
 * @param compat s_feature_compat
 * @param incompat s_feature_incompat
 * @param roCompat s_feature_ro_compat
 */
public record Jbd2Features(int compat, int incompat, int roCompat) {
  /** Which checksums a journal carries. */
  public enum Checksums {
    /** None. */
    NONE,
    /** COMPAT_CHECKSUM: one CRC-32 over a transaction's descriptors and copies. */
    V1,
    /** INCOMPAT_CSUM_V2: each block has its own; 16 bits for a copy. */
    V2,
    /** INCOMPAT_CSUM_V3: each block has its own, 32 bits. */
    V3
  }

  private static final int CHECKSUM = 0x1;
  private static final int REVOKE = 0x1;
  private static final int BIT64 = 0x2;
  private static final int ASYNC_COMMIT = 0x4;
  private static final int CSUM_V2 = 0x8;
  private static final int CSUM_V3 = 0x10;
  private static final int FAST_COMMIT = 0x20;
  private static final int KNOWN_INCOMPAT =
      REVOKE | BIT64 | ASYNC_COMMIT | CSUM_V2 | CSUM_V3 | FAST_COMMIT;

  /** The features a journal is written with: revokes always, checksums and width as given. */
  public static Jbd2Features of(Checksums checksums, boolean bit64) {
    int incompat = REVOKE | (bit64 ? BIT64 : 0);
    return switch (checksums) {
      case NONE -> new Jbd2Features(0, incompat, 0);
      case V1 -> new Jbd2Features(CHECKSUM, incompat, 0);
      case V2 -> new Jbd2Features(0, incompat | CSUM_V2, 0);
      case V3 -> new Jbd2Features(0, incompat | CSUM_V3, 0);
    };
  }

  /** The same features without fast commits, which this engine does not write. */
  public Jbd2Features withoutFastCommit() {
    return new Jbd2Features(compat, incompat & ~FAST_COMMIT, roCompat);
  }

  /**
   * The features to write the log with: with revokes, without fast and asynchronous commits, and
   * with the file system's width and checksums unless there are some already.
   */
  public Jbd2Features forWriting(boolean fileSystemHasChecksums, boolean fileSystemIs64Bit) {
    int word = (incompat & ~(FAST_COMMIT | ASYNC_COMMIT)) | REVOKE;
    if (fileSystemHasChecksums && checksums() == Checksums.NONE) {
      word |= CSUM_V3;
    }
    if (fileSystemIs64Bit) {
      word |= BIT64;
    }
    return new Jbd2Features(compat, word, roCompat);
  }

  /** The checksums; V3 if several are claimed, which {@link #verify} refuses. */
  public Checksums checksums() {
    if ((incompat & CSUM_V3) != 0) {
      return Checksums.V3;
    }
    if ((incompat & CSUM_V2) != 0) {
      return Checksums.V2;
    }
    return (compat & CHECKSUM) != 0 ? Checksums.V1 : Checksums.NONE;
  }

  /** True if every block has a checksum of its own: V2 or V3. */
  public boolean hasBlockChecksums() {
    return (incompat & (CSUM_V2 | CSUM_V3)) != 0;
  }

  /** INCOMPAT_REVOKE. */
  public boolean hasRevoke() {
    return (incompat & REVOKE) != 0;
  }

  /** INCOMPAT_64BIT: block numbers of 64 bits in tags and revokes. */
  public boolean is64Bit() {
    return (incompat & BIT64) != 0;
  }

  /** INCOMPAT_ASYNC_COMMIT: a commit block may reach the log before what it commits. */
  public boolean hasAsyncCommit() {
    return (incompat & ASYNC_COMMIT) != 0;
  }

  /** INCOMPAT_FAST_COMMIT: the end of the journal is a fast-commit area. */
  public boolean hasFastCommit() {
    return (incompat & FAST_COMMIT) != 0;
  }

  /** The features' names as dumpe2fs prints them. */
  public List<String> names() {
    List<String> names = new ArrayList<>();
    add(names, compat & CHECKSUM, "journal_checksum");
    add(names, incompat & REVOKE, "journal_incompat_revoke");
    add(names, incompat & BIT64, "journal_64bit");
    add(names, incompat & ASYNC_COMMIT, "journal_async_commit");
    add(names, incompat & CSUM_V2, "journal_checksum_v2");
    add(names, incompat & CSUM_V3, "journal_checksum_v3");
    add(names, incompat & FAST_COMMIT, "fast_commit");
    return List.copyOf(names);
  }

  private static void add(List<String> names, int bit, String name) {
    if (bit != 0) {
      names.add(name);
    }
  }

  /**
   * Checks what any use of the log requires.
   *
   * @throws UnsupportedFeatureException for an unknown feature
   * @throws CorruptionException for two kinds of checksums at once
   */
  public void verify(String place) throws UnsupportedFeatureException, CorruptionException {
    refuseUnknown(incompat & ~KNOWN_INCOMPAT, "I", "s_feature_incompat", incompat);
    refuseUnknown(roCompat, "R", "s_feature_ro_compat", roCompat);
    int kinds = Integer.bitCount(incompat & (CSUM_V2 | CSUM_V3)) + (compat & CHECKSUM);
    if (kinds > 1) {
      throw CorruptionException.ofText(
          "journal superblock", "features", names().toString(), "one kind of checksums", place);
    }
  }

  private static void refuseUnknown(int unknown, String set, String field, int word)
      throws UnsupportedFeatureException {
    if (unknown != 0) {
      throw new UnsupportedFeatureException(
          "FEATURE_" + set + Integer.numberOfTrailingZeros(unknown),
          "using the journal",
          "journal superblock " + field + "=0x" + Integer.toHexString(word));
    }
  }
}
