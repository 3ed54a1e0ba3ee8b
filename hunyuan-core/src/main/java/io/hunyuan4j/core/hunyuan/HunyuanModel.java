package io.hunyuan4j.core.hunyuan;

import io.hunyuan4j.core.ForwardObserver;
import io.hunyuan4j.core.LanguageModel;
import io.hunyuan4j.core.ModelCost;
import io.hunyuan4j.core.ModelShape;
import io.hunyuan4j.core.Session;
import io.hunyuan4j.core.SessionOptions;
import io.hunyuan4j.core.TokenCost;
import io.hunyuan4j.core.block.KvCache;
import io.hunyuan4j.core.block.RotaryEmbedding;
import io.hunyuan4j.core.block.Scratch;
import io.hunyuan4j.core.block.Scratch.Slot;
import io.hunyuan4j.kernels.FloatMatrix;
import io.hunyuan4j.kernels.Kernels;
import io.hunyuan4j.kernels.Matrix;
import java.util.List;

/**
 * The forward pass of the Hunyuan family: a pre-norm decoder with grouped-query, possibly
 * cross-layer attention and experts. Source: {@code modeling_hunyuan.py}; Hunyuan-Large report,
 * arXiv 2411.02265.
 */
final class HunyuanModel implements LanguageModel {
  /**
   * Elements of the largest array a call may need: what Java can address, with room for padding.
   */
  private static final long MOST_ELEMENTS = Integer.MAX_VALUE - (1L << 20);

  private final HunyuanConfig config;
  private final ModelShape shape;
  private final Matrix tokenEmbedding;
  private final List<HunyuanLayer> layers;
  private final float[] finalNorm;
  private final Matrix head;
  private final Kernels kernels;
  private final long widestRow;

  HunyuanModel(
      HunyuanConfig config, HunyuanWeights weights, List<HunyuanLayer> layers, Kernels kernels) {
    this.config = config;
    this.shape = HunyuanShape.of(config);
    this.tokenEmbedding = weights.tokenEmbedding();
    this.layers = List.copyOf(layers);
    this.finalNorm = weights.finalNorm();
    this.head = weights.head();
    this.kernels = kernels;
    this.widestRow = HunyuanShape.widestRow(config);
  }

  @Override
  public ModelShape shape() {
    return shape;
  }

  @Override
  public ModelCost cost() {
    TokenCost cost = TokenCost.ofLookup(tokenEmbedding);
    for (HunyuanLayer layer : layers) {
      cost = cost.plus(layer.attention().cost()).plus(layer.feedForward().cost());
    }
    return new ModelCost(cost, TokenCost.ofProduct(head));
  }

  @Override
  public Session newSession(SessionOptions options) {
    RotaryEmbedding rotary =
        RotaryEmbedding.create(config.rotary(), options.firstPosition() + options.capacity());
    KvCache cache = new KvCache(config.kvLayout(), options.kvFormat());
    return new Session(options, cache, rotary, layers.size());
  }

  @Override
  public FloatMatrix forward(int[] tokens, Session session, int logitRows) {
    check(tokens, logitRows);
    session.begin(tokens.length);
    Scratch scratch = session.scratch();
    ForwardObserver observer = session.observer();
    float eps = config.sizes().rmsNormEps();
    FloatMatrix x = scratch.matrix(Slot.HIDDEN, tokens.length, shape.hiddenSize());
    FloatMatrix normed = scratch.matrix(Slot.NORMED, tokens.length, shape.hiddenSize());
    FloatMatrix branch = scratch.matrix(Slot.BRANCH, tokens.length, shape.hiddenSize());
    kernels.gatherRows(x, tokenEmbedding, tokens);
    for (int i = 0; i < layers.size(); i++) {
      session.checkStop();
      HunyuanLayer layer = layers.get(i);
      kernels.rmsNorm(normed, x, layer.inputNorm(), eps);
      layer.attention().forward(branch, normed, session);
      kernels.add(x, branch); // x ← x + attention(norm(x))
      kernels.rmsNorm(normed, x, layer.postAttentionNorm(), eps);
      layer.feedForward().forward(branch, normed, session);
      kernels.add(x, branch); // x ← x + feedForward(norm(x))
      if (observer != null) {
        observer.hidden(i, x);
      }
    }
    FloatMatrix last = x.rows(tokens.length - logitRows, tokens.length);
    FloatMatrix lastNormed = normed.rows(0, logitRows);
    kernels.rmsNorm(lastNormed, last, finalNorm, eps);
    FloatMatrix logits = scratch.matrix(Slot.LOGITS, logitRows, shape.vocabSize());
    kernels.matmul(logits, lastNormed, head);
    session.end(tokens.length);
    return logits;
  }

  private void check(int[] tokens, int logitRows) {
    if (tokens.length == 0) {
      throw new IllegalArgumentException("a forward pass needs at least one token");
    }
    if (logitRows < 0 || logitRows > tokens.length) {
      throw new IllegalArgumentException(
          "%d rows of logits of %d tokens".formatted(logitRows, tokens.length));
    }
    long widest = Math.max((long) logitRows * shape.vocabSize(), (long) tokens.length * widestRow);
    if (widest > MOST_ELEMENTS) {
      throw new IllegalArgumentException(
          "a call of %d tokens and %d rows of logits needs arrays of %d elements: use smaller chunks"
              .formatted(tokens.length, logitRows, widest));
    }
    for (int token : tokens) {
      if (token < 0 || token >= shape.vocabSize()) {
        throw new IllegalArgumentException(
            "token %d is not in the vocabulary of %d".formatted(token, shape.vocabSize()));
      }
    }
  }
}
