package io.hunyuan4j.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Attention gives the bits of the plain loops at every vector width, with one or three threads, and
 * in any cut of the prompt; keys that a token may not see have no influence, whatever they hold.
 */
@ParameterizedClass(name = "{0} bits, {1} threads")
@MethodSource("variants")
class AttentionTest {
  private static final int KV_HEADS = 2;
  private static final float SCALE = 0.3f;

  /** Products of a case, at most, for plain loops and for widths that CPUs often lack. */
  private static final long SMALL = 500_000;

  /** Results of the plain loops, which are slow, once for all variants. */
  private static final Map<Object, int[]> EXPECTED = new HashMap<>();

  private final int vectorBits;
  private final Parallel parallel;
  private final Kernels kernels;

  AttentionTest(int vectorBits, int threads) {
    this.vectorBits = vectorBits;
    this.parallel = Parallel.ofThreads(threads);
    this.kernels = KernelFactory.ofWidth(vectorBits, parallel);
  }

  static List<Object[]> variants() {
    List<Object[]> all = new ArrayList<>();
    for (int bits : KernelFactory.VECTOR_BITS) {
      if (bits > 0) {
        all.add(new Object[] {bits, 1});
      }
      all.add(new Object[] {bits, 3});
    }
    return all;
  }

  @AfterEach
  void close() {
    parallel.close();
  }

  private record Case(
      KvFormat format, int headDim, int headsPerGroup, int tokens, int firstPosition) {
    long products() {
      long keys = (long) tokens * (firstPosition + tokens);
      return keys * headsPerGroup * KV_HEADS * headDim;
    }
  }

  private static List<Case> cases() {
    int[][] shapes = { // heads per group, tokens, first position
      {1, 1, 0},
      {2, 1, 63},
      {5, 1, 1000},
      {8, 1, 64},
      {8, 7, 1},
      {1, 2, 1000},
      {2, 2, 63},
      {5, 7, 64},
      {1, 65, 63},
      {2, 130, 1},
      {5, 65, 0},
      {1, 130, 64},
      {2, 7, 1000},
      {8, 65, 1},
      {10, 1, 70},
      {10, 2, 1000}
    };
    List<Case> all = new ArrayList<>();
    for (KvFormat format : KvFormat.values()) {
      for (int headDim : new int[] {12, 40, 80, 128}) {
        for (int[] shape : shapes) {
          all.add(new Case(format, headDim, shape[0], shape[1], shape[2]));
        }
      }
    }
    return all;
  }

  @Test
  void attention_anyShape_bitsOfThePlainLoops() {
    for (Case c : cases()) {
      if (vectorBits == 256 || c.products() <= SMALL) {
        check(c);
      }
    }
  }

  @Test
  void attention_contextOfSeveralRounds_bitsOfThePlainLoops() {
    if (vectorBits != 0) {
      check(new Case(KvFormat.BF16, 32, 96, 1, 5000));
    }
  }

  private void check(Case c) {
    Samples samples = new Samples(c.hashCode());
    int positions = c.firstPosition + c.tokens;
    KvView cache = samples.cache(c.format, KV_HEADS, c.headDim, positions); // NaN behind them
    int cols = KV_HEADS * c.headsPerGroup * c.headDim;
    FloatMatrix query = samples.matrix(c.tokens, cols);
    FloatMatrix out = samples.matrix(c.tokens, cols);
    FloatMatrix expected = copy(out);
    int[] bits =
        EXPECTED.computeIfAbsent(
            c,
            _ -> {
              scalar().attention(expected, query, cache, c.firstPosition, SCALE);
              return bits(expected);
            });
    kernels.attention(out, query, cache, c.firstPosition, SCALE);
    assertArrayEquals(bits, bits(out), c.toString());
  }

  private static Kernels scalar() {
    return KernelFactory.ofWidth(0, Parallel.ofThreads(1));
  }

  private static FloatMatrix copy(FloatMatrix m) {
    return new FloatMatrix(m.data().clone(), m.offset(), m.rows(), m.cols(), m.stride());
  }

  /** The bits of the whole array, so that a write outside the result is seen too. */
  private static int[] bits(FloatMatrix m) {
    int[] bits = new int[m.data().length];
    Arrays.setAll(bits, i -> Float.floatToIntBits(m.data()[i]));
    return bits;
  }

  @Test
  void attention_anyCutOfThePrompt_sameBits() {
    Samples samples = new Samples(3);
    int tokens = 70;
    int cols = KV_HEADS * 3 * 40;
    for (KvFormat format : KvFormat.values()) {
      KvView cache = samples.cache(format, KV_HEADS, 40, 50 + tokens);
      FloatMatrix query = samples.matrix(tokens, cols);
      FloatMatrix whole = FloatMatrix.zeros(tokens, cols);
      kernels.attention(whole, query, cache, 50, SCALE);
      for (int step : new int[] {1, 13, 33}) {
        FloatMatrix cut = FloatMatrix.zeros(tokens, cols);
        for (int from = 0; from < tokens; from += step) {
          int to = Math.min(tokens, from + step);
          kernels.attention(cut.rows(from, to), query.rows(from, to), cache, 50 + from, SCALE);
        }
        assertArrayEquals(bits(whole), bits(cut), format + " in steps of " + step);
      }
    }
  }

  @Test
  void attention_laterKeysThatAreNotFinite_changeNothing() {
    Samples samples = new Samples(4);
    int headDim = 40;
    int cols = KV_HEADS * headDim;
    int positions = 100;
    FloatMatrix keys = samples.matrix(positions, cols);
    FloatMatrix values = samples.matrix(positions, cols);
    FloatMatrix query = samples.matrix(20, 3 * cols);
    for (KvFormat format : KvFormat.values()) {
      KvView cache = samples.cache(format, KV_HEADS, headDim, positions);
      kernels.storeKeyValues(cache, keys, values, 0);
      FloatMatrix clean = FloatMatrix.zeros(20, 3 * cols);
      kernels.attention(clean, query, cache, 60, SCALE);
      float[] bad = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY};
      FloatMatrix poison = FloatMatrix.zeros(25, cols);
      for (int i = 0; i < poison.data().length; i++) {
        poison.data()[i] = bad[i % bad.length];
      }
      // The positions 75 to 99: the last five tokens see some of them, the first fifteen none.
      kernels.storeKeyValues(cache, poison, poison, 75);
      FloatMatrix poisoned = FloatMatrix.zeros(20, 3 * cols);
      kernels.attention(poisoned, query, cache, 60, SCALE);
      for (int t = 0; t < 15; t++) {
        assertArrayEquals(clean.row(t), poisoned.row(t), format + " token " + t);
      }
      assertFalse(Float.isFinite(poisoned.get(15, 0)), "a token sees its own key");
    }
  }

  @Test
  void attention_sumsThatUnderflow_keepTheirSign() {
    // Weights below a half times the smallest number round to −0, which adding +0 would lose.
    int cols = KV_HEADS * 40;
    Samples samples = new Samples(5);
    KvView cache = samples.cache(KvFormat.F32, KV_HEADS, 40, 80);
    FloatMatrix values = FloatMatrix.zeros(80, cols);
    for (int t = 0; t < 80; t++) {
      Arrays.fill(values.data(), t * cols, (t + 1) * cols, t % 2 == 0 ? -Float.MIN_VALUE : -0f);
    }
    kernels.storeKeyValues(cache, samples.matrix(80, cols), values, 0);
    FloatMatrix query = samples.matrix(30, 2 * cols);
    FloatMatrix expected = FloatMatrix.zeros(30, 2 * cols);
    FloatMatrix actual = FloatMatrix.zeros(30, 2 * cols);
    scalar().attention(expected, query, cache, 50, SCALE);
    kernels.attention(actual, query, cache, 50, SCALE);
    int[] bits = bits(expected);
    assertArrayEquals(bits, bits(actual));
    assertFalse(Arrays.stream(bits).allMatch(b -> b == bits[0]), "the case has several results");
  }

  @Test
  void storeKeyValues_anyCut_sameBytes() {
    Samples samples = new Samples(6);
    int positions = 150;
    for (KvFormat format : KvFormat.values()) {
      int cols = KV_HEADS * 40;
      FloatMatrix keys = samples.matrix(positions, cols);
      FloatMatrix values = samples.matrix(positions, cols);
      KvView whole = samples.cache(format, KV_HEADS, 40, positions);
      KvView cut = samples.cache(format, KV_HEADS, 40, positions);
      kernels.storeKeyValues(whole, keys, values, 0);
      for (int from = 0; from < positions; from += 37) {
        int to = Math.min(positions, from + 37);
        kernels.storeKeyValues(cut, keys.rows(from, to), values.rows(from, to), from);
      }
      for (int b = 0; b < whole.blocks().size(); b++) {
        assertArrayEquals(
            Samples.bytes(whole.blocks().get(b)), Samples.bytes(cut.blocks().get(b)), format + "");
      }
    }
  }
}
