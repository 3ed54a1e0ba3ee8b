package io.hunyuan4j.bench.speed;

import io.hunyuan4j.engine.WeightPolicy;
import io.hunyuan4j.kernels.WeightFormat;
import java.util.Optional;

/** What the weights of a measured model are turned into before it is measured. */
public enum WeightChoice {
  /** Nothing else than they are. */
  AS_IS("as-is", Optional.empty()),
  /** bfloat16. */
  BF16("bf16", Optional.of(WeightFormat.BF16)),
  /** binary16. */
  F16("f16", Optional.of(WeightFormat.F16)),
  /** Eight bits in blocks. */
  Q8("q8", Optional.of(WeightFormat.Q8)),
  /** Four bits in blocks, embedding and head eight. */
  Q4("q4", Optional.of(WeightFormat.Q4));

  private final String spelling;
  private final Optional<WeightFormat> format;

  WeightChoice(String spelling, Optional<WeightFormat> format) {
    this.spelling = spelling;
    this.format = format;
  }

  /** The name on the command line. */
  public String spelling() {
    return spelling;
  }

  /** The format that weights of format {@code own} then have, as matrices spell it. */
  public String formatOf(String own) {
    return format.map(WeightFormat::name).orElse(own);
  }

  /** Whether weights of format {@code own} can be turned into it: none gets more bits. */
  public boolean accepts(String own) {
    return formatOf(own).equals(own) || bits(formatOf(own)) <= bits(own);
  }

  private static int bits(String format) {
    return switch (format) {
      case "F32" -> 32;
      case "Q8" -> 8;
      case "Q4" -> 4;
      default -> 16;
    };
  }

  /** The policy that turns a model's weights into it. */
  WeightPolicy policy() {
    return format.map(WeightPolicy::of).orElse(WeightPolicy.asIs());
  }
}
