package org.ext4map.model;

/**
 * The image is sound, but uses something that this engine refuses by name: EOPNOTSUPP. Nothing was
 * written.
 */
public final class UnsupportedFeatureException extends Ext4Exception {
  private static final long serialVersionUID = 1;

  private final String feature;

  /**
   * A refusal.
   *
   * @param feature the feature's name as mke2fs spells it: {@code "compression"}
   * @param what the operation that is refused: {@code "opening for writing"}
   * @param place where the feature stands: {@code "superblock s_feature_incompat=0x1"}
   */
  public UnsupportedFeatureException(String feature, String what, String place) {
    super("feature " + feature + ": " + what + " is not supported [" + place + "]");
    this.feature = feature;
  }

  /** The feature's name as mke2fs spells it. */
  public String feature() {
    return feature;
  }
}
