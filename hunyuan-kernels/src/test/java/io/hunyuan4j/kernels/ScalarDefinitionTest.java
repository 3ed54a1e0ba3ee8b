package io.hunyuan4j.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hunyuan4j.kernels.scalar.Decode;
import io.hunyuan4j.kernels.scalar.Encode;
import io.hunyuan4j.kernels.scalar.Exp;
import io.hunyuan4j.kernels.scalar.SixteenSums;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * The scalar loops against formulas in double precision, within bounds that follow from the data.
 */
class ScalarDefinitionTest {
  private static final double EPS = Math.ulp(1f) / 2;

  private final Kernels kernels = KernelFactory.ofWidth(0, Parallel.ofThreads(1));
  private final Samples samples = new Samples(7);

  @Test
  void tree_ofSixteenPowers_addsInTheStatedOrder() {
    // Rounding makes the order visible: 1 + 2⁻²⁴ is 1, but 2⁻²⁴ + 2⁻²⁴ first makes it 1 + 2⁻²³.
    float tiny = 0x1p-24f;
    float[] eightFirst = new float[16];
    eightFirst[0] = 1f;
    eightFirst[4] = tiny;
    eightFirst[12] = tiny;
    assertEquals(1f + 0x1p-23f, SixteenSums.tree(eightFirst, 0), "12 joins 4 before 4 joins 0");
    float[] oneByOne = new float[16];
    oneByOne[0] = 1f;
    oneByOne[8] = tiny;
    oneByOne[4] = tiny;
    assertEquals(1f, SixteenSums.tree(oneByOne, 0), "8 joins 0 alone, then 4");
  }

  @Test
  void dot_usesOneRoundingAStep() {
    float a = 1f + 0x1p-12f;
    float[] sums = new float[16];
    float[] w = new float[17];
    float[] x = new float[17];
    w[0] = -1f;
    x[0] = 1f + 0x1p-11f;
    w[16] = a;
    x[16] = a;
    SixteenSums.addProducts(sums, 0, w, 0, x, 0, 0, 17);
    assertEquals(0x1p-24f, sums[0], "a² − (1 + 2⁻¹¹) is exact with fma and 0 without");
  }

  @Test
  void matmul_storedNumberByNumber_withinTheErrorBoundOfTheData() {
    for (int cols : Samples.LENGTHS) {
      for (Matrix weights : samples.rowWeights(5, cols)) {
        FloatMatrix x = samples.matrix(2, cols);
        FloatMatrix out = FloatMatrix.zeros(2, 5);
        kernels.matmul(out, x, weights);
        for (int t = 0; t < 2; t++) {
          for (int r = 0; r < 5; r++) {
            float[] row = Samples.decoded(weights, r);
            double exact = 0;
            double magnitude = 0;
            for (int k = 0; k < cols; k++) {
              double product = (double) row[k] * x.get(t, k);
              exact += product;
              magnitude += Math.abs(product);
            }
            double bound = (cols / 16 + 6) * EPS * magnitude;
            assertEquals(exact, out.get(t, r), bound, weights.format() + " " + cols);
          }
        }
      }
    }
  }

  @Test
  void exp_wholeRange_withinTwoUlps() {
    double worst = 0;
    for (float x = Exp.LOWEST; x <= Exp.HIGHEST; x += 0.0009765625f) {
      double exact = StrictMath.exp(x);
      worst = Math.max(worst, Math.abs(Exp.exp(x) - exact) / Math.ulp((float) exact));
    }
    assertTrue(worst < 2, "error of " + worst + " ulps");
  }

  @Test
  void exp_outsideTheRange_isDefined() {
    assertEquals(0f, Exp.exp(-87.01f));
    assertEquals(0f, Exp.exp(Float.NEGATIVE_INFINITY));
    assertEquals(Float.POSITIVE_INFINITY, Exp.exp(88.01f));
    assertEquals(Float.POSITIVE_INFINITY, Exp.exp(Float.POSITIVE_INFINITY));
    assertEquals(1f, Exp.exp(0f));
    assertTrue(Float.isNaN(Exp.exp(Float.NaN)));
  }

  @Test
  void rmsNorm_matchesTheFormula() {
    FloatMatrix x = samples.matrix(3, 2 * 40);
    float[] weight = samples.floats(40);
    FloatMatrix out = FloatMatrix.zeros(3, 80);
    kernels.rmsNorm(out, x, weight, 1e-5f);
    for (int t = 0; t < 3; t++) {
      for (int group = 0; group < 2; group++) {
        double squares = 0;
        for (int i = 0; i < 40; i++) {
          squares += Math.pow(x.get(t, group * 40 + i), 2);
        }
        for (int i = 0; i < 40; i++) {
          double exact = x.get(t, group * 40 + i) / Math.sqrt(squares / 40 + 1e-5f) * weight[i];
          assertEquals(exact, out.get(t, group * 40 + i), 8 * EPS * Math.abs(exact));
        }
      }
    }
  }

  @Test
  void rotate_turnsHalvesByTheAngle() {
    FloatMatrix x = FloatMatrix.of(new float[] {1, 2, 3, 4}, 1, 4);
    FloatMatrix cos = FloatMatrix.of(new float[] {0.6f, 0f}, 1, 2);
    FloatMatrix sin = FloatMatrix.of(new float[] {0.8f, 1f}, 1, 2);
    kernels.rotate(x, cos, sin);
    assertEquals(1 * 0.6 - 3 * 0.8, x.get(0, 0), 1e-6, "pairs are (i, i + half), not neighbours");
    assertEquals(-4, x.get(0, 1));
    assertEquals(3 * 0.6 + 1 * 0.8, x.get(0, 2), 1e-6);
    assertEquals(2, x.get(0, 3));
  }

  @Test
  void siluMultiply_matchesTheFormula() {
    FloatMatrix gate = samples.matrix(2, 50);
    FloatMatrix up = samples.matrix(2, 50);
    FloatMatrix out = FloatMatrix.zeros(2, 50);
    kernels.siluMultiply(out, gate, up);
    for (int t = 0; t < 2; t++) {
      for (int i = 0; i < 50; i++) {
        double g = gate.get(t, i);
        double exact = g / (1 + Math.exp(-g)) * up.get(t, i);
        assertEquals(exact, out.get(t, i), 10 * EPS * Math.abs(exact));
      }
    }
  }

  @Test
  void softmax_matchesTheFormula() {
    FloatMatrix x = samples.matrix(2, 37);
    FloatMatrix out = FloatMatrix.zeros(2, 37);
    kernels.softmax(out, x);
    for (int t = 0; t < 2; t++) {
      double sum = 0;
      for (int i = 0; i < 37; i++) {
        sum += Math.exp(x.get(t, i));
      }
      for (int i = 0; i < 37; i++) {
        double exact = Math.exp(x.get(t, i)) / sum;
        assertEquals(exact, out.get(t, i), 20 * EPS * exact);
      }
    }
  }

  @Test
  void addWeightedRows_addsInOrderAndSkipsNegativeRows() {
    FloatMatrix x = FloatMatrix.of(new float[] {10, 20}, 2, 1);
    FloatMatrix y = FloatMatrix.of(new float[] {1, 2, 3}, 3, 1);
    kernels.addWeightedRows(x, y, new int[] {2, 0, -1, 1}, new float[] {1, 0.5f, 9, 2});
    assertEquals(10 + 3 + 0.5f, x.get(0, 0));
    assertEquals(20 + 4, x.get(1, 0));
  }

  @Test
  void attention_severalBlocks_matchesTheFormula() {
    int headDim = 40;
    int positions = 150;
    for (KvFormat format : KvFormat.values()) {
      KvView cache = samples.cache(format, 2, headDim, positions);
      FloatMatrix query = samples.matrix(2, 4 * headDim);
      FloatMatrix out = FloatMatrix.zeros(2, 4 * headDim);
      kernels.attention(out, query, cache, positions - 2, 0.2f);
      for (int t = 0; t < 2; t++) {
        for (int head = 0; head < 4; head++) {
          double[] exact = attend(cache, query, t, head, positions - 1 + t, 0.2f);
          for (int d = 0; d < headDim; d++) {
            assertEquals(exact[d], out.get(t, head * headDim + d), 2e-6, format + " head " + head);
          }
        }
      }
    }
  }

  private static double[] attend(
      KvView cache, FloatMatrix query, int t, int head, int keys, float scale) {
    int dim = cache.headDim();
    double[] out = new double[dim];
    double sum = 0;
    for (int i = 0; i < keys; i++) {
      var block = cache.blocks().get(i / KvView.BLOCK_TOKENS);
      float[] key = new float[dim];
      float[] value = new float[dim];
      Decode.key(cache, block, head / 2, i % KvView.BLOCK_TOKENS, key);
      Decode.value(cache, block, head / 2, i % KvView.BLOCK_TOKENS, 0, dim, value, 0);
      double score = 0;
      for (int d = 0; d < dim; d++) {
        score += (double) key[d] * query.get(t, head * dim + d);
      }
      double weight = Math.exp(score * scale);
      sum += weight;
      for (int d = 0; d < dim; d++) {
        out[d] += weight * value[d];
      }
    }
    for (int d = 0; d < dim; d++) {
      out[d] /= sum;
    }
    return out;
  }

  @Test
  void bf16_roundsToNearestEvenAndKeepsNan() {
    assertEquals((short) 0x3F80, Encode.bf16(1f));
    assertEquals((short) 0x3F80, Encode.bf16(Float.intBitsToFloat(0x3F808000)), "tie to even");
    assertEquals((short) 0x3F82, Encode.bf16(Float.intBitsToFloat(0x3F818000)), "tie to even");
    assertEquals((short) 0x3F81, Encode.bf16(Float.intBitsToFloat(0x3F808001)), "above the tie");
    assertEquals((short) 0x7F80, Encode.bf16(Float.MAX_VALUE), "rounds up to infinity");
    assertEquals((short) 0xFFC0, Encode.bf16(Float.intBitsToFloat(0xFF800001)), "NaN stays NaN");
  }

  @Test
  void operands_thatDoNotFit_areRefusedWithBothShapes() {
    Matrix weights = samples.weights(3, 4).getFirst();
    var e =
        assertThrows(
            IllegalArgumentException.class,
            () -> kernels.matmul(FloatMatrix.zeros(2, 3), FloatMatrix.zeros(2, 5), weights));
    assertEquals("operands of matmul do not fit: [2, 3], [2, 5], [3, 4]", e.getMessage());
    for (Runnable bad :
        List.<Runnable>of(
            () -> kernels.add(FloatMatrix.zeros(1, 2), FloatMatrix.zeros(2, 1)),
            () ->
                kernels.rmsNorm(FloatMatrix.zeros(1, 5), FloatMatrix.zeros(1, 5), new float[2], 0),
            () ->
                kernels.attention(
                    FloatMatrix.zeros(1, 16),
                    FloatMatrix.zeros(1, 16),
                    samples.cache(KvFormat.F32, 1, 16, 3),
                    64,
                    1f))) {
      assertThrows(IllegalArgumentException.class, bad::run);
    }
    assertThrows(
        IndexOutOfBoundsException.class,
        () -> kernels.gatherRows(FloatMatrix.zeros(1, 4), weights, new int[] {3}));
  }
}
