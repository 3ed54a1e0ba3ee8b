package io.hunyuan4j.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.BiFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every operation, at every vector width and with one or three threads, gives the bits of the
 * scalar loops.
 *
 * <p>Results are compared as int bits over the whole array, so that a write outside the result is
 * seen too.
 */
@ParameterizedClass(name = "{0} bits, {1} threads")
@MethodSource("variants")
class VectorEqualsScalarTest {
  private final Parallel parallel;
  private final Kernels vector;
  private final Kernels scalar;
  private final Samples samples = new Samples(20261124);

  VectorEqualsScalarTest(int vectorBits, int threads) {
    this.parallel = Parallel.ofThreads(threads);
    this.vector = KernelFactory.ofWidth(vectorBits, parallel);
    this.scalar = KernelFactory.ofWidth(0, Parallel.ofThreads(1));
    assertEquals(vectorBits, vector.vectorBits());
  }

  static List<Object[]> variants() {
    List<Object[]> all = new ArrayList<>();
    for (int bits : new int[] {128, 256, 512}) {
      for (int threads : new int[] {1, 3}) {
        all.add(new Object[] {bits, threads});
      }
    }
    return all;
  }

  @AfterEach
  void close() {
    parallel.close();
  }

  /**
   * Runs an operation on equal copies of a matrix with both kernels and compares the whole arrays.
   */
  private void check(
      String what, FloatMatrix start, BiFunction<Kernels, FloatMatrix, ?> operation) {
    FloatMatrix expected = copy(start);
    FloatMatrix actual = copy(start);
    operation.apply(scalar, expected);
    operation.apply(vector, actual);
    assertArrayEquals(bits(expected.data()), bits(actual.data()), what);
  }

  private void checkMatmul(FloatMatrix x, Matrix weights) {
    check(
        "%s [%d, %d] x %d".formatted(weights.format(), weights.rows(), weights.cols(), x.rows()),
        samples.matrix(x.rows(), weights.rows()),
        (k, out) -> {
          k.matmul(out, x, weights);
          return out;
        });
  }

  private static FloatMatrix copy(FloatMatrix m) {
    return new FloatMatrix(m.data().clone(), m.offset(), m.rows(), m.cols(), m.stride());
  }

  private static int[] bits(float[] x) {
    int[] bits = new int[x.length];
    Arrays.setAll(bits, i -> Float.floatToRawIntBits(x[i]));
    return bits;
  }

  @Test
  void matmul_anyShape_sameBits() {
    for (int cols : Samples.LENGTHS) {
      for (int rows : List.of(1, 3, 16, 37, 70)) {
        for (Matrix weights : samples.weights(rows, cols)) {
          for (int tokens : cols > 500 ? List.of(1, 3, 19) : List.of(0, 1, 2, 6, 17, 25)) {
            checkMatmul(samples.matrix(tokens, cols), weights);
          }
        }
      }
    }
  }

  @Test
  void matmul_manyColumns_sameBits() {
    for (int cols : List.of(1024, 4115)) { // the second does not fill sixteen sums
      for (Matrix weights : samples.weights(13, cols)) {
        for (int tokens : cols == 1024 ? List.of(4, 5, 31, 32, 33, 48, 60) : List.of(6)) {
          checkMatmul(samples.matrix(tokens, cols), weights);
        }
      }
    }
  }

  @Test
  void matmul_manyRowsOfX_sameBits() {
    for (int cols : List.of(1, 15, 16, 17, 33, 70, 530)) {
      for (Matrix weights : samples.weights(37, cols)) {
        // The fewest in panels, below 512 bits and with 512; there last tiles of 12 and of 6
        // tokens.
        for (int tokens : List.of(33, 49, 55, 61, 66)) {
          checkMatmul(samples.matrix(tokens, cols), weights);
        }
      }
    }
  }

  @Test
  void matmul_asManyUnitsAsAPieceHas_sameBits() {
    int rows = TILES_TOGETHER;
    for (Matrix weights : samples.weights(rows, 70)) {
      for (int tokens : List.of(1, 3, 6)) {
        checkMatmul(samples.matrix(tokens, 70), weights);
      }
    }
  }

  @Test
  void matmul_oneRowOrMany_sameBits() {
    for (Matrix weights : samples.weights(40, 90)) {
      FloatMatrix x = samples.matrix(25, 90);
      FloatMatrix together = FloatMatrix.zeros(25, 40);
      vector.matmul(together, x, weights);
      for (int t = 0; t < 25; t++) {
        FloatMatrix alone = FloatMatrix.zeros(1, 40);
        vector.matmul(alone, x.rows(t, t + 1), weights);
        assertArrayEquals(
            bits(together.row(t)), bits(alone.row(0)), weights.format() + " row " + t);
      }
    }
  }

  @Test
  void matmul_severalMatrices_sameBitsAsOneByOne() {
    for (int tokens : List.of(0, 1, 16, 17)) {
      FloatMatrix x = samples.matrix(tokens, 90);
      List<Matrix> weights = new ArrayList<>();
      for (int rows : List.of(40, 1, 0, 70)) {
        weights.addAll(samples.weights(rows, 90));
      }
      int outputs = weights.stream().mapToInt(Matrix::rows).sum();
      FloatMatrix expected = samples.matrix(tokens, outputs);
      FloatMatrix actual = copy(expected);
      List<FloatMatrix> columns = new ArrayList<>();
      int at = 0;
      for (Matrix matrix : weights) {
        scalar.matmul(expected.columns(at, at + matrix.rows()), x, matrix);
        columns.add(actual.columns(at, at + matrix.rows()));
        at += matrix.rows();
      }
      vector.matmul(columns, x, weights);
      assertArrayEquals(bits(expected.data()), bits(actual.data()), tokens + " tokens");
    }
  }

  @Test
  void matmul_extremeValues_sameBits() {
    float[] extremes = {
      0f, -0f, Float.MIN_VALUE, -Float.MIN_VALUE, 1e-38f, 3e-39f, 1f, -1f, 65504f, 1e38f, -3e38f
    };
    FloatMatrix x = samples.matrix(20, 33);
    for (int t = 0; t < 20; t++) {
      for (int i = 0; i < 33; i++) {
        x.data()[x.rowOffset(t) + i] = extremes[(t * 7 + i * 3) % extremes.length];
      }
    }
    for (Matrix weights : samples.weights(35, 33)) {
      for (FloatMatrix some : List.of(x, x.rows(2, 3))) {
        checkMatmul(some, weights);
      }
    }
  }

  /** Sums of a block as large as they get, where 16-bit numbers have no room to spare. */
  @Test
  void matmul_largestSumsOfBlocks_sameBits() {
    for (byte number : new byte[] {0, (byte) 0xFF, (byte) 0xF0}) {
      MemorySegment bytes = Arena.ofAuto().allocate(1 << 18, 64).fill(number);
      for (BlockMatrix weights : inBlocks(bytes, TILES_TOGETHER, 40)) {
        for (float[] signs : new float[][] {{1f, 1f}, {-1f, -1f}, {1f, -1f}}) {
          FloatMatrix x = samples.matrix(7, 40);
          for (int i = 0; i < x.data().length; i++) {
            x.data()[i] = signs[i % 2]; // rounded to 127 and -127
          }
          checkProducts(x, weights);
        }
      }
    }
  }

  /** More blocks than running sums, in every tile of a piece. */
  @Test
  void matmul_anyBytesInManyBlocks_sameBits() {
    byte[] bytes = new byte[4 << 20];
    new Random(5).nextBytes(bytes);
    MemorySegment memory = Arena.ofAuto().allocate(bytes.length, 64);
    MemorySegment.copy(bytes, 0, memory, ValueLayout.JAVA_BYTE, 0, bytes.length);
    for (BlockMatrix weights : inBlocks(memory, TILES_TOGETHER, 1072)) {
      checkProducts(samples.matrix(7, 1072), weights);
    }
  }

  /** Rows of weights in 99 tiles: pieces of four for three threads too, and one of three. */
  private static final int TILES_TOGETHER = 3139;

  private static List<BlockMatrix> inBlocks(MemorySegment bytes, int rows, int cols) {
    return List.of(
        new Q8Matrix(
            bytes.asSlice(0, BlockMatrix.bytes(rows, cols, Q8Matrix.BLOCK_BYTES)), 0, rows, cols),
        new Q4Matrix(
            bytes.asSlice(0, BlockMatrix.bytes(rows, cols, Q4Matrix.BLOCK_BYTES)), 0, rows, cols));
  }

  /** One row of x, two, three that go as four, and four with two; of Q8, a tile of twelve too. */
  private void checkProducts(FloatMatrix x, BlockMatrix weights) {
    for (int tokens : weights instanceof Q8Matrix ? List.of(1, 6, 7) : List.of(1, 2, 3, 6)) {
      checkMatmul(x.rows(0, tokens), weights);
    }
  }

  @Test
  void matmul_infiniteWeights_sameBits() {
    FloatMatrix x = samples.matrix(49, 50);
    for (Matrix weights : samples.weights(35, 50)) {
      if (weights instanceof RowMatrix rows) {
        // Two numbers of bfloat16 are read as one int, whose bits may be those of no number.
        short infinity = (short) (rows instanceof Bf16Matrix ? 0x7F80 : 0x7C00);
        for (int row = 0; row < 35; row += 3) {
          long at = row * rows.rowBytes() + row; // in the even columns and in the odd ones
          rows.data().set(ValueLayout.JAVA_SHORT_UNALIGNED, at & -2, infinity);
        }
        for (int tokens : List.of(1, 2, 33, 49)) {
          checkMatmul(x.rows(0, tokens), weights);
        }
      }
    }
  }

  @Test
  void convert_everyFormat_sameBytes() {
    MemorySegment source = samples.weights(70, 50).getFirst().data();
    for (WeightFormat format : WeightFormat.values()) {
      byte[][] bytes = new byte[2][];
      for (int i = 0; i < 2; i++) {
        MemorySegment target = Samples.memory(format.bytes(70, 50));
        (i == 0 ? scalar : vector).convert(format, new F32Matrix(source, 70, 50), target);
        bytes[i] = target.toArray(ValueLayout.JAVA_BYTE);
      }
      assertArrayEquals(bytes[0], bytes[1], format.name());
    }
  }

  @Test
  void gatherRows_everyFormat_sameBits() {
    for (int cols : Samples.LENGTHS) {
      int[] ids = samples.ids(6, 9);
      for (Matrix table : samples.weights(9, cols)) {
        check(
            table.format() + " " + cols,
            samples.matrix(6, cols),
            (k, out) -> {
              k.gatherRows(out, table, ids);
              return out;
            });
      }
    }
  }

  @Test
  void gatherRows_everyHalf_decodesExactly() {
    var all = Samples.memory(2 * 65536);
    for (int h = 0; h < 65536; h++) {
      all.set(ValueLayout.JAVA_SHORT_UNALIGNED, 2L * h, (short) h);
    }
    for (Matrix table : List.of(new F16Matrix(all, 64, 1024), new Bf16Matrix(all, 64, 1024))) {
      int[] ids = java.util.stream.IntStream.range(0, 64).toArray();
      FloatMatrix out = FloatMatrix.zeros(64, 1024);
      vector.gatherRows(out, table, ids);
      for (int h = 0; h < 65536; h++) {
        float expected =
            table instanceof F16Matrix
                ? Float.float16ToFloat((short) h)
                : Float.intBitsToFloat(h << 16);
        assertEquals(
            Float.floatToIntBits(expected),
            Float.floatToIntBits(out.data()[h]),
            table.format() + " 0x" + Integer.toHexString(h));
      }
    }
  }

  @Test
  void rmsNorm_anyLengthAndGroups_sameBits() {
    for (int dim : Samples.LENGTHS) {
      for (int groups : List.of(1, 3)) {
        float[] weight = samples.floats(dim);
        check(
            dim + " x " + groups,
            samples.matrix(4, dim * groups),
            (k, x) -> {
              k.rmsNorm(x, x, weight, 1e-5f);
              return x;
            });
      }
    }
  }

  @Test
  void rotate_anyHeadDim_sameBits() {
    for (int headDim : List.of(2, 16, 34, 40, 56, 80, 128)) {
      FloatMatrix cos = samples.matrix(3, headDim / 2);
      FloatMatrix sin = samples.matrix(3, headDim / 2);
      check(
          "head dim " + headDim,
          samples.matrix(3, 5 * headDim),
          (k, x) -> {
            k.rotate(x, cos, sin);
            return x;
          });
    }
  }

  @Test
  void siluMultiply_anyLengthAndExtremes_sameBits() {
    for (int cols : Samples.LENGTHS) {
      FloatMatrix gate = samples.matrix(2, cols);
      gate.data()[gate.rowOffset(0)] = 1e4f;
      gate.data()[gate.rowOffset(1) + cols / 2] = -1e4f;
      gate.data()[gate.rowOffset(1) + cols - 1] = -88.5f;
      FloatMatrix up = samples.matrix(2, cols);
      check(
          "cols " + cols,
          samples.matrix(2, cols),
          (k, out) -> {
            k.siluMultiply(out, gate, up);
            return out;
          });
    }
  }

  @Test
  void softmax_anyLength_sameBits() {
    for (int cols : Samples.LENGTHS) {
      check(
          "cols " + cols,
          samples.matrix(3, cols),
          (k, x) -> {
            k.softmax(x, x);
            return x;
          });
    }
  }

  @Test
  void sums_anyLength_sameBits() {
    for (int cols : Samples.LENGTHS) {
      FloatMatrix y = samples.matrix(5, cols);
      float[] row = samples.floats(cols);
      int[] rows = {4, 0, -1, 2, 2, 3};
      float[] weights = samples.floats(6);
      check(
          "cols " + cols,
          samples.matrix(3, cols),
          (k, x) -> {
            k.add(x, y.rows(1, 4));
            k.addRow(x, row);
            k.addWeightedRows(x, y, rows, weights);
            return x;
          });
    }
  }

  @Test
  void checksum_readsEveryByte() {
    var memory = Samples.memory(4096);
    memory.setAtIndex(ValueLayout.JAVA_LONG_UNALIGNED, 65, 0x1234567890L);
    memory.setAtIndex(ValueLayout.JAVA_LONG_UNALIGNED, 511, 0x0F0F0F0FL);
    for (boolean inStreams : List.of(false, true)) {
      long expected = 0x1234567890L ^ 0x0F0F0F0FL;
      assertEquals(expected, scalar.loops().checksum(memory, 512, 4096, inStreams));
      assertEquals(expected, vector.loops().checksum(memory, 512, 4096, inStreams));
    }
  }

  @Test
  void fmaChains_convergeToTwo() {
    assertEquals(12 * 2f, vector.loops().fmaChains(100), 1e-3f);
  }
}
