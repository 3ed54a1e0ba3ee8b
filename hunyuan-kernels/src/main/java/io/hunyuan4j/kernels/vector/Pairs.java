package io.hunyuan4j.kernels.vector;

import static io.hunyuan4j.kernels.vector.Lanes.FLOAT;
import static io.hunyuan4j.kernels.vector.Lanes.INT;
import static io.hunyuan4j.kernels.vector.Lanes.N;
import static io.hunyuan4j.kernels.vector.Lanes.SHORT;
import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.hunyuan4j.kernels.FloatMatrix;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;

/**
 * Numbers of two bytes, read two to an int: the lower halves are the even columns, the upper ones
 * the odd columns, and no lane has to move, which costs some CPUs half of their speed. What they
 * are multiplied with lies in the same order: of every {@code 2 N} columns the even ones first.
 *
 * <p>A vector of 512 bits holds all sixteen sums, so that neighbouring vectors would add to the
 * same one: there columns stay as they are, and shorts are widened.
 */
final class Pairs {
  /** Whether the order differs from that of the columns. */
  static final boolean SPLIT = N < 16;

  /**
   * A mask for the odd columns. Loaded once, it keeps its register; a constant would be loaded anew
   * at every use.
   */
  static final int[] UPPER_HALF = new int[N];

  static {
    Arrays.fill(UPPER_HALF, 0xFFFF0000);
  }

  private static final VectorShuffle<Float> EVEN = VectorShuffle.makeUnzip(FLOAT, 0);
  private static final VectorShuffle<Float> ODD = VectorShuffle.makeUnzip(FLOAT, 1);
  private static final VectorShuffle<Float> LOWER = VectorShuffle.makeZip(FLOAT, 0);
  private static final VectorShuffle<Float> UPPER = VectorShuffle.makeZip(FLOAT, 1);

  private Pairs() {}

  /** The rows of x in this order, without gaps. */
  static void pack(float[] packed, FloatMatrix x, int from, int to) {
    for (int t = from; t < to; t++) {
      order(x.data(), x.rowOffset(t), x.cols(), packed, t * x.cols());
    }
  }

  /** Puts {@code n} columns in this order, also in place; those behind the last sixteen stay. */
  static void order(float[] from, int at, int n, float[] to, int toAt) {
    int whole = SPLIT ? n & -16 : 0;
    for (int k = 0; k < whole; k += 2 * N) {
      FloatVector a = FloatVector.fromArray(FLOAT, from, at + k);
      FloatVector b = FloatVector.fromArray(FLOAT, from, at + k + N);
      a.rearrange(EVEN, b).intoArray(to, toAt + k);
      a.rearrange(ODD, b).intoArray(to, toAt + k + N);
    }
    System.arraycopy(from, at + whole, to, toAt + whole, n - whole);
  }

  /**
   * Puts the even and the odd columns of {@code n} columns apart, from {@code even} and {@code odd}
   * on: a vector of each of every sixteen columns, {@code distance} from one to the next, behind
   * all of these the second one, if there are two. Without an order of its own: all columns, from
   * {@code even} on.
   *
   * @param n a multiple of 16
   */
  static void spread(float[] from, int at, int n, float[] to, int even, int odd, int distance) {
    for (int first = 0; first < 16; first += SPLIT ? 2 * N : 16) {
      int put = first / (2 * N) * (n / 16) * distance;
      for (int k = first; k < n; k += 16, put += distance) {
        FloatVector a = FloatVector.fromArray(FLOAT, from, at + k);
        if (SPLIT) {
          FloatVector b = FloatVector.fromArray(FLOAT, from, at + k + N);
          a.rearrange(EVEN, b).intoArray(to, even + put);
          a.rearrange(ODD, b).intoArray(to, odd + put);
        } else {
          a.intoArray(to, even + put);
        }
      }
    }
  }

  /** Puts sums of this order into that of the columns. */
  static void unpack(float[] sums, int at, int length) {
    for (int k = at; k < at + length && SPLIT; k += 2 * N) {
      FloatVector even = FloatVector.fromArray(FLOAT, sums, k);
      FloatVector odd = FloatVector.fromArray(FLOAT, sums, k + N);
      even.rearrange(LOWER, odd).intoArray(sums, k);
      even.rearrange(UPPER, odd).intoArray(sums, k + N);
    }
  }

  /** {@code N} ints of two numbers each. */
  static IntVector ints(MemorySegment data, long offset) {
    return IntVector.fromMemorySegment(INT, data, offset, LITTLE_ENDIAN);
  }

  /** {@code N} numbers, each in the upper half of an int. */
  static IntVector widened(MemorySegment data, long offset) {
    return ((IntVector)
            ShortVector.fromMemorySegment(SHORT, data, offset, LITTLE_ENDIAN)
                .convertShape(VectorOperators.ZERO_EXTEND_S2I, INT, 0))
        .lanewise(VectorOperators.LSHL, 16);
  }
}
