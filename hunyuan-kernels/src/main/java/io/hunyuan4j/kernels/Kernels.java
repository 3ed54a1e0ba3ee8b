package io.hunyuan4j.kernels;

import java.lang.foreign.MemorySegment;
import java.util.Objects;

/**
 * The engine's whole arithmetic vocabulary. Operands are checked here, work is split over threads
 * here; the loops are in {@link RangeKernels}.
 *
 * <p>Every operation is defined down to the last bit (see {@code docs/numerics.md}): the result
 * depends neither on the vector width nor on the number of threads. Immutable and safe to share
 * between threads. Sums follow the sixteen-sum rule: {@code p[k mod 16] ← fma(w[k], x[k], p[k mod
 * 16])} for ascending k, then {@code p[j] += p[j + 8]}, {@code + 4}, {@code + 2}, {@code + 1}.
 *
 * <p>All methods throw {@link IllegalArgumentException} naming both shapes when operands do not
 * fit.
 */
public final class Kernels {
  /** Outputs of a product that one piece of work computes: a multiple of every panel width. */
  private static final int OUTPUTS_PER_PIECE = 32;

  /** Up to as many rows of x, packing panels costs more than it gains; docs/performance.md. */
  private static final int FEW_ROWS = 16;

  /** With fewer tiles of attention a thread, long contexts are split as well. */
  private static final int TILES_PER_THREAD = 4;

  private final RangeKernels loops;
  private final Parallel parallel;
  private final FloatBuffers buffers = new FloatBuffers();

  /** The given loops on the given threads. The pool stays the caller's. */
  Kernels(RangeKernels loops, Parallel parallel) {
    this.loops = Objects.requireNonNull(loops, "loops");
    this.parallel = Objects.requireNonNull(parallel, "parallel");
  }

  /** Bits of a vector register as used here; 0 for plain loops. */
  public int vectorBits() {
    return loops.vectorBits();
  }

  /** Number of threads. */
  public int threads() {
    return parallel.threads();
  }

  RangeKernels loops() {
    return loops;
  }

  Parallel parallel() {
    return parallel;
  }

  /**
   * Rows of a table: {@code out[t] = decode(table[ids[t]])}. Shapes: out {@code [ids.length,
   * table.cols]}.
   */
  public void gatherRows(FloatMatrix out, Matrix table, int[] ids) {
    require(
        out.rows() == ids.length && out.cols() == table.cols(),
        "gatherRows",
        out,
        table,
        ids.length);
    for (int id : ids) {
      Objects.checkIndex(id, table.rows());
    }
    parallel.forRange(out.rows(), 1, (from, to) -> loops.gatherRows(out, table, ids, from, to));
  }

  /**
   * Matrix product: {@code out[t, r] = Σ_k decode(weights[r, k]) · x[t, k]} by the sixteen-sum
   * rule.
   *
   * <p>Shapes: out {@code [tokens, weights.rows]}, x {@code [tokens, weights.cols]}. out must not
   * overlap x. A few rows of x run through the weights as they lie; more run over panels of decoded
   * weights.
   */
  public void matmul(FloatMatrix out, FloatMatrix x, Matrix weights) {
    require(
        out.rows() == x.rows() && out.cols() == weights.rows() && x.cols() == weights.cols(),
        "matmul",
        out,
        x,
        weights);
    if (x.rows() <= FEW_ROWS) {
      parallel.forRange(
          weights.rows(), OUTPUTS_PER_PIECE, (from, to) -> loops.matvec(out, x, weights, from, to));
    } else {
      float[] packed = buffers.borrow(loops.packedLength(x.rows(), x.cols()));
      loops.pack(packed, x);
      parallel.forRange(
          weights.rows(),
          OUTPUTS_PER_PIECE,
          (from, to) -> loops.matmul(out, x, packed, weights, from, to));
      buffers.giveBack(packed);
    }
  }

  /**
   * Root-mean-square norm of every group of {@code weight.length} columns: {@code out[i] = x[i] ·
   * (1 / √(mean(x²) + eps)) · weight[i]}, the sum of squares by the sixteen-sum rule.
   *
   * <p>Shapes: out, x {@code [tokens, groups · dim]}, weight {@code [dim]}. out may be x. Source:
   * Zhang &amp; Sennrich 2019; {@code HunYuanRMSNorm}.
   */
  public void rmsNorm(FloatMatrix out, FloatMatrix x, float[] weight, float eps) {
    require(
        sameShape(out, x) && weight.length > 0 && x.cols() % weight.length == 0,
        "rmsNorm",
        out,
        x,
        weight.length);
    parallel.forRange(x.rows(), 1, (from, to) -> loops.rmsNorm(out, x, weight, eps, from, to));
  }

  /**
   * Rotary position embedding in place, halves rotated: for every head and {@code i < headDim/2},
   * with {@code a = x[i], b = x[i + headDim/2]}: {@code x[i] = fma(a, cos, −(b · sin))}, {@code x[i
   * + headDim/2] = fma(b, cos, a · sin)}.
   *
   * <p>Shapes: x {@code [tokens, heads · headDim]}, cos and sin {@code [tokens, headDim/2]}.
   * Source: Su et al. 2021; {@code apply_rotary_pos_emb}.
   */
  public void rotate(FloatMatrix x, FloatMatrix cos, FloatMatrix sin) {
    require(
        sameShape(cos, sin)
            && cos.rows() == x.rows()
            && cos.cols() > 0
            && x.cols() % (2 * cos.cols()) == 0,
        "rotate",
        x,
        cos,
        sin);
    parallel.forRange(x.rows(), 1, (from, to) -> loops.rotate(x, cos, sin, from, to));
  }

  /**
   * Gated activation: {@code out = gate / (1 + exp(−gate)) · up}, element by element, with the exp
   * of the numerics contract.
   *
   * <p>All of one shape. out may be gate or up.
   */
  public void siluMultiply(FloatMatrix out, FloatMatrix gate, FloatMatrix up) {
    require(sameShape(out, gate) && sameShape(gate, up), "siluMultiply", out, gate, up);
    parallel.forRange(out.rows(), 1, (from, to) -> loops.siluMultiply(out, gate, up, from, to));
  }

  /**
   * Softmax of every row: {@code out[i] = exp(x[i] − max) / Σ exp(x[j] − max)}, the sum by the
   * sixteen-sum rule.
   *
   * <p>Both of one shape with at least one column. out may be x.
   */
  public void softmax(FloatMatrix out, FloatMatrix x) {
    require(sameShape(out, x) && x.cols() > 0, "softmax", out, x, "");
    parallel.forRange(x.rows(), 1, (from, to) -> loops.softmax(out, x, from, to));
  }

  /** Sum in place: {@code x += y}. Both of one shape. */
  public void add(FloatMatrix x, FloatMatrix y) {
    require(sameShape(x, y), "add", x, y, "");
    parallel.forRange(x.rows(), 1, (from, to) -> loops.add(x, y, from, to));
  }

  /** Bias in place: {@code x[t, i] += row[i]}. Shapes: x {@code [tokens, row.length]}. */
  public void addRow(FloatMatrix x, float[] row) {
    require(x.cols() == row.length, "addRow", x, row.length, "");
    parallel.forRange(x.rows(), 1, (from, to) -> loops.addRow(x, row, from, to));
  }

  /**
   * Weighted sums of chosen rows, in place: {@code x[t] ← fma(weights[c], y[rows[c]], x[t])} for
   * the choices {@code c = t · n … t · n + n − 1} in ascending order, {@code n = rows.length /
   * x.rows}. A negative row is no choice.
   */
  public void addWeightedRows(FloatMatrix x, FloatMatrix y, int[] rows, float[] weights) {
    require(
        x.cols() == y.cols()
            && rows.length == weights.length
            && (x.rows() == 0 ? rows.length == 0 : rows.length % x.rows() == 0),
        "addWeightedRows",
        x,
        y,
        rows.length);
    for (int row : rows) {
      if (row >= 0) {
        Objects.checkIndex(row, y.rows());
      }
    }
    parallel.forRange(
        x.rows(), 1, (from, to) -> loops.addWeightedRows(x, y, rows, weights, from, to));
  }

  /**
   * Causal attention of every query head over one slot of the cache.
   *
   * <p>Query head {@code h} uses key-value head {@code h / (numHeads / numKeyValueHeads)}. For each
   * block of 64 positions, aligned to position 0: scores {@code s_i = (q · k_i) · scale}, {@code m}
   * their maximum, {@code e_i = exp(s_i − m)}, {@code l = Σ e_i} by the sixteen-sum rule, {@code o
   * ← fma(e_i, v_i, o)} key by key. Blocks merge in ascending order: {@code m' = max(m, m_b)},
   * {@code α = exp(m − m')}, {@code β = exp(m_b − m')}, {@code l ← fma(l, α, l_b · β)}, {@code o ←
   * fma(o, α, o_b · β)}; at the end {@code out = o · (1 / l)}.
   *
   * <p>Shapes: out, query {@code [tokens, numHeads · headDim]}. out must not overlap query.
   *
   * @param firstPosition cache position of row 0; row {@code t} sees positions {@code 0 …
   *     firstPosition + t}
   */
  public void attention(
      FloatMatrix out, FloatMatrix query, KvView keyValues, int firstPosition, float scale) {
    int groupWidth = keyValues.headDim() * keyValues.numKeyValueHeads();
    require(
        sameShape(out, query) && query.cols() % groupWidth == 0,
        "attention",
        out,
        query,
        keyValues);
    checkPositions(keyValues, firstPosition, query.rows());
    AttentionInputs inputs = new AttentionInputs(out, query, keyValues, firstPosition, scale);
    int tiles = inputs.tiles();
    if (tiles > 0
        && tiles < TILES_PER_THREAD * threads()
        && threads() > 1
        && inputs.blocks() >= 2 * AttentionRound.RUN) {
      attendInRounds(inputs);
    } else {
      parallel.forRange(tiles, 1, (from, to) -> loops.attention(inputs, from, to));
    }
  }

  /** Long contexts: blocks are computed side by side and merged in ascending order. */
  private void attendInRounds(AttentionInputs inputs) {
    int step = AttentionRound.blocks(inputs);
    int blocks = inputs.blocks();
    float[] memory = buffers.borrow(AttentionRound.length(inputs, step));
    for (int first = 0; first < blocks; first += step) {
      AttentionRound round =
          new AttentionRound(inputs, memory, first, Math.min(blocks, first + step));
      parallel.forRange(
          round.runs() * inputs.tiles(), 1, (from, to) -> loops.attendBlocks(round, from, to));
      int rows = inputs.query().rows() * inputs.keyValues().numKeyValueHeads();
      parallel.forRange(rows, 1, (from, to) -> loops.mergeBlocks(round, from, to));
    }
    buffers.giveBack(memory);
  }

  /**
   * Writes keys and values into the cache, rounded to its format: row {@code t} goes to position
   * {@code firstPosition + t}.
   *
   * <p>Shapes: keys, values {@code [tokens, numKeyValueHeads · headDim]}.
   */
  public void storeKeyValues(
      KvView cache, FloatMatrix keys, FloatMatrix values, int firstPosition) {
    int headDim = cache.headDim();
    require(
        sameShape(keys, values) && keys.cols() == headDim * cache.numKeyValueHeads(),
        "storeKeyValues",
        keys,
        values,
        cache);
    checkPositions(cache, firstPosition, keys.rows());
    if (keys.rows() == 0) {
      return;
    }
    int firstBlock = firstPosition / KvView.BLOCK_TOKENS;
    int blocks = (firstPosition + keys.rows() - 1) / KvView.BLOCK_TOKENS - firstBlock + 1;
    int heads = cache.numKeyValueHeads();
    int units = blocks * heads; // a head of a block, so that threads share no line of the cache
    parallel.forRange(
        units,
        keys.rows() <= FEW_ROWS ? units : 1,
        (from, to) -> {
          for (int unit = from; unit < to; unit++) {
            storeHead(cache, keys, values, firstPosition, firstBlock + unit / heads, unit % heads);
          }
        });
  }

  /** Writes the keys and values of one head that belong into one block. */
  private static void storeHead(
      KvView cache, FloatMatrix keys, FloatMatrix values, int firstPosition, int block, int head) {
    int first = block * KvView.BLOCK_TOKENS;
    MemorySegment memory = cache.blocks().get(block);
    int column = head * cache.headDim();
    int end = Math.min(keys.rows(), first + KvView.BLOCK_TOKENS - firstPosition);
    for (int t = Math.max(0, first - firstPosition); t < end; t++) {
      int position = firstPosition + t - first;
      KvEncoding.key(cache, memory, head, position, keys.data(), keys.rowOffset(t) + column);
      KvEncoding.value(cache, memory, head, position, values.data(), values.rowOffset(t) + column);
    }
  }

  private static void checkPositions(KvView cache, int firstPosition, int tokens) {
    if (firstPosition < 0 || (long) firstPosition + tokens > cache.positions()) {
      throw new IllegalArgumentException(
          "positions %d to %d do not lie in a cache of %d positions"
              .formatted(firstPosition, (long) firstPosition + tokens, cache.positions()));
    }
  }

  private static boolean sameShape(FloatMatrix a, FloatMatrix b) {
    return a.rows() == b.rows() && a.cols() == b.cols();
  }

  private static void require(boolean fits, String operation, Object a, Object b, Object c) {
    if (!fits) {
      throw new IllegalArgumentException(
          "operands of %s do not fit: %s, %s, %s".formatted(operation, a, b, shape(c)));
    }
  }

  private static Object shape(Object operand) {
    return operand instanceof Matrix m ? "[" + m.rows() + ", " + m.cols() + "]" : operand;
  }
}
