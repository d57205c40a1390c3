package org.ext4map.cli;

import java.util.Arrays;
import java.util.stream.Collectors;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads an option's value that is one of a few words, the {@code toString} of an enum. */
abstract class WordConverter<E extends Enum<E>> implements ITypeConverter<E> {
  private final Class<E> type;

  private WordConverter(Class<E> type) {
    this.type = type;
  }

  @Override
  public E convert(String word) {
    return Arrays.stream(type.getEnumConstants())
        .filter(value -> value.toString().equals(word))
        .findFirst()
        .orElseThrow(() -> new TypeConversionException("'" + word + "', allowed " + words()));
  }

  private String words() {
    return Arrays.stream(type.getEnumConstants())
        .map(Object::toString)
        .collect(Collectors.joining(", "));
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
}
