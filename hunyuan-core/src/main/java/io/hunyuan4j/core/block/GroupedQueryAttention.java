package io.hunyuan4j.core.block;

import io.hunyuan4j.core.Batch;
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
  private final int width; // of all queries
  private final int kvWidth; // of all keys, and of all values
  private final boolean ownsKeyValues;
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
   * @param input to queries; where the layer fills its slot of the cache, to keys and to values
   *     beside them
   * @param output the output projection
   * @param foldedNorm query weight times key weight {@code [headDim]}, absent without norms
   */
  public record Weights(Projection input, Projection output, Optional<float[]> foldedNorm) {}

  /**
   * A layer that reads one slot of the cache, and fills it if it has weights for keys and values.
   *
   * @throws IllegalArgumentException if the input projection has neither number of outputs
   */
  public GroupedQueryAttention(Shape shape, int slot, Weights weights, Kernels kernels) {
    this.shape = shape;
    this.slot = slot;
    this.weights = weights;
    this.kernels = kernels;
    this.width = shape.numHeads() * shape.headDim();
    this.kvWidth = shape.numKeyValueHeads() * shape.headDim();
    this.ones = new float[shape.headDim()];
    Arrays.fill(ones, 1f);
    this.scale = (float) (1 / Math.sqrt(shape.headDim()));
    int outputs = weights.input().outputs();
    this.ownsKeyValues = outputs == width + 2 * kvWidth;
    if (!ownsKeyValues && outputs != width) {
      throw new IllegalArgumentException(
          "an input projection has %d outputs, not %d or, with keys and values, %d"
              .formatted(outputs, width, width + 2 * kvWidth));
    }
  }

  /**
   * Attention of the tokens {@code x [tokens, hiddenSize]}, those of each sequence of the batch at
   * its session's position, to out of the same shape.
   */
  public void forward(FloatMatrix out, FloatMatrix x, Batch batch) {
    Scratch scratch = batch.scratch();
    FloatMatrix cos = scratch.matrix(Slot.COS, x.rows(), shape.headDim() / 2);
    FloatMatrix sin = scratch.matrix(Slot.SIN, x.rows(), shape.headDim() / 2);
    FloatMatrix all = scratch.matrix(Slot.QUERY_KEY_VALUE, x.rows(), weights.input().outputs());
    FloatMatrix query = scratch.columns(all, 0, width);
    weights.input().forward(kernels, all, x, scratch);
    if (ownsKeyValues) {
      kernels.rotate(scratch.columns(all, 0, width + kvWidth), cos, sin); // queries and keys
      FloatMatrix key = scratch.columns(all, width, width + kvWidth);
      FloatMatrix value = scratch.columns(all, width + kvWidth, width + 2 * kvWidth);
      if (weights.foldedNorm().isPresent()) {
        kernels.rmsNorm(key, key, ones, shape.rmsNormEps());
      }
      for (int i = 0; i < batch.size(); i++) {
        Session session = batch.session(i);
        KvView cache = session.keyValues().slot(slot);
        kernels.storeKeyValues(cache, batch.rows(key, i), batch.rows(value, i), session.position());
      }
    } else {
      kernels.rotate(query, cos, sin);
    }
    if (weights.foldedNorm().isPresent()) {
      kernels.rmsNorm(query, query, weights.foldedNorm().get(), shape.rmsNormEps());
    }
    FloatMatrix attended = scratch.matrix(Slot.ATTENDED, x.rows(), width);
    for (int i = 0; i < batch.size(); i++) {
      Session session = batch.session(i);
      KvView cache = session.keyValues().slot(slot);
      kernels.attention(
          batch.rows(attended, i), batch.rows(query, i), cache, session.position(), scale);
    }
    weights.output().forward(kernels, out, attended, scratch);
  }

  /** What it costs a token, without reading the cache. */
  public TokenCost cost() {
    return weights
        .input()
        .cost()
        .plus(weights.output().cost())
        .plus(TokenCost.ofAttention(shape.numHeads(), shape.headDim()));
  }
}
