package io.hunyuan4j.kernels.vector;

import static io.hunyuan4j.kernels.vector.Lanes.N;
import static io.hunyuan4j.kernels.vector.Lanes.PANEL;

import io.hunyuan4j.kernels.KvFormat;
import io.hunyuan4j.kernels.KvView;
import io.hunyuan4j.kernels.scalar.Decode;
import java.lang.foreign.MemorySegment;

/**
 * The keys or the values of one head and block of a cache in panels of two vectors: which loop of
 * which format. With many queries a block is decoded to panels of floats once for all of them; with
 * a few the products read it as it lies.
 */
final class BlockPanels {
  private static final int KEYS = KvView.BLOCK_TOKENS;

  private BlockPanels() {}

  /** Panels that {@code n} numbers side by side need. */
  static int panels(int n) {
    return (n + PANEL - 1) / PANEL;
  }

  /** Decodes the scales of the keys, if there are any: before the other methods for keys. */
  static void keyScales(KvView cache, MemorySegment block, int head, TileScratch t) {
    if (cache.format() == KvFormat.Q8) {
      long offset = cache.keyOffset(head) + cache.scaleAt(0, 0);
      Q8Blocks.keyScales(block, offset, cache.headDim(), t.s, t.scales);
    }
  }

  /** Decodes the scales of the values, if there are any: before the other methods for values. */
  static void valueScales(KvView cache, MemorySegment block, int head, TileScratch t) {
    if (cache.format() == KvFormat.Q8) {
      long offset = cache.valueOffset(head) + cache.scaleAt(0, 0);
      Q8Blocks.valueScales(block, offset, cache.headDim(), t.s, t.scales);
    }
  }

  /** Decodes a panel of keys, with whatever unused positions hold. */
  static void keys(KvView cache, MemorySegment block, int head, int panel, TileScratch t) {
    int dim = cache.headDim();
    int at = t.keys + panel * PANEL * dim;
    int rowBytes = KvView.PANEL * cache.format().elementBytes();
    long offset = cache.keyOffset(head) + cache.keyAt(panel * PANEL);
    switch (cache.format()) {
      case F32 -> F32Blocks.panel(block, offset, rowBytes, dim, t.s, at);
      case BF16 -> Bf16Blocks.panel(block, offset, rowBytes, dim, t.s, at);
      case F16 -> F16Blocks.panel(block, offset, rowBytes, dim, t.s, at);
      case Q8 -> Q8Blocks.keys(block, offset, dim, t.scales + panel * PANEL, t.s, at);
    }
  }

  /** The scores of four queries, packed at {@code queryAt}, with a panel of keys as they lie. */
  static void scoresOfFour(
      KvView cache,
      MemorySegment block,
      int head,
      int panel,
      TileScratch t,
      int queryAt,
      float scale,
      int outAt) {
    int dim = cache.headDim();
    long offset = cache.keyOffset(head) + cache.keyAt(panel * PANEL);
    int scales = t.scales + panel * PANEL;
    switch (cache.format()) {
      case F32 -> F32Blocks.scores(block, offset, dim, t.s, queryAt, t.sums, scale, outAt);
      case BF16 -> Bf16Blocks.scores(block, offset, dim, t.s, queryAt, t.sums, scale, outAt);
      case F16 -> F16Blocks.scores(block, offset, dim, t.s, queryAt, t.sums, scale, outAt);
      case Q8 -> Q8Blocks.scores(block, offset, dim, scales, t.s, queryAt, t.sums, scale, outAt);
    }
  }

  /**
   * Decodes a panel of the first {@code rows} values; where a head does not fill its last panel,
   * anything follows.
   */
  static void values(
      KvView cache, MemorySegment block, int head, int panel, int rows, TileScratch t) {
    int dim = cache.headDim();
    int at = t.values + panel * PANEL * KEYS;
    int rowBytes = cache.valueWidth(panel * PANEL) * cache.format().elementBytes();
    long offset = cache.valueOffset(head) + cache.valueAt(0, panel * PANEL);
    int scales = t.scales + panel * PANEL / KvFormat.NUMBERS_PER_SCALE * KEYS;
    int numbers = Math.min(PANEL, dim - panel * PANEL);
    if (numbers == PANEL) {
      switch (cache.format()) {
        case F32 -> F32Blocks.panel(block, offset, rowBytes, rows, t.s, at);
        case BF16 -> Bf16Blocks.panel(block, offset, rowBytes, rows, t.s, at);
        case F16 -> F16Blocks.panel(block, offset, rowBytes, rows, t.s, at);
        case Q8 -> Q8Blocks.values(block, offset, rowBytes, rows, scales, t.s, at);
      }
      return;
    }
    if (numbers >= N) {
      switch (cache.format()) {
        case F32 -> F32Blocks.half(block, offset, rowBytes, rows, t.s, at);
        case BF16 -> Bf16Blocks.half(block, offset, rowBytes, rows, t.s, at);
        case F16 -> F16Blocks.half(block, offset, rowBytes, rows, t.s, at);
        case Q8 -> Q8Blocks.half(block, offset, rowBytes, rows, scales, t.s, at);
      }
    }
    int from = dim & -N;
    for (int i = 0; i < rows && from < dim; i++) { // what does not fill a vector
      Decode.value(cache, block, head, i, from, dim, t.s, at + i * PANEL + from % PANEL);
    }
  }

  /**
   * The weighted sums of four queries over a panel of the first {@code rows} values as they lie.
   */
  static void valuesOfFour(
      KvView cache,
      MemorySegment block,
      int head,
      int panel,
      int rows,
      TileScratch t,
      int weightsAt,
      float[] out,
      int outAt,
      int stride) {
    int dim = cache.headDim();
    float[] s = t.s;
    if ((panel + 1) * PANEL > dim) {
      values(cache, block, head, panel, rows, t);
      int at = t.values + panel * PANEL * KEYS;
      BlockValues.valuesOfFour(s, at, weightsAt, rows, out, outAt, stride);
      return;
    }
    int bytes = cache.valueWidth(panel * PANEL) * cache.format().elementBytes();
    long offset = cache.valueOffset(head) + cache.valueAt(0, panel * PANEL);
    int scales = t.scales + panel * PANEL / KvFormat.NUMBERS_PER_SCALE * KEYS;
    switch (cache.format()) {
      case F32 -> F32Blocks.values(block, offset, bytes, rows, s, weightsAt, out, outAt, stride);
      case BF16 -> Bf16Blocks.values(block, offset, bytes, rows, s, weightsAt, out, outAt, stride);
      case F16 -> F16Blocks.values(block, offset, bytes, rows, s, weightsAt, out, outAt, stride);
      case Q8 ->
          Q8Blocks.values(block, offset, bytes, rows, scales, s, weightsAt, out, outAt, stride);
    }
  }
}
