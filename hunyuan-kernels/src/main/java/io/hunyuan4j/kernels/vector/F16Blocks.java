package io.hunyuan4j.kernels.vector;

import static io.hunyuan4j.kernels.vector.Lanes.FLOAT;
import static io.hunyuan4j.kernels.vector.Lanes.INT;
import static io.hunyuan4j.kernels.vector.Lanes.N;
import static io.hunyuan4j.kernels.vector.Lanes.PANEL;
import static io.hunyuan4j.kernels.vector.Lanes.SHORT;
import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.hunyuan4j.kernels.KvView;
import io.hunyuan4j.kernels.scalar.SixteenSums;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Loops over blocks of a cache of binary16 numbers. One such file a format: only {@link #at}
 * differs, and C2 must see it in the loop.
 */
final class F16Blocks {
  private static final int BYTES = 2;
  private static final int KEYS = KvView.BLOCK_TOKENS;

  private F16Blocks() {}

  /** One vector of decoded numbers. */
  private static FloatVector at(MemorySegment data, long offset) {
    IntVector half =
        (IntVector)
            ShortVector.fromMemorySegment(SHORT, data, offset, LITTLE_ENDIAN)
                .convertShape(VectorOperators.ZERO_EXTEND_S2I, INT, 0);
    // Exponent and mantissa under a binary32 exponent that is 112 too small; the product is exact,
    // for subnormals too.
    FloatVector magnitude =
        half.and(0x7FFF).lanewise(VectorOperators.LSHL, 13).reinterpretAsFloats().mul(0x1p112f);
    IntVector bits = magnitude.reinterpretAsInts();
    // From 65 536 on the half was an infinity or a NaN: fill the exponent. Shifted down, the sign
    // of the difference is all ones there; a mask would cost C2 more nodes than it inlines.
    IntVector filled =
        bits.neg().add(0x477FFFFF).lanewise(VectorOperators.ASHR, 31).and(0x7F800000);
    IntVector sign = half.and(0x8000).lanewise(VectorOperators.LSHL, 16);
    return bits.or(filled).or(sign).reinterpretAsFloats();
  }

  /** Decodes a panel: two vectors of each of the rows from {@code offset} on. */
  static void panel(
      MemorySegment block, long offset, long rowBytes, int rows, float[] out, int outAt) {
    long from = offset;
    for (int at = outAt; at < outAt + rows * PANEL; at += PANEL) {
      at(block, from).intoArray(out, at);
      at(block, from + N * BYTES).intoArray(out, at + N);
      from += rowBytes;
    }
  }

  /** Decodes the first half of a panel. */
  static void half(
      MemorySegment block, long offset, long rowBytes, int rows, float[] out, int outAt) {
    long from = offset;
    for (int at = outAt; at < outAt + rows * PANEL; at += PANEL) {
      at(block, from).intoArray(out, at);
      from += rowBytes;
    }
  }

  /** See {@link BlockScores#scoresOfSix}: four queries, and keys as they lie. */
  static void scores(
      MemorySegment block,
      long offset,
      int dim,
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
    int index = 0;
    int left = SixteenSums.steps(dim, 0);
    for (int q = queryAt; q < queryAt + 4 * dim; q += 4) {
      FloatVector w0 = at(block, from);
      FloatVector w1 = at(block, from + N * BYTES);
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
      }
    }
    BlockScores.addSumsOfFour(s, sumsAt, scale, outAt);
  }

  /** See {@link BlockValues#valuesOfFour}, with {@code rows} values as they lie. */
  static void values(
      MemorySegment block,
      long offset,
      long rowBytes,
      int rows,
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
    for (int e = weightsAt; e < weightsAt + rows; e++) {
      FloatVector w0 = at(block, from);
      FloatVector w1 = at(block, from + N * BYTES);
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
