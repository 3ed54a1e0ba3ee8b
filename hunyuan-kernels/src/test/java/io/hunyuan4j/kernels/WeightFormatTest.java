package io.hunyuan4j.kernels;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What conversion writes, what it loses, and the products that follow from it. */
class WeightFormatTest {
  private final Parallel parallel = Parallel.ofThreads(2);
  private final Kernels kernels = KernelFactory.ofWidth(0, parallel);
  private final Samples samples = new Samples(20261125);

  @AfterEach
  void close() {
    parallel.close();
  }

  private static Matrix f32(float[] values, int rows, int cols) {
    MemorySegment memory = Arena.ofAuto().allocate(4L * values.length, 4);
    MemorySegment.copy(values, 0, memory, ValueLayout.JAVA_FLOAT, 0, values.length);
    return new F32Matrix(memory, rows, cols);
  }

  private Matrix convert(WeightFormat format, Matrix source) {
    MemorySegment memory = Arena.ofAuto().allocate(format.bytes(source.rows(), source.cols()), 64);
    return kernels.convert(format, source, memory);
  }

  private float[] decode(Matrix matrix) {
    int[] ids = new int[matrix.rows()];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = i;
    }
    FloatMatrix out = FloatMatrix.zeros(matrix.rows(), matrix.cols());
    kernels.gatherRows(out, matrix, ids);
    return out.data();
  }

  /** The bytes that {@code docs/weight-formats.md} spells out for one weight. */
  @Test
  void q4_byHand_decodesAsDocumented() {
    MemorySegment memory = Arena.ofAuto().allocate(WeightFormat.Q4.bytes(40, 70), 64);
    int row = 34; // second tile, third lane
    int col = 45; // second block, column 13: line 3, second of four
    long block = 3 * 576 + 576;
    memory.set(JAVA_SHORT_UNALIGNED, block + 3 * 64 + 2 * 2, (short) (0xB << 4));
    int scale = 22 << 4 | 5; // (1 + 5/16) · 2^(22 − 24)
    memory.set(JAVA_SHORT_UNALIGNED, block + 512 + 2 * 2, (short) (scale << 7 | 42));
    float[] decoded = decode(WeightFormat.Q4.matrix(memory, 40, 70));
    assertEquals(1.3125f / 4 * (11 - 42 / 8f), decoded[row * 70 + col]);
  }

  @Test
  void q8_byHand_decodesAsDocumented() {
    MemorySegment memory = Arena.ofAuto().allocate(WeightFormat.Q8.bytes(40, 70), 64);
    int row = 34;
    int col = 45; // column 13 of the second block: line 6, second of two
    long block = 3 * 1088 + 1088;
    memory.set(JAVA_BYTE, block + 6 * 64 + 2 * 2 + 1, (byte) 200);
    int scale = 22 << 4 | 5;
    memory.set(JAVA_SHORT_UNALIGNED, block + 1024 + 2 * 2, (short) (scale << 7));
    float[] decoded = decode(WeightFormat.Q8.matrix(memory, 40, 70));
    assertEquals(1.3125f / 4 * (200 - 128), decoded[row * 70 + col]);
  }

  /**
   * Root of Σ(w − decoded)² / Σw² of normal weights. For comparison, the rules of other formats
   * written anew: Q8_0 0.0054, IQ4_NL (4.5 bits) 0.0750, Q4_0 (4.5 bits) 0.0848.
   */
  @ParameterizedTest
  @CsvSource({"Q8, 0.0058", "Q4, 0.0715", "BF16, 0.0018", "F16, 0.00023"})
  void convert_normalWeights_losesLittle(WeightFormat format, double bound) {
    float[] values = samples.floats(96 * 512);
    float[] decoded = decode(convert(format, f32(values, 96, 512)));
    double lost = 0;
    double all = 0;
    for (int i = 0; i < values.length; i++) {
      lost += Math.pow(values[i] - decoded[i], 2);
      all += Math.pow(values[i], 2);
    }
    double error = Math.sqrt(lost / all);
    assertTrue(error < bound && error > bound / 2, format + ": " + error);
  }

  @ParameterizedTest
  @EnumSource(WeightFormat.class)
  void convert_anyNumberOfThreads_sameBytes(WeightFormat format) {
    Matrix source = f32(samples.floats(75 * 50), 75, 50);
    byte[] two = convert(format, source).data().toArray(JAVA_BYTE);
    MemorySegment memory = Arena.ofAuto().allocate(format.bytes(75, 50), 64);
    try (Parallel one = Parallel.ofThreads(1)) {
      KernelFactory.ofWidth(0, one).convert(format, source, memory);
    }
    assertArrayEquals(memory.toArray(JAVA_BYTE), two);
  }

  /** What a format holds exactly comes back exactly: zeros, and numbers on its own grid. */
  @ParameterizedTest
  @CsvSource({"Q8, -127, 127", "Q4, -8, 7"})
  void convert_numbersOnTheGrid_areExact(WeightFormat format, int from, int to) {
    float[] values = new float[32 * 64];
    for (int r = 1; r < 32; r++) { // row 0 stays zero
      for (int k = 0; k < 64; k++) {
        int number = from + Math.floorMod(k * 37 + r, to - from + 1);
        number = k % 32 == 5 ? from : k % 32 == 6 ? to : number;
        values[r * 64 + k] = number * 1.25f * 0x1p-9f;
      }
    }
    assertArrayEquals(values, decode(convert(format, f32(values, 32, 64))));
  }

  /** A product is that of the decoded weights with x rounded to eight bits. */
  @ParameterizedTest
  @CsvSource({"Q8", "Q4"})
  void matmul_inBlocks_isTheProductOfDecodedWeightsAndRoundedX(WeightFormat format) {
    int cols = 700;
    Matrix weights = convert(format, f32(samples.floats(20 * cols), 20, cols));
    float[] decoded = decode(weights);
    FloatMatrix x = samples.matrix(3, cols);
    FloatMatrix out = FloatMatrix.zeros(3, 20);
    kernels.matmul(out, x, weights);
    for (int t = 0; t < 3; t++) {
      float[] rounded = rounded(x.row(t));
      for (int r = 0; r < 20; r++) {
        double expected = 0;
        double magnitude = 0;
        for (int k = 0; k < cols; k++) {
          double product = (double) decoded[r * cols + k] * rounded[k];
          expected += product;
          magnitude += Math.abs(product);
        }
        assertEquals(expected, out.get(t, r), 8 * 0x1p-24 * magnitude);
      }
    }
  }

  private static float[] rounded(float[] x) {
    float[] rounded = new float[x.length];
    for (int first = 0; first < x.length; first += 32) {
      int end = Math.min(x.length, first + 32);
      float largest = 0;
      for (int k = first; k < end; k++) {
        largest = Math.max(largest, Math.abs(x[k]));
      }
      for (int k = first; k < end; k++) {
        rounded[k] = (float) Math.rint(x[k] * (127f / largest)) * (largest / 127f);
      }
    }
    return rounded;
  }

  @Test
  void matmul_inBlocks_infinityOrNanInX_givesNan() {
    for (BlockMatrix weights : samples.blockWeights(33, 64)) {
      for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
        FloatMatrix x = samples.matrix(6, 64);
        x.data()[x.rowOffset(5) + 40] = bad;
        FloatMatrix out = FloatMatrix.zeros(6, 33);
        kernels.matmul(out, x, weights);
        for (int r = 0; r < 33; r++) {
          assertTrue(Float.isNaN(out.get(5, r)) && Float.isFinite(out.get(4, r)));
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"Q8, 2048", "Q4, NaN", "Q4, -Infinity", "F16, 65520"})
  void convert_weightOutOfRange_namesIt(WeightFormat format, float bad) {
    float[] values = samples.floats(40 * 50);
    values[35 * 50 + 13] = bad;
    Matrix source = f32(values, 40, 50);
    Exception e = assertThrows(IllegalArgumentException.class, () -> convert(format, source));
    assertTrue(e.toString().contains("weight [35, 13] is " + bad), e.toString());
  }
}
