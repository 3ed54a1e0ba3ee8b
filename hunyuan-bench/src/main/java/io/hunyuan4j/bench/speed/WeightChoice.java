package io.hunyuan4j.bench.speed;

import io.hunyuan4j.core.WeightSource;

/** What the weights of a measured model are turned into before it is measured. */
public enum WeightChoice {
  /** Nothing else than they are. */
  AS_IS("as-is", ""),
  /** bfloat16. */
  BF16("bf16", "BF16");

  private final String spelling;
  private final String format;

  WeightChoice(String spelling, String format) {
    this.spelling = spelling;
    this.format = format;
  }

  /** The name on the command line. */
  public String spelling() {
    return spelling;
  }

  /** The format that weights of format {@code own} then have, as matrices spell it. */
  public String formatOf(String own) {
    return this == AS_IS ? own : format;
  }

  /** Whether weights of format {@code own} can be turned into it. */
  public boolean accepts(String own) {
    return formatOf(own).equals(own); // nothing is converted yet
  }

  /** The weights in that format. */
  WeightSource of(WeightSource source) {
    return source;
  }
}
