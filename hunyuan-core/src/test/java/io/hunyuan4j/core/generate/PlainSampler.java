package io.hunyuan4j.core.generate;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/** The chain as {@link Sampler} describes it, as plainly as it is written, by sorting. */
final class PlainSampler {
  private final SamplingOptions options;
  private final RandomGenerator random;
  private final List<Integer> observed = new ArrayList<>();

  PlainSampler(SamplingOptions options) {
    this.options = options;
    this.random = RandomGeneratorFactory.of("L64X128MixRandom").create(options.seed());
  }

  void observe(int token) {
    observed.add(token);
  }

  /** A token that may be drawn. */
  private record Entry(int token, float logit, long weight, float halvings) {}

  int sample(float[] rawLogits) {
    float[] logits = changed(rawLogits);
    List<Entry> entries = new ArrayList<>();
    for (int token = 0; token < logits.length; token++) {
      if (!Float.isNaN(logits[token])) {
        entries.add(new Entry(token, logits[token], 0, 0));
      }
    }
    entries.sort(by(entry -> -(entry.logit() + 0f)));
    Entry first = entries.getFirst();
    if (options.temperature() == 0 || Float.isInfinite(first.logit())) {
      return first.token();
    }
    Truncation truncation = options.truncation();
    if (truncation.topK() > 0 && truncation.topK() < entries.size()) {
      entries = entries.subList(0, truncation.topK());
    }
    Weights weights = new Weights(options.temperature());
    entries =
        entries.stream()
            .map(
                e ->
                    new Entry(
                        e.token(),
                        e.logit(),
                        weights.weight(e.logit(), first.logit()),
                        weights.halvings(e.logit(), first.logit())))
            .filter(e -> e.weight() > 0)
            .toList();
    entries = share(entries, truncation.topP(), by(entry -> -entry.weight()));
    entries = entries.stream().filter(e -> e.weight() >= truncation.minP() * Weights.ONE).toList();
    entries = entries.stream().sorted(by(_ -> 0)).toList();
    double moment = 0;
    for (Entry entry : entries) {
      moment += entry.weight() * (double) entry.halvings();
    }
    double mean = moment / sum(entries);
    Comparator<Entry> mostTypical = by(e -> (float) Math.abs(e.halvings() - mean));
    entries = share(entries, truncation.typicalP(), mostTypical);
    return draw(entries.stream().sorted(by(_ -> 0)).toList());
  }

  private float[] changed(float[] rawLogits) {
    float[] logits = rawLogits.clone();
    options
        .bias()
        .logits()
        .forEach((token, bias) -> logits[token] = (float) (logits[token] + bias));
    options.bias().banned().forEach(token -> logits[token] = Float.NaN);
    Penalties p = options.penalties();
    int from = p.window() == 0 ? 0 : Math.max(0, observed.size() - p.window());
    List<Integer> window = observed.subList(from, observed.size());
    window.stream()
        .distinct()
        .forEach(
            token -> {
              long count = window.stream().filter(token::equals).count();
              double l = logits[token];
              double scaled = l > 0 ? l / p.repetition() : l * p.repetition();
              logits[token] = (float) (scaled - count * p.frequency() - p.presence());
            });
    return logits;
  }

  /** By rising value, then by rising token. */
  private static Comparator<Entry> by(ToDoubleFunction<Entry> value) {
    return Comparator.comparingDouble(value).thenComparingInt(Entry::token);
  }

  private static long sum(List<Entry> entries) {
    return entries.stream().mapToLong(Entry::weight).sum();
  }

  private static List<Entry> share(List<Entry> entries, double p, Comparator<Entry> order) {
    double target = Math.ceil(p * sum(entries));
    List<Entry> kept = new ArrayList<>();
    long reached = 0;
    for (Entry entry : entries.stream().sorted(order).toList()) {
      if (reached < target) {
        kept.add(entry);
        reached += entry.weight();
      }
    }
    return kept;
  }

  private int draw(List<Entry> entries) {
    long mark = Math.unsignedMultiplyHigh(random.nextLong(), sum(entries));
    long reached = 0;
    for (Entry entry : entries) {
      reached += entry.weight();
      if (reached > mark) {
        return entry.token();
      }
    }
    throw new AssertionError(mark + " of " + reached);
  }
}
