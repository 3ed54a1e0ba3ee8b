package io.hunyuan4j.core;

import io.hunyuan4j.kernels.Matrix;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What one token costs a model or a part of it: what speeds are compared with.
 *
 * <p>Counted are products with weights and attention. Norms, biases and element-wise operations are
 * left out; they are less than a hundredth of a model of useful size.
 *
 * @param bytesByFormat bytes of weights that a token reads if it is alone, as in decoding, by
 *     {@link Matrix#format}, as they lie in memory
 * @param promptBytes bytes of weights that many tokens read together: those of all experts
 * @param flops floating-point operations with weights, an {@code fma} counting as two
 * @param flopsPerKey operations of attention for each key that it looks at: {@code 4 · numHeads ·
 *     headDim} a layer
 */
public record TokenCost(
    SortedMap<String, Long> bytesByFormat, long promptBytes, long flops, long flopsPerKey) {

  /** What nothing costs. */
  public static final TokenCost NONE = new TokenCost(Collections.emptySortedMap(), 0, 0, 0);

  /** Copies the map. */
  public TokenCost {
    bytesByFormat = Collections.unmodifiableSortedMap(new TreeMap<>(bytesByFormat));
  }

  /** A product with a matrix. */
  public static TokenCost ofProduct(Matrix weights) {
    long bytes = weights.data().byteSize();
    return new TokenCost(
        single(weights.format(), bytes), bytes, 2L * weights.rows() * weights.cols(), 0);
  }

  /** A look at one row of a table. */
  public static TokenCost ofLookup(Matrix table) {
    long bytes = table.data().byteSize() / Math.max(1, table.rows());
    return new TokenCost(single(table.format(), bytes), bytes, 0, 0);
  }

  /** Attention of {@code numHeads} query heads in one layer. */
  public static TokenCost ofAttention(int numHeads, int headDim) {
    return new TokenCost(Collections.emptySortedMap(), 0, 0, 4L * numHeads * headDim);
  }

  /** This and another. */
  public TokenCost plus(TokenCost other) {
    SortedMap<String, Long> bytes = new TreeMap<>(bytesByFormat);
    other.bytesByFormat.forEach((format, more) -> bytes.merge(format, more, Long::sum));
    return new TokenCost(
        bytes,
        promptBytes + other.promptBytes,
        flops + other.flops,
        flopsPerKey + other.flopsPerKey);
  }

  /** If a token uses {@code used} of {@code all} equal parts that together make up this. */
  public TokenCost fraction(int used, int all) {
    SortedMap<String, Long> bytes = new TreeMap<>(bytesByFormat);
    bytes.replaceAll((_, whole) -> whole / all * used);
    return new TokenCost(bytes, promptBytes, flops / all * used, flopsPerKey / all * used);
  }

  /** Bytes of weights that a token reads if it is alone. */
  public long bytes() {
    return bytesByFormat.values().stream().mapToLong(Long::longValue).sum();
  }

  private static SortedMap<String, Long> single(String format, long bytes) {
    SortedMap<String, Long> map = new TreeMap<>();
    map.put(format, bytes);
    return map;
  }
}
