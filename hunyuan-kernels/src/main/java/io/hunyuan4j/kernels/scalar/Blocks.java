package io.hunyuan4j.kernels.scalar;

import static io.hunyuan4j.kernels.BlockMatrix.BLOCK_COLS;
import static io.hunyuan4j.kernels.BlockMatrix.SCALES_BYTES;
import static io.hunyuan4j.kernels.BlockMatrix.TILE_ROWS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;
import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.hunyuan4j.kernels.BlockMatrix;
import io.hunyuan4j.kernels.FloatMatrix;
import io.hunyuan4j.kernels.Q4Matrix;
import io.hunyuan4j.kernels.Q8Matrix;
import io.hunyuan4j.kernels.QuantizedRows;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** The definition of weights in blocks: their numbers and scales, x in eight bits, the product. */
public final class Blocks {
  /** Exponent of the smallest scale: what is stored as 0. */
  public static final int SMALLEST_EXPONENT = -24;

  /** Largest magnitude of x that still counts as zero. */
  public static final float NOTHING = 0x1p-100f;

  /** Magnitude of the largest rounded number of x. */
  public static final float LARGEST = 127f;

  /** Added and taken away again, it rounds a float below 2²² to a whole number, halves to even. */
  public static final float ROUNDER = 0x1.8p23f;

  /** Running sums of a product. */
  public static final int SUMS = 16;

  private static final ValueLayout.OfShort SHORT = JAVA_SHORT_UNALIGNED.withOrder(LITTLE_ENDIAN);
  private static final int LINE_BYTES = Short.BYTES * TILE_ROWS;

  private Blocks() {}

  /** The scale that the nine bits of {@code code} stand for. */
  public static float scale(int code) {
    return Float.intBitsToFloat((code << 19) + (127 + SMALLEST_EXPONENT << 23));
  }

  /**
   * A weight as a multiple of its {@link #unit}, a whole number from −127 to 127: {@code u − 128}
   * or {@code 8q − z}.
   */
  public static int number(BlockMatrix matrix, int row, int col) {
    MemorySegment data = matrix.data();
    long block = blockOffset(matrix, row, col);
    int lane = (matrix.firstRow() + row) % TILE_ROWS;
    int k = col % BLOCK_COLS;
    return switch (matrix) {
      case Q8Matrix _ -> {
        long line = block + (long) k / 2 * LINE_BYTES;
        yield (data.get(JAVA_BYTE, line + 2L * lane + k % 2) & 0xFF) - 128;
      }
      case Q4Matrix _ -> {
        long line = block + (long) k / 4 * LINE_BYTES;
        int q = data.get(SHORT, line + 2L * lane) >> 4 * (k % 4) & 15;
        yield 8 * q - (scales(matrix, row, col) & 127);
      }
    };
  }

  /** What the numbers of a row's block are multiples of: the scale, for Q4 an eighth of it. */
  public static float unit(BlockMatrix matrix, int row, int col) {
    float scale = scale(scales(matrix, row, col) >> 7 & 511);
    return switch (matrix) {
      case Q8Matrix _ -> scale;
      case Q4Matrix _ -> scale / 8;
    };
  }

  private static int scales(BlockMatrix matrix, int row, int col) {
    long end = blockOffset(matrix, row, col) + matrix.blockBytes();
    int lane = (matrix.firstRow() + row) % TILE_ROWS;
    return matrix.data().get(SHORT, end - SCALES_BYTES + 2L * lane);
  }

  private static long blockOffset(BlockMatrix matrix, int row, int col) {
    return matrix.tileOffset(row) + (long) col / BLOCK_COLS * matrix.blockBytes();
  }

  /** Decodes row {@code row} into {@code out} from index {@code at}; every weight is exact. */
  public static void row(BlockMatrix matrix, int row, float[] out, int at) {
    for (int col = 0; col < matrix.cols(); col++) {
      out[at + col] = number(matrix, row, col) * unit(matrix, row, col);
    }
  }

  /** Rounds rows {@code from … to} of x. */
  public static void quantize(QuantizedRows out, FloatMatrix x, int from, int to) {
    for (int row = from; row < to; row++) {
      for (int block = 0; block < out.blocks(); block++) {
        int first = block * BLOCK_COLS;
        int n = Math.min(BLOCK_COLS, x.cols() - first);
        quantizeBlock(out, row * out.blocks() + block, x.data(), x.rowOffset(row) + first, n);
      }
    }
  }

  /** Rounds the {@code n} numbers of one block of x. */
  public static void quantizeBlock(QuantizedRows out, int block, float[] x, int xAt, int n) {
    float largest = 0f;
    for (int i = 0; i < n; i++) {
      largest = Math.max(largest, Math.abs(x[xAt + i]));
    }
    boolean nothing = largest < NOTHING;
    float factor = nothing ? 0f : LARGEST / largest;
    int sum = 0;
    for (int i = 0; i < BLOCK_COLS; i++) {
      int rounded = i < n ? (int) (x[xAt + i] * factor + ROUNDER - ROUNDER) : 0;
      out.numbers()[block * BLOCK_COLS + i] = rounded;
      sum += rounded;
    }
    out.sums()[block] = sum;
    out.eighths()[block] = -0.125f * sum;
    out.scales()[block] = nothing ? 0f : largest / LARGEST;
    derive(out, block);
  }

  /** What vector loops multiply with instead of the numbers. */
  private static void derive(QuantizedRows out, int block) {
    int before = 0;
    for (int i = block * BLOCK_COLS; i < (block + 1) * BLOCK_COLS; i++) {
      int number = (int) out.numbers()[i];
      out.factors8()[i] = twin(i % 2 == 0 ? number : number - 256 * before);
      out.factors4()[i] = twin(i % 4 == 0 ? number : number - 16 * before);
      out.offsets()[i] = twin(32768 - 128 * (before + number));
      before = number;
    }
  }

  private static int twin(int number) {
    return number << 16 | number & 0xFFFF;
  }

  /** Outputs {@code from … to}: rows of the weights times all rows of x. */
  static void products(FloatMatrix out, QuantizedRows x, BlockMatrix weights, int from, int to) {
    int[] numbers = new int[weights.cols()];
    for (int r = from; r < to; r++) {
      for (int k = 0; k < numbers.length; k++) {
        numbers[k] = number(weights, r, k);
      }
      for (int t = 0; t < x.rows(); t++) {
        out.data()[out.rowOffset(t) + r] = product(numbers, weights, r, x, t);
      }
    }
  }

  private static float product(
      int[] numbers, BlockMatrix weights, int row, QuantizedRows x, int t) {
    float[] sums = new float[SUMS];
    for (int block = 0; block < x.blocks(); block++) {
      int first = block * BLOCK_COLS;
      int end = Math.min(first + BLOCK_COLS, numbers.length);
      int sum = 0;
      for (int k = first; k < end; k++) {
        sum += numbers[k] * (int) x.numbers()[x.rowOffset(t) + k];
      }
      float exact = sum * unit(weights, row, first);
      int j = block % SUMS;
      sums[j] = Math.fma(exact, x.scales()[t * x.blocks() + block], sums[j]);
    }
    return SixteenSums.tree(sums, 0);
  }
}
