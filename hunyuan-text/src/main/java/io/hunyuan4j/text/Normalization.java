package io.hunyuan4j.text;

import java.text.Normalizer;

/** What is done to the whole text before it is cut. */
enum Normalization {
  /** Nothing. */
  NONE {
    @Override
    String apply(String text) {
      return text;
    }
  },

  /** Unicode Normalization Form C. */
  NFC {
    @Override
    String apply(String text) {
      if (text.chars().allMatch(c -> c < FIRST_NOT_INERT)) {
        return text;
      }
      String ordered = MarkRuns.order(text);
      return Normalizer.isNormalized(ordered, Normalizer.Form.NFC)
          ? ordered
          : Normalizer.normalize(ordered, Normalizer.Form.NFC);
    }
  };

  /** Below U+0300, the first combining mark, every text is in form C. */
  private static final int FIRST_NOT_INERT = 0x300;

  /** The text normalised. It must not have lone surrogates. */
  abstract String apply(String text);
}
