package io.hunyuan4j.kernels;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import io.hunyuan4j.kernels.scalar.Encode;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Random operands from a fixed seed. */
final class Samples {
  /**
   * Lengths that hurt: below, at and above sixteen, published head sizes, one below and above a
   * power of two.
   */
  static final List<Integer> LENGTHS = List.of(1, 15, 16, 17, 40, 56, 80, 128, 250, 2046);

  private final Random random;

  Samples(long seed) {
    this.random = new Random(seed);
  }

  float[] floats(int n) {
    float[] x = new float[n];
    for (int i = 0; i < n; i++) {
      x[i] = (float) random.nextGaussian();
    }
    return x;
  }

  /** A dense matrix with an odd offset and stride, so that slices are misaligned. */
  FloatMatrix matrix(int rows, int cols) {
    int stride = cols + 3;
    return new FloatMatrix(floats(5 + rows * stride), 5, rows, cols, stride);
  }

  int[] ids(int n, int bound) {
    return random.ints(n, 0, bound).toArray();
  }

  /** Matrices of every format, at an odd address. */
  List<Matrix> weights(int rows, int cols) {
    List<Matrix> all = new ArrayList<>(rowWeights(rows, cols));
    all.addAll(blockWeights(rows, cols));
    return all;
  }

  /** One matrix of every format that stores number by number. */
  List<RowMatrix> rowWeights(int rows, int cols) {
    List<RowMatrix> all = new ArrayList<>();
    float[] values = floats(rows * cols);
    all.add(new F32Matrix(misaligned(values, 4), rows, cols));
    all.add(new Bf16Matrix(misaligned(values, 2), rows, cols));
    MemorySegment half = memory(2L * values.length);
    for (int i = 0; i < values.length; i++) {
      half.set(JAVA_SHORT_UNALIGNED, 2L * i, Float.floatToFloat16(values[i]));
    }
    all.add(new F16Matrix(half, rows, cols));
    return all;
  }

  /** Of every format in blocks a whole matrix and one that begins inside a tile. */
  List<BlockMatrix> blockWeights(int rows, int cols) {
    int above = 7;
    FloatMatrix values = FloatMatrix.of(floats((above + rows) * cols), above + rows, cols);
    for (int t = 0; t < rows; t++) { // scales of many magnitudes, some blocks of zeros
      for (int k = 0; k < cols; k++) {
        values.data()[values.rowOffset(t) + k] *= (float) Math.scalb(1, (t * 5 + k / 32) % 9 - 7);
        values.data()[values.rowOffset(t) + k] *= (t + k / 32) % 11 == 3 ? 0 : 1;
      }
    }
    List<BlockMatrix> all = new ArrayList<>();
    try (Parallel one = Parallel.ofThreads(1)) {
      Matrix source = new F32Matrix(misaligned(values.data(), 4), above + rows, cols);
      for (WeightFormat format : List.of(WeightFormat.Q8, WeightFormat.Q4)) {
        MemorySegment memory = memory(format.bytes(above + rows, cols));
        BlockMatrix whole =
            (BlockMatrix) KernelFactory.ofWidth(0, one).convert(format, source, memory);
        all.add(whole.rows(0, rows));
        all.add(whole.rows(above, above + rows));
      }
    }
    return all;
  }

  private static MemorySegment misaligned(float[] values, int bytes) {
    MemorySegment segment = memory((long) bytes * values.length);
    for (int i = 0; i < values.length; i++) {
      if (bytes == 4) {
        segment.set(JAVA_FLOAT_UNALIGNED, 4L * i, values[i]);
      } else {
        segment.set(JAVA_SHORT_UNALIGNED, 2L * i, Encode.bf16(values[i]));
      }
    }
    return segment;
  }

  /** Memory at an odd address, followed by a byte that nobody may touch. */
  static MemorySegment memory(long bytes) {
    return Arena.ofAuto().allocate(bytes + 2, 64).asSlice(1, bytes);
  }

  /**
   * A cache filled with random keys and values for {@code positions} positions; unused positions
   * hold NaN.
   */
  KvView cache(KvFormat format, int heads, int headDim, int positions) {
    List<MemorySegment> blocks = new ArrayList<>();
    for (int first = 0; first < positions; first += KvView.BLOCK_TOKENS) {
      MemorySegment block = memory(KvView.blockBytes(format, heads, headDim));
      block.fill((byte) 0xFF);
      blocks.add(block);
    }
    KvView view = new KvView(format, heads, headDim, blocks);
    Kernels kernels = KernelFactory.ofWidth(0, Parallel.ofThreads(1));
    int width = heads * headDim;
    kernels.storeKeyValues(view, matrix(positions, width), matrix(positions, width), 0);
    return view;
  }

  /** The weights as floats, by the scalar rule. */
  static float[] decoded(Matrix matrix, int row) {
    float[] out = new float[matrix.cols()];
    io.hunyuan4j.kernels.scalar.Decode.row(matrix, row, out, 0);
    return out;
  }

  static byte[] bytes(MemorySegment segment) {
    return segment.toArray(JAVA_BYTE);
  }
}
