package io.hunyuan4j.text.template;

/** Puts a {@link Text} together; every char keeps its mark, and is paid for before it is kept. */
final class TextBuilder {
  private final Budget budget;
  private final StringBuilder chars = new StringBuilder();
  private final StringBuilder origins = new StringBuilder();

  TextBuilder(Budget budget) {
    this.budget = budget;
  }

  /** In chars. */
  int length() {
    return chars.length();
  }

  TextBuilder append(Text text) {
    return append(text, 0, text.length());
  }

  TextBuilder append(Text text, int start, int end) {
    budget.characters(end - start);
    chars.append(text.chars(), start, end);
    origins.append(text.origins(), start, end);
    return this;
  }

  /** Appends what stands for the char at {@code index} of {@code source}, with its mark. */
  TextBuilder append(String replacement, Text source, int index) {
    return append(replacement, source.isOwn(index));
  }

  /** Appends what was computed. */
  TextBuilder appendForeign(String text) {
    return append(text, false);
  }

  private TextBuilder append(String text, boolean own) {
    budget.characters(text.length());
    chars.append(text);
    origins.repeat(Text.origin(own), text.length());
    return this;
  }

  Text toText() {
    return Text.of(chars, origins);
  }
}
