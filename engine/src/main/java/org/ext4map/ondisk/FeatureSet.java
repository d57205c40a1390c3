package org.ext4map.ondisk;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.ext4map.model.UnsupportedFeatureException;

/**
 * The three feature words of one superblock. Immutable.
 *
 * @param compat s_feature_compat
 * @param incompat s_feature_incompat
 * @param roCompat s_feature_ro_compat
 */
public record FeatureSet(int compat, int incompat, int roCompat) {
  /** True if the bit of {@code feature} is set. */
  public boolean has(Feature feature) {
    return (word(feature.set()) & feature.mask()) != 0;
  }

  /**
   * True if group descriptors carry a checksum, so that the UNINIT flags count: uninit_bg or
   * metadata_csum.
   */
  public boolean hasGroupChecksums() {
    return has(Feature.GDT_CSUM) || has(Feature.METADATA_CSUM);
  }

  /** The word that {@code set} names. */
  public int word(Feature.Set set) {
    return switch (set) {
      case COMPAT -> compat;
      case INCOMPAT -> incompat;
      case RO_COMPAT -> roCompat;
    };
  }

  /** The bits of {@code set} that no {@link Feature} names. */
  public int unknown(Feature.Set set) {
    int rest = word(set);
    for (Feature feature : Feature.values()) {
      if (feature.set() == set) {
        rest &= ~feature.mask();
      }
    }
    return rest;
  }

  /**
   * All names, in the order compat, incompat, ro_compat; unknown bits as {@code FEATURE_I18}
   * (e2fsprogs).
   */
  public List<String> names() {
    List<String> names = new ArrayList<>();
    for (Feature.Set set : Feature.Set.values()) {
      for (Feature feature : Feature.values()) {
        if (feature.set() == set && has(feature)) {
          names.add(feature.label());
        }
      }
      for (int rest = unknown(set); rest != 0; rest &= rest - 1) {
        names.add(unknownName(set, Integer.numberOfTrailingZeros(rest)));
      }
    }
    return names;
  }

  /**
   * Refuses what cannot be read.
   *
   * @throws UnsupportedFeatureException naming the first such feature
   */
  public void requireReadable() throws UnsupportedFeatureException {
    refuse(Feature.Policy.REFUSE, "opening");
    int unknown = unknown(Feature.Set.INCOMPAT);
    if (unknown != 0) {
      throw refusal(
          unknownName(Feature.Set.INCOMPAT, Integer.numberOfTrailingZeros(unknown)),
          "opening",
          Feature.Set.INCOMPAT);
    }
  }

  /**
   * Refuses what cannot be written without breaking it.
   *
   * @throws UnsupportedFeatureException naming the first such feature
   */
  public void requireWritable() throws UnsupportedFeatureException {
    requireReadable();
    refuse(Feature.Policy.READ_ONLY, "opening for writing");
    int unknown = unknown(Feature.Set.RO_COMPAT);
    if (unknown != 0) {
      throw refusal(
          unknownName(Feature.Set.RO_COMPAT, Integer.numberOfTrailingZeros(unknown)),
          "opening for writing",
          Feature.Set.RO_COMPAT);
    }
  }

  private void refuse(Feature.Policy policy, String what) throws UnsupportedFeatureException {
    for (Feature feature : Feature.values()) {
      if (feature.policy() == policy && has(feature)) {
        throw refusal(feature.label(), what, feature.set());
      }
    }
  }

  private UnsupportedFeatureException refusal(String name, String what, Feature.Set set) {
    String field = "s_feature_" + set.name().toLowerCase(Locale.ROOT);
    return new UnsupportedFeatureException(
        name, what, "superblock " + field + "=0x" + Integer.toHexString(word(set)));
  }

  private static String unknownName(Feature.Set set, int bit) {
    String letter =
        switch (set) {
          case COMPAT -> "C";
          case INCOMPAT -> "I";
          case RO_COMPAT -> "R";
        };
    return "FEATURE_" + letter + bit;
  }
}
