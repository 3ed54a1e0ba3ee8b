package io.hunyuan4j.core.block;

import io.hunyuan4j.core.Session;
import io.hunyuan4j.core.TokenCost;
import io.hunyuan4j.core.block.Scratch.Slot;
import io.hunyuan4j.kernels.FloatMatrix;
import io.hunyuan4j.kernels.Kernels;
import io.hunyuan4j.kernels.KvView;
import java.util.Arrays;
import java.util.Optional;

/**
 * Causal self-attention with grouped queries, rotary positions, optional norms of queries and keys
 * after the rotation, and optional sharing of keys and values between layers.
 *
 * <p>With norms the cache holds {@code k̂}, the rotated key divided by its root mean square, and
 * the layer's key weight {@code g} is folded into its query: {@code q · (g ⊙ k̂) = (g ⊙ q) · k̂}.
 * So layers that share a slot can have different key weights, and the slot is stored once. Sources:
 * Ainslie et al. 2023 (grouped queries); Brandon et al. 2024 (cross-layer attention); {@code
 * modeling_hunyuan.py}.
 */
public final class GroupedQueryAttention {
  private final Shape shape;
  private final int slot;
  private final Weights weights;
  private final Kernels kernels;
  private final float[] ones; // [headDim]
  private final float scale;

  /**
   * Sizes of an attention layer.
   *
   * @param numHeads query heads, a multiple of {@code numKeyValueHeads}
   * @param numKeyValueHeads key and value heads
   * @param headDim numbers per head, even
   * @param rmsNormEps added to mean squares
   */
  public record Shape(int numHeads, int numKeyValueHeads, int headDim, float rmsNormEps) {}

  /**
   * Weights of an attention layer.
   *
   * @param query the query projection
   * @param own the layer's keys and values, absent where it uses those of an earlier layer
   * @param output the output projection
   * @param foldedNorm query weight times key weight {@code [headDim]}, absent without norms
   */
  public record Weights(
      Projection query, Optional<KeyValue> own, Projection output, Optional<float[]> foldedNorm) {}

  /** The projections to keys and to values. */
  public record KeyValue(Projection key, Projection value) {}

  /** A layer that reads, and with own weights fills, one slot of the cache. */
  public GroupedQueryAttention(Shape shape, int slot, Weights weights, Kernels kernels) {
    this.shape = shape;
    this.slot = slot;
    this.weights = weights;
    this.kernels = kernels;
    this.ones = new float[shape.headDim()];
    Arrays.fill(ones, 1f);
    this.scale = (float) (1 / Math.sqrt(shape.headDim()));
  }

  /**
   * Attention of the tokens {@code x [tokens, hiddenSize]}, which stand at the session's position,
   * to out of the same shape.
   */
  public void forward(FloatMatrix out, FloatMatrix x, Session session) {
    Scratch scratch = session.scratch();
    int tokens = x.rows();
    KvView cache = session.keyValues().slot(slot);
    FloatMatrix cos = scratch.matrix(Slot.COS, tokens, shape.headDim() / 2);
    FloatMatrix sin = scratch.matrix(Slot.SIN, tokens, shape.headDim() / 2);
    if (weights.own().isPresent()) {
      KeyValue own = weights.own().get();
      int kvWidth = shape.numKeyValueHeads() * shape.headDim();
      FloatMatrix key = scratch.matrix(Slot.KEY, tokens, kvWidth);
      FloatMatrix value = scratch.matrix(Slot.VALUE, tokens, kvWidth);
      own.key().forward(kernels, key, x);
      own.value().forward(kernels, value, x);
      kernels.rotate(key, cos, sin);
      if (weights.foldedNorm().isPresent()) {
        kernels.rmsNorm(key, key, ones, shape.rmsNormEps());
      }
      kernels.storeKeyValues(cache, key, value, session.position());
    }
    int width = shape.numHeads() * shape.headDim();
    FloatMatrix query = scratch.matrix(Slot.QUERY, tokens, width);
    weights.query().forward(kernels, query, x);
    kernels.rotate(query, cos, sin);
    if (weights.foldedNorm().isPresent()) {
      kernels.rmsNorm(query, query, weights.foldedNorm().get(), shape.rmsNormEps());
    }
    FloatMatrix attended = scratch.matrix(Slot.ATTENDED, tokens, width);
    kernels.attention(attended, query, cache, session.position(), scale);
    weights.output().forward(kernels, out, attended);
  }

  /** What it costs a token, without reading the cache. */
  public TokenCost cost() {
    TokenCost own =
        weights.own().map(kv -> kv.key().cost().plus(kv.value().cost())).orElse(TokenCost.NONE);
    return weights
        .query()
        .cost()
        .plus(own)
        .plus(weights.output().cost())
        .plus(TokenCost.ofAttention(shape.numHeads(), shape.headDim()));
  }
}
