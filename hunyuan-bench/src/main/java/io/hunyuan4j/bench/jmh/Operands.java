package io.hunyuan4j.bench.jmh;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;
import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.hunyuan4j.bench.RandomBf16;
import io.hunyuan4j.kernels.Bf16Matrix;
import io.hunyuan4j.kernels.F16Matrix;
import io.hunyuan4j.kernels.F32Matrix;
import io.hunyuan4j.kernels.FloatMatrix;
import io.hunyuan4j.kernels.KvFormat;
import io.hunyuan4j.kernels.KvView;
import io.hunyuan4j.kernels.Matrix;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Operands of random numbers, always the same ones in the same order. What is native lives until
 * this is closed.
 */
final class Operands implements AutoCloseable {
  private static final long SEED = 20_261_124;
  private static final long ALIGNMENT = 64;
  private static final ValueLayout.OfFloat FLOAT = JAVA_FLOAT_UNALIGNED.withOrder(LITTLE_ENDIAN);
  private static final ValueLayout.OfShort SHORT = JAVA_SHORT_UNALIGNED.withOrder(LITTLE_ENDIAN);

  private final Arena arena = Arena.ofShared();
  private final SplittableRandom random = new SplittableRandom(SEED);
  private final BenchmarkKernels kernels;

  Operands(BenchmarkKernels kernels) {
    this.kernels = kernels;
  }

  /** Numbers between −1 and 1. */
  FloatMatrix activations(int rows, int cols) {
    FloatMatrix matrix = FloatMatrix.zeros(rows, cols);
    for (int i = 0; i < matrix.data().length; i++) {
      matrix.data()[i] = 2 * random.nextFloat() - 1;
    }
    return matrix;
  }

  /** Whole numbers from 0 to {@code bound − 1}. */
  int[] indices(int n, int bound) {
    return random.ints(n, 0, bound).toArray();
  }

  /** Weights of a format as checkpoints spell it; the same numbers in each. */
  Matrix weights(String format, int rows, int cols) {
    long n = (long) rows * cols;
    MemorySegment bf16 = arena.allocate(Short.BYTES * n, ALIGNMENT);
    RandomBf16.fill(bf16, random.nextLong(), kernels.parallel());
    return switch (format) {
      case "BF16" -> new Bf16Matrix(bf16, rows, cols);
      case "F16" -> {
        for (long i = 0; i < n; i++) {
          bf16.set(SHORT, Short.BYTES * i, Float.floatToFloat16(decoded(bf16, i)));
        }
        yield new F16Matrix(bf16, rows, cols);
      }
      case "F32" -> {
        MemorySegment f32 = arena.allocate(Float.BYTES * n, ALIGNMENT);
        for (long i = 0; i < n; i++) {
          f32.set(FLOAT, Float.BYTES * i, decoded(bf16, i));
        }
        yield new F32Matrix(f32, rows, cols);
      }
      default -> throw new IllegalArgumentException("no weights of format " + format);
    };
  }

  private static float decoded(MemorySegment bf16, long index) {
    return Float.intBitsToFloat(bf16.get(SHORT, Short.BYTES * index) << 16);
  }

  /**
   * A slot of a cache with random keys and values at all of at least {@code positions} positions.
   */
  KvView cache(KvFormat format, int heads, int headDim, int positions) {
    List<MemorySegment> blocks = new ArrayList<>();
    for (int from = 0; from < positions; from += KvView.BLOCK_TOKENS) {
      blocks.add(arena.allocate(KvView.blockBytes(format, heads, headDim), ALIGNMENT));
    }
    KvView cache = new KvView(format, heads, headDim, blocks);
    int filled = Math.toIntExact(cache.positions());
    FloatMatrix keys = activations(filled, heads * headDim);
    FloatMatrix values = activations(filled, heads * headDim);
    kernels.scalar().storeKeyValues(cache, keys, values, 0);
    return cache;
  }

  /** The bits of all blocks. */
  static int[] bits(KvView cache) {
    int ints = (int) (cache.blocks().getFirst().byteSize() / Integer.BYTES);
    int[] bits = new int[cache.blocks().size() * ints];
    copyBits(cache, bits);
    return bits;
  }

  /** Writes the bits of all blocks to {@code bits}. */
  static void copyBits(KvView cache, int[] bits) {
    int ints = bits.length / cache.blocks().size();
    for (int block = 0; block < cache.blocks().size(); block++) {
      MemorySegment.copy(
          cache.blocks().get(block), ValueLayout.JAVA_INT_UNALIGNED, 0, bits, block * ints, ints);
    }
  }

  @Override
  public void close() {
    arena.close();
  }
}
