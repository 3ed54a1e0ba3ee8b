package io.hunyuan4j.core.hunyuan;

import io.hunyuan4j.core.Batch;
import io.hunyuan4j.core.BatchPool;
import io.hunyuan4j.core.LanguageModel;
import io.hunyuan4j.core.ModelCost;
import io.hunyuan4j.core.ModelShape;
import io.hunyuan4j.core.Session;
import io.hunyuan4j.core.SessionOptions;
import io.hunyuan4j.core.TokenCost;
import io.hunyuan4j.core.block.KvCache;
import io.hunyuan4j.core.block.KvMemory;
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
  private final KvMemory memory = new KvMemory();
  private final BatchPool batches = new BatchPool();

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
  public KvMemory keyValueMemory() {
    return memory;
  }

  @Override
  public BatchPool batches() {
    return batches;
  }

  @Override
  public Session newSession(SessionOptions options) {
    RotaryEmbedding rotary =
        RotaryEmbedding.create(config.rotary(), options.firstPosition() + options.capacity());
    KvCache cache = new KvCache(config.kvLayout(), options.kvFormat(), memory);
    return new Session(this, options, cache, rotary);
  }

  @Override
  public void forward(Batch batch) {
    check(batch);
    boolean complete = false;
    try {
      batch.begin();
      run(batch);
      complete = true;
    } finally {
      if (!complete) {
        batch.giveUp();
      }
    }
  }

  private void run(Batch batch) {
    Scratch scratch = batch.scratch();
    float eps = config.sizes().rmsNormEps();
    FloatMatrix x = scratch.matrix(Slot.HIDDEN, batch.rows(), shape.hiddenSize());
    FloatMatrix normed = scratch.matrix(Slot.NORMED, batch.rows(), shape.hiddenSize());
    FloatMatrix branch = scratch.matrix(Slot.BRANCH, batch.rows(), shape.hiddenSize());
    for (int i = 0; i < batch.size(); i++) {
      kernels.gatherRows(batch.rows(x, i), tokenEmbedding, batch.tokens(i));
    }
    for (int i = 0; i < layers.size(); i++) {
      batch.checkStop();
      HunyuanLayer layer = layers.get(i);
      kernels.rmsNorm(normed, x, layer.inputNorm(), eps);
      layer.attention().forward(branch, normed, batch);
      kernels.add(x, branch); // x ← x + attention(norm(x))
      kernels.rmsNorm(normed, x, layer.postAttentionNorm(), eps);
      layer.feedForward().forward(branch, normed, batch);
      kernels.add(x, branch); // x ← x + feedForward(norm(x))
      batch.observeHidden(i, x);
    }
    FloatMatrix last = scratch.matrix(Slot.LAST, batch.logitRows(), shape.hiddenSize());
    batch.gatherLogitRows(last, x);
    kernels.rmsNorm(last, last, finalNorm, eps);
    FloatMatrix logits = scratch.matrix(Slot.LOGITS, batch.logitRows(), shape.vocabSize());
    kernels.matmul(logits, last, head);
    batch.end(logits);
  }

  private void check(Batch batch) {
    long rows = (long) batch.rows() * widestRow;
    long widest = Math.max((long) batch.logitRows() * shape.vocabSize(), rows);
    if (widest > MOST_ELEMENTS) {
      throw new IllegalArgumentException(
          "a call of %d tokens and %d rows of logits needs arrays of %d elements: use smaller chunks"
              .formatted(batch.rows(), batch.logitRows(), widest));
    }
    batch.check(this);
  }
}
