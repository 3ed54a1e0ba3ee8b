package io.hunyuan4j.kernels.vector;

import static io.hunyuan4j.kernels.vector.Lanes.PANEL;

import io.hunyuan4j.kernels.AttentionInputs;
import io.hunyuan4j.kernels.AttentionRound;
import io.hunyuan4j.kernels.KvView;

/**
 * What a thread needs to compute tiles of attention: the sizes of the call, the present tile, and
 * one array with what lies where in it. Kept for later calls, so that none allocates.
 */
final class TileScratch {
  private static final int KEYS = KvView.BLOCK_TOKENS;

  /** Numbers of a head. */
  int dim;

  /** Query heads of a group. */
  int heads;

  /** Distance of weighted values. */
  int stride;

  /** Key-value head of the present tile. */
  int head;

  /** First token of the present tile. */
  int firstToken;

  /** Queries of the present tile. */
  int rows;

  /** Queries that are computed together. */
  int together;

  /** Queries with those that only fill up. */
  int padded;

  /** The array. */
  float[] s = new float[0];

  /** Queries, {@code [rows computed together][k in the order of the sums][row of these]}. */
  int queries;

  /** Keys, {@code [panel][k in the order of the sums][key]}. */
  int keys;

  /** Values, {@code [panel][value][number]}. */
  int values;

  /** Decoded scales of keys or values. */
  int scales;

  /** Scores and then their exponentials, {@code [rows, 64]}. */
  int weights;

  /** Running sums that wait. */
  int sums;

  /** Maxima of the block, {@code [rows]}. */
  int blockMax;

  /** Sums of the block, {@code [rows]}. */
  int blockSum;

  /** Maxima so far, {@code [rows]}. */
  int max;

  /** Sums so far, {@code [rows]}. */
  int sum;

  /** Factors of what is merged so far, {@code [rows]}. */
  int alpha;

  /** Factors of the block, {@code [rows]}. */
  int beta;

  /** Weighted values of the block, {@code [rows, stride]}. */
  int parts;

  /** Weighted values so far, {@code [rows, stride]}. */
  int merged;

  private int end;

  /** Lays it out for the tiles of a call. */
  void open(AttentionInputs inputs) {
    int maxRows = AttentionRound.rows(inputs);
    int perRow = (maxRows + 31) & -16; // vectors may begin at any row
    dim = inputs.keyValues().headDim();
    heads = inputs.headsPerGroup();
    stride = AttentionRound.rowStride(dim);
    end = 0;
    queries = take(maxRows * dim);
    keys = take(KEYS * dim);
    values = take(KEYS * ((dim + PANEL - 1) & -PANEL));
    scales = take(Q8Blocks.scalesLength(dim));
    weights = take(maxRows * KEYS);
    sums = take(BlockScores.sumsLength());
    blockMax = take(perRow);
    blockSum = take(perRow);
    max = take(perRow);
    sum = take(perRow);
    alpha = take(perRow);
    beta = take(perRow);
    parts = take(maxRows * stride);
    merged = take(maxRows * stride);
    if (s.length < end) {
      s = new float[end];
    }
  }

  private int take(int length) {
    int at = end;
    end = Math.addExact(at, length);
    return at;
  }
}
