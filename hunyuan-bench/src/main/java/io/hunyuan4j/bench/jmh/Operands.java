package io.hunyuan4j.bench.jmh;

import io.hunyuan4j.bench.RandomMatrix;
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
    return new RandomMatrix(arena, kernels.parallel()).of(format, rows, cols, random.nextLong());
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
