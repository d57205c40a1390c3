package org.ext4map.ondisk;

/** How names are hashed in an htree: DX_HASH_*, as dx_root and s_def_hash_version store it. */
public enum HashVersion {
  LEGACY(0, true),
  HALF_MD4(1, true),
  TEA(2, true),
  LEGACY_UNSIGNED(3, false),
  HALF_MD4_UNSIGNED(4, false),
  TEA_UNSIGNED(5, false),
  /** Keyed; only in directories that are both encrypted and case-folded. */
  SIPHASH(6, false);

  /** s_flags: names hash as unsigned bytes. */
  private static final int UNSIGNED_HASH = 0x2;

  private static final int TO_UNSIGNED = 3;

  private final int code;
  private final boolean signed;

  HashVersion(int code, boolean signed) {
    this.code = code;
    this.signed = signed;
  }

  /** True if {@code code} names a version. */
  public static boolean isKnown(int code) {
    return code >= 0 && code < values().length;
  }

  /** The codes that {@link #isKnown} knows. */
  public static String allowed() {
    return "0 … " + (values().length - 1);
  }

  /**
   * The version in use where a root says {@code code}: s_flags decides whether bytes are signed.
   *
   * @param code a known code
   * @param superblockFlags s_flags
   */
  public static HashVersion of(int code, long superblockFlags) {
    boolean shift = code <= TEA.code && (superblockFlags & UNSIGNED_HASH) != 0;
    return values()[shift ? code + TO_UNSIGNED : code];
  }

  /** True if a byte of a name above 0x7F counts as negative. */
  boolean isSigned() {
    return signed;
  }
}
