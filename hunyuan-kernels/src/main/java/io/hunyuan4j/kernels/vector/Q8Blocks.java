package io.hunyuan4j.kernels.vector;

import static io.hunyuan4j.kernels.vector.Lanes.BITS;
import static io.hunyuan4j.kernels.vector.Lanes.FLOAT;
import static io.hunyuan4j.kernels.vector.Lanes.INT;
import static io.hunyuan4j.kernels.vector.Lanes.N;
import static io.hunyuan4j.kernels.vector.Lanes.PANEL;
import static io.hunyuan4j.kernels.vector.Lanes.SHORT;
import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.hunyuan4j.kernels.KvFormat;
import io.hunyuan4j.kernels.KvView;
import io.hunyuan4j.kernels.scalar.SixteenSums;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * Loops over blocks of a cache of bytes with scales, as in {@link Bf16Blocks}. The scales are
 * decoded first: those of keys once for every step of a running sum, so that they are read in the
 * order of the loop.
 */
final class Q8Blocks {
  /**
   * A byte for every float. At 128 bits, where no vector is so small, it has eight of which four
   * count; the last load of a block then ends among the scales.
   */
  private static final VectorSpecies<Byte> BYTE =
      VectorSpecies.of(byte.class, VectorShape.forBitSize(Math.max(64, BITS / 4)));

  private static final int BYTES = 1;
  private static final int KEYS = KvView.BLOCK_TOKENS;

  private Q8Blocks() {}

  /** One vector of numbers without their scales. */
  private static FloatVector at(MemorySegment data, long offset) {
    return (FloatVector)
        ((IntVector)
                ByteVector.fromMemorySegment(BYTE, data, offset, LITTLE_ENDIAN)
                    .convertShape(VectorOperators.B2I, INT, 0))
            .convertShape(VectorOperators.I2F, FLOAT, 0);
  }

  /** Decodes {@code n} scales, a multiple of the vector. */
  private static void scales(MemorySegment data, long offset, int n, float[] out, int outAt) {
    for (int i = 0; i < n; i += N) {
      ((IntVector)
              ShortVector.fromMemorySegment(SHORT, data, offset + 2L * i, LITTLE_ENDIAN)
                  .convertShape(VectorOperators.ZERO_EXTEND_S2I, INT, 0))
          .lanewise(VectorOperators.LSHL, 16)
          .reinterpretAsFloats()
          .intoArray(out, outAt + i);
    }
  }

  /** Elements that the decoded scales need. */
  static int scalesLength(int dim) {
    return KEYS * ((dim + 15) / 16);
  }

  /** The scales of a head's keys as {@code [k / 16][key]}. */
  static void keyScales(MemorySegment block, long offset, int dim, float[] out, int outAt) {
    for (int step = 0; step < (dim + 15) / 16; step++) {
      long row = offset + 16L * step / KvFormat.NUMBERS_PER_SCALE * KEYS * Short.BYTES;
      scales(block, row, KEYS, out, outAt + step * KEYS);
    }
  }

  /** The scales of a head's values as {@code [number / 32][value]}. */
  static void valueScales(MemorySegment block, long offset, int dim, float[] out, int outAt) {
    scales(block, offset, KEYS * KvFormat.Q8.scales(dim), out, outAt);
  }

  /** Decodes a panel of keys; the scales of its first key stand at {@code scaleAt}. */
  static void keys(MemorySegment block, long offset, int dim, int scaleAt, float[] out, int outAt) {
    long from = offset;
    int at = outAt;
    for (int index = 0; index < 16; index++) {
      int scale = scaleAt;
      for (int k = SixteenSums.residue(index); k < dim; k += 16) {
        at(block, from).mul(FloatVector.fromArray(FLOAT, out, scale)).intoArray(out, at);
        at(block, from + N)
            .mul(FloatVector.fromArray(FLOAT, out, scale + N))
            .intoArray(out, at + N);
        from += KvView.PANEL;
        at += PANEL;
        scale += KEYS;
      }
    }
  }

  /** Decodes a panel of values; the scale of the first one stands at {@code scaleAt}. */
  static void values(
      MemorySegment block,
      long offset,
      int rowBytes,
      int rows,
      int scaleAt,
      float[] out,
      int outAt) {
    long from = offset;
    int scale = scaleAt;
    for (int at = outAt; at < outAt + rows * PANEL; at += PANEL) {
      FloatVector factor = FloatVector.broadcast(FLOAT, out[scale]);
      at(block, from).mul(factor).intoArray(out, at);
      at(block, from + N).mul(factor).intoArray(out, at + N);
      from += rowBytes;
      scale++;
    }
  }

  /** Decodes the first half of a panel of values. */
  static void half(
      MemorySegment block,
      long offset,
      int rowBytes,
      int rows,
      int scaleAt,
      float[] out,
      int outAt) {
    long from = offset;
    int scale = scaleAt;
    for (int at = outAt; at < outAt + rows * PANEL; at += PANEL) {
      at(block, from).mul(FloatVector.broadcast(FLOAT, out[scale])).intoArray(out, at);
      from += rowBytes;
      scale++;
    }
  }

  /** See {@link BlockScores#scoresOfSix}: four queries, and keys as they lie. */
  static void scores(
      MemorySegment block,
      long offset,
      int dim,
      int scaleAt,
      float[] s,
      int queryAt,
      int sumsAt,
      float scale,
      int outAt) {
    FloatVector s00 = FloatVector.zero(FLOAT);
    FloatVector s01 = FloatVector.zero(FLOAT);
    FloatVector s10 = FloatVector.zero(FLOAT);
    FloatVector s11 = FloatVector.zero(FLOAT);
    FloatVector s20 = FloatVector.zero(FLOAT);
    FloatVector s21 = FloatVector.zero(FLOAT);
    FloatVector s30 = FloatVector.zero(FLOAT);
    FloatVector s31 = FloatVector.zero(FLOAT);
    long from = offset;
    int f = scaleAt;
    int index = 0;
    int left = SixteenSums.steps(dim, 0);
    for (int q = queryAt; q < queryAt + 4 * dim; q += 4) {
      FloatVector w0 = at(block, from).mul(FloatVector.fromArray(FLOAT, s, f));
      FloatVector w1 = at(block, from + N).mul(FloatVector.fromArray(FLOAT, s, f + N));
      FloatVector x = FloatVector.broadcast(FLOAT, s[q]);
      s00 = w0.fma(x, s00);
      s01 = w1.fma(x, s01);
      x = FloatVector.broadcast(FLOAT, s[q + 1]);
      s10 = w0.fma(x, s10);
      s11 = w1.fma(x, s11);
      x = FloatVector.broadcast(FLOAT, s[q + 2]);
      s20 = w0.fma(x, s20);
      s21 = w1.fma(x, s21);
      x = FloatVector.broadcast(FLOAT, s[q + 3]);
      s30 = w0.fma(x, s30);
      s31 = w1.fma(x, s31);
      from += KvView.PANEL * BYTES;
      f += KEYS;
      if (--left == 0) { // the end of a running sum
        int at = sumsAt + index * 4 * PANEL;
        s00.intoArray(s, at);
        s01.intoArray(s, at + N);
        s10.intoArray(s, at + 2 * N);
        s11.intoArray(s, at + 3 * N);
        s20.intoArray(s, at + 4 * N);
        s21.intoArray(s, at + 5 * N);
        s30.intoArray(s, at + 6 * N);
        s31.intoArray(s, at + 7 * N);
        s00 = FloatVector.zero(FLOAT);
        s01 = FloatVector.zero(FLOAT);
        s10 = FloatVector.zero(FLOAT);
        s11 = FloatVector.zero(FLOAT);
        s20 = FloatVector.zero(FLOAT);
        s21 = FloatVector.zero(FLOAT);
        s30 = FloatVector.zero(FLOAT);
        s31 = FloatVector.zero(FLOAT);
        index++;
        left = SixteenSums.steps(dim, index);
        f = scaleAt;
      }
    }
    BlockScores.addSumsOfFour(s, sumsAt, scale, outAt);
  }

  /** See {@link BlockValues#valuesOfFour}, with {@code rows} values as they lie. */
  static void values(
      MemorySegment block,
      long offset,
      int rowBytes,
      int rows,
      int scaleAt,
      float[] s,
      int weightsAt,
      float[] out,
      int outAt,
      int stride) {
    FloatVector s00 = FloatVector.zero(FLOAT);
    FloatVector s01 = s00;
    FloatVector s10 = s00;
    FloatVector s11 = s00;
    FloatVector s20 = s00;
    FloatVector s21 = s00;
    FloatVector s30 = s00;
    FloatVector s31 = s00;
    long from = offset;
    int f = scaleAt;
    for (int e = weightsAt; e < weightsAt + rows; e++) {
      FloatVector factor = FloatVector.broadcast(FLOAT, s[f]);
      FloatVector w0 = at(block, from).mul(factor);
      FloatVector w1 = at(block, from + N).mul(factor);
      FloatVector x = FloatVector.broadcast(FLOAT, s[e]);
      s00 = x.fma(w0, s00);
      s01 = x.fma(w1, s01);
      x = FloatVector.broadcast(FLOAT, s[e + KEYS]);
      s10 = x.fma(w0, s10);
      s11 = x.fma(w1, s11);
      x = FloatVector.broadcast(FLOAT, s[e + 2 * KEYS]);
      s20 = x.fma(w0, s20);
      s21 = x.fma(w1, s21);
      x = FloatVector.broadcast(FLOAT, s[e + 3 * KEYS]);
      s30 = x.fma(w0, s30);
      s31 = x.fma(w1, s31);
      from += rowBytes;
      f++;
    }
    s00.intoArray(out, outAt);
    s01.intoArray(out, outAt + N);
    s10.intoArray(out, outAt + stride);
    s11.intoArray(out, outAt + stride + N);
    s20.intoArray(out, outAt + 2 * stride);
    s21.intoArray(out, outAt + 2 * stride + N);
    s30.intoArray(out, outAt + 3 * stride);
    s31.intoArray(out, outAt + 3 * stride + N);
  }
}
