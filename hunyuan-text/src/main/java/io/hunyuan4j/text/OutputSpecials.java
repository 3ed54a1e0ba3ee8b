package io.hunyuan4j.text;

/** What becomes of special tokens in ids that are decoded. */
public enum OutputSpecials {
  /** A special token gives its spelling; an id the vocabulary does not hold is an error. */
  SPELLED,
  /** Special tokens vanish, and so do ids past the vocabulary, which a padded model can produce. */
  SKIPPED
}
