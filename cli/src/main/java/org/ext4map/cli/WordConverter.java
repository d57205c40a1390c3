package org.ext4map.cli;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.ext4map.aio.ConvertMode;
import org.ext4map.aio.ExtendMode;
import org.ext4map.aio.IdleMode;
import org.ext4map.aio.Trouble;
import org.ext4map.aio.ring.RingFile.Engine;
import org.ext4map.load.AccessPattern;
import org.ext4map.load.Preallocation;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads an option's value that is one of a few words: an enum's, in small letters. */
abstract class WordConverter<E extends Enum<E>> implements ITypeConverter<E> {
  private final Class<E> type;

  private WordConverter(Class<E> type) {
    this.type = type;
  }

  @Override
  public E convert(String word) {
    return Arrays.stream(type.getEnumConstants())
        .filter(value -> word(value).equals(word))
        .findFirst()
        .orElseThrow(() -> new TypeConversionException("'" + word + "', allowed " + words()));
  }

  private String words() {
    return Arrays.stream(type.getEnumConstants())
        .map(WordConverter::word)
        .collect(Collectors.joining(", "));
  }

  static String word(Enum<?> value) {
    return value.toString().toLowerCase(Locale.ROOT);
  }

  /** For {@code --view}. */
  static final class OfView extends WordConverter<ViewChoice> {
    OfView() {
      super(ViewChoice.class);
    }
  }

  /** For {@code --color}. */
  static final class OfColor extends WordConverter<ColorChoice> {
    OfColor() {
      super(ColorChoice.class);
    }
  }

  /** For {@code --rw}. */
  static final class OfPattern extends WordConverter<AccessPattern> {
    OfPattern() {
      super(AccessPattern.class);
    }
  }

  /** For {@code --prealloc}. */
  static final class OfPreallocation extends WordConverter<Preallocation> {
    OfPreallocation() {
      super(Preallocation.class);
    }
  }

  /** For {@code --engine}. */
  static final class OfEngine extends WordConverter<Engine> {
    OfEngine() {
      super(Engine.class);
    }
  }

  /** For {@code --split}. */
  static final class OfSplit extends WordConverter<SplitChoice> {
    OfSplit() {
      super(SplitChoice.class);
    }
  }

  /** For {@code --extend}. */
  static final class OfExtend extends WordConverter<ExtendMode> {
    OfExtend() {
      super(ExtendMode.class);
    }
  }

  /** For {@code --faults}. */
  static final class OfTrouble extends WordConverter<Trouble> {
    OfTrouble() {
      super(Trouble.class);
    }
  }

  /** For {@code --convert}. */
  static final class OfConvert extends WordConverter<ConvertMode> {
    OfConvert() {
      super(ConvertMode.class);
    }
  }

  /** For {@code --idle}. */
  static final class OfIdle extends WordConverter<IdleMode> {
    OfIdle() {
      super(IdleMode.class);
    }
  }
}
