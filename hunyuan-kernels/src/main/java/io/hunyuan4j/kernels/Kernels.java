package io.hunyuan4j.kernels;

import io.hunyuan4j.kernels.scalar.BlockEncoder;
import io.hunyuan4j.kernels.scalar.Encode;
import java.lang.foreign.MemorySegment;
import java.util.List;
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
  /** Up to as many positions are stored by one thread. */
  private static final int FEW_POSITIONS = 16;

  /** With fewer tiles of attention a thread, long contexts are split as well. */
  private static final int TILES_PER_THREAD = 4;

  private final RangeKernels loops;
  private final Parallel parallel;
  private final FloatBuffers buffers = new FloatBuffers();
  private final Calls calls;
  private final Products products;

  /** The given loops on the given threads. The pool stays the caller's. */
  Kernels(RangeKernels loops, Parallel parallel) {
    this.loops = Objects.requireNonNull(loops, "loops");
    this.parallel = Objects.requireNonNull(parallel, "parallel");
    this.calls = new Calls(loops);
    this.products = new Products(loops, parallel, calls);
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
    if (out.rows() != ids.length || out.cols() != table.cols()) {
      throw misfit("gatherRows", out, table, ids.length);
    }
    for (int id : ids) {
      Objects.checkIndex(id, table.rows());
    }
    Call call = calls.begin((k, c, from, to) -> k.gatherRows(c.out, c.weights, c.ints, from, to));
    call.out = out;
    call.weights = table;
    call.ints = ids;
    run(call, out.rows(), 1);
  }

  /**
   * Matrix product: {@code out[t, r] = Σ_k decode(weights[r, k]) · x[t, k]} by the sixteen-sum
   * rule; weights in blocks by the rule of {@link BlockMatrix}, which rounds x.
   *
   * <p>Shapes: out {@code [tokens, weights.rows]}, x {@code [tokens, weights.cols]}. out must not
   * overlap x. How many rows x has decides which loops run, not what they give.
   */
  public void matmul(FloatMatrix out, FloatMatrix x, Matrix weights) {
    checkProduct(out, x, weights);
    Call call = products.begin();
    call.outs.add(out);
    call.matrices.add(weights);
    products.run(call, x);
  }

  /**
   * Matrix products of one x with several matrices, as if one after the other: {@code outs[i] = x ·
   * weights[i]ᵀ}. x is packed once, and the threads meet once.
   *
   * <p>Shapes: outs[i] {@code [tokens, weights[i].rows]}, for example columns of one matrix, x
   * {@code [tokens, weights[i].cols]}. No out must overlap x or another one.
   */
  public void matmul(List<FloatMatrix> outs, FloatMatrix x, List<Matrix> weights) {
    if (outs.size() != weights.size()) {
      throw misfit("matmul", outs, x, weights.size());
    }
    for (int i = 0; i < weights.size(); i++) {
      checkProduct(outs.get(i), x, weights.get(i));
    }
    Call call = products.begin();
    for (int i = 0; i < weights.size(); i++) {
      call.outs.add(outs.get(i));
      call.matrices.add(weights.get(i));
    }
    products.run(call, x);
  }

  private static void checkProduct(FloatMatrix out, FloatMatrix x, Matrix weights) {
    if (out.rows() != x.rows() || out.cols() != weights.rows() || x.cols() != weights.cols()) {
      throw misfit("matmul", out, x, weights);
    }
  }

  /**
   * Converts weights to another format in memory of exactly {@link WeightFormat#bytes}, which the
   * result is a view of. The same weights give the same bytes on every machine.
   *
   * @throws IllegalArgumentException if the format cannot hold a weight, naming row and column, or
   *     the memory has another size
   */
  public Matrix convert(WeightFormat format, Matrix source, MemorySegment target) {
    Matrix converted = format.matrix(target, source.rows(), source.cols());
    parallel.forRange(
        source.rows(),
        BlockMatrix.TILE_ROWS,
        (from, to) -> {
          switch (converted) {
            case BlockMatrix m ->
                new BlockEncoder(source, m, loops).tile(from / BlockMatrix.TILE_ROWS);
            case RowMatrix m -> Encode.rows(source, m, from, to);
          }
        });
    return converted;
  }

  /**
   * Root-mean-square norm of every group of {@code weight.length} columns: {@code out[i] = x[i] ·
   * (1 / √(mean(x²) + eps)) · weight[i]}, the sum of squares by the sixteen-sum rule.
   *
   * <p>Shapes: out, x {@code [tokens, groups · dim]}, weight {@code [dim]}. out may be x. Source:
   * Zhang &amp; Sennrich 2019; {@code HunYuanRMSNorm}.
   */
  public void rmsNorm(FloatMatrix out, FloatMatrix x, float[] weight, float eps) {
    if (!sameShape(out, x) || weight.length == 0 || x.cols() % weight.length != 0) {
      throw misfit("rmsNorm", out, x, weight.length);
    }
    Call call =
        calls.begin((k, c, from, to) -> k.rmsNorm(c.out, c.x, c.floats, c.number, from, to));
    call.out = out;
    call.x = x;
    call.floats = weight;
    call.number = eps;
    run(call, x.rows(), 1);
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
    if (!sameShape(cos, sin)
        || cos.rows() != x.rows()
        || cos.cols() == 0
        || x.cols() % (2 * cos.cols()) != 0) {
      throw misfit("rotate", x, cos, sin);
    }
    Call call = calls.begin((k, c, from, to) -> k.rotate(c.out, c.x, c.y, from, to));
    call.out = x;
    call.x = cos;
    call.y = sin;
    run(call, x.rows(), 1);
  }

  /**
   * Gated activation: {@code out = gate / (1 + exp(−gate)) · up}, element by element, with the exp
   * of the numerics contract.
   *
   * <p>All of one shape. out may be gate or up.
   */
  public void siluMultiply(FloatMatrix out, FloatMatrix gate, FloatMatrix up) {
    if (!sameShape(out, gate) || !sameShape(gate, up)) {
      throw misfit("siluMultiply", out, gate, up);
    }
    Call call = calls.begin((k, c, from, to) -> k.siluMultiply(c.out, c.x, c.y, from, to));
    call.out = out;
    call.x = gate;
    call.y = up;
    run(call, out.rows(), 1);
  }

  /**
   * Softmax of every row: {@code out[i] = exp(x[i] − max) / Σ exp(x[j] − max)}, the sum by the
   * sixteen-sum rule.
   *
   * <p>Both of one shape with at least one column. out may be x.
   */
  public void softmax(FloatMatrix out, FloatMatrix x) {
    if (!sameShape(out, x) || x.cols() == 0) {
      throw misfit("softmax", out, x, "");
    }
    Call call = calls.begin((k, c, from, to) -> k.softmax(c.out, c.x, from, to));
    call.out = out;
    call.x = x;
    run(call, x.rows(), 1);
  }

  /** Sum in place: {@code x += y}. Both of one shape. */
  public void add(FloatMatrix x, FloatMatrix y) {
    if (!sameShape(x, y)) {
      throw misfit("add", x, y, "");
    }
    Call call = calls.begin((k, c, from, to) -> k.add(c.out, c.x, from, to));
    call.out = x;
    call.x = y;
    run(call, x.rows(), 1);
  }

  /** Bias in place: {@code x[t, i] += row[i]}. Shapes: x {@code [tokens, row.length]}. */
  public void addRow(FloatMatrix x, float[] row) {
    if (x.cols() != row.length) {
      throw misfit("addRow", x, row.length, "");
    }
    Call call = calls.begin((k, c, from, to) -> k.addRow(c.out, c.floats, from, to));
    call.out = x;
    call.floats = row;
    run(call, x.rows(), 1);
  }

  /**
   * Weighted sums of chosen rows, in place: {@code x[t] ← fma(weights[c], y[rows[c]], x[t])} for
   * the choices {@code c = t · n … t · n + n − 1} in ascending order, {@code n = rows.length /
   * x.rows}. A negative row is no choice.
   */
  public void addWeightedRows(FloatMatrix x, FloatMatrix y, int[] rows, float[] weights) {
    if (x.cols() != y.cols()
        || rows.length != weights.length
        || (x.rows() == 0 ? rows.length != 0 : rows.length % x.rows() != 0)) {
      throw misfit("addWeightedRows", x, y, rows.length);
    }
    for (int row : rows) {
      if (row >= 0) {
        Objects.checkIndex(row, y.rows());
      }
    }
    Call call =
        calls.begin((k, c, from, to) -> k.addWeightedRows(c.out, c.x, c.ints, c.floats, from, to));
    call.out = x;
    call.x = y;
    call.ints = rows;
    call.floats = weights;
    run(call, x.rows(), 1);
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
    if (!sameShape(out, query) || query.cols() % groupWidth != 0) {
      throw misfit("attention", out, query, keyValues);
    }
    checkPositions(keyValues, firstPosition, query.rows());
    AttentionInputs inputs = new AttentionInputs(out, query, keyValues, firstPosition, scale);
    int tiles = inputs.tiles();
    if (tiles > 0
        && tiles < TILES_PER_THREAD * threads()
        && threads() > 1
        && inputs.blocks() >= 2 * AttentionRound.RUN) {
      attendInRounds(inputs);
    } else {
      Call call = calls.begin((k, c, from, to) -> k.attention(c.attention, from, to));
      call.attention = inputs;
      run(call, tiles, 1);
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
      Call call = calls.begin((k, c, from, to) -> k.attendBlocks(c.round, from, to));
      call.round = round;
      run(call, round.runs() * inputs.tiles(), 1);
      call = calls.begin((k, c, from, to) -> k.mergeBlocks(c.round, from, to));
      call.round = round;
      run(call, inputs.query().rows() * inputs.keyValues().numKeyValueHeads(), 1);
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
    if (!sameShape(keys, values) || keys.cols() != headDim * cache.numKeyValueHeads()) {
      throw misfit("storeKeyValues", keys, values, cache);
    }
    checkPositions(cache, firstPosition, keys.rows());
    if (keys.rows() > 0) {
      Call call = calls.begin((_, c, from, to) -> KvEncoding.store(c, from, to));
      call.cache = cache;
      call.x = keys;
      call.y = values;
      call.position = firstPosition;
      int units = KvEncoding.units(call);
      run(call, units, keys.rows() <= FEW_POSITIONS ? units : 1);
    }
  }

  private void run(Call call, int n, int grain) {
    try {
      parallel.forRange(n, grain, call);
    } finally {
      calls.end(call);
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

  private static IllegalArgumentException misfit(String operation, Object a, Object b, Object c) {
    return new IllegalArgumentException(
        "operands of %s do not fit: %s, %s, %s".formatted(operation, a, shape(b), shape(c)));
  }

  private static Object shape(Object operand) {
    return operand instanceof Matrix m ? "[" + m.rows() + ", " + m.cols() + "]" : operand;
  }
}
