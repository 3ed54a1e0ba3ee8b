package io.hunyuan4j.core;

import io.hunyuan4j.core.block.KvCache;
import io.hunyuan4j.core.block.RotaryEmbedding;
import io.hunyuan4j.kernels.FloatMatrix;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One token sequence in progress: its key-value cache and its position. Used by one thread at a
 * time.
 *
 * <p>Closing it frees the native memory of the cache.
 */
public final class Session implements AutoCloseable {
  private final LanguageModel model;
  private final SessionOptions options;
  private final KvCache keyValues;
  private final RotaryEmbedding rotary;
  private final Batch alone = new Batch();
  private @Nullable RoutingStatistics statistics;
  private @Nullable ForwardObserver observer;
  private BooleanSupplier stop = () -> false;
  private int position;

  /** An empty session; made by {@link LanguageModel#newSession}. */
  public Session(
      LanguageModel model, SessionOptions options, KvCache keyValues, RotaryEmbedding rotary) {
    this.model = model;
    this.options = options;
    this.keyValues = keyValues;
    this.rotary = rotary;
  }

  /** What it was made for. */
  public SessionOptions options() {
    return options;
  }

  /** Number of tokens in it. */
  public int position() {
    return position;
  }

  /** Tokens that still fit. */
  public int remaining() {
    return options.capacity() - position;
  }

  /**
   * Forgets all tokens from {@code newPosition} on; what follows is as if they had never been.
   *
   * @throws IllegalArgumentException if the session has fewer tokens
   */
  public void truncate(int newPosition) {
    if (newPosition < 0 || newPosition > position) {
      throw new IllegalArgumentException(
          "cannot truncate a session of %d tokens to %d".formatted(position, newPosition));
    }
    position = newPosition;
  }

  /** Starts counting what the routers do, from zero. */
  public RoutingStatistics recordRouting() {
    RoutingStatistics fresh = new RoutingStatistics(model.shape().numLayers());
    statistics = fresh;
    return fresh;
  }

  /** The counts, or null if {@link #recordRouting} was not called. */
  public @Nullable RoutingStatistics statistics() {
    return statistics;
  }

  /** Shows the intermediate results of later calls to {@code newObserver}; null ends that. */
  public void observe(@Nullable ForwardObserver newObserver) {
    observer = newObserver;
  }

  /** The observer, or null. */
  public @Nullable ForwardObserver observer() {
    return observer;
  }

  /**
   * Ends a running forward pass at its next layer once {@code newStop} says true; the pass then
   * throws {@link java.util.concurrent.CancellationException} and has added no token.
   *
   * <p>A pass of several sequences ends only when all of them want it to: what one of them stops
   * must not cost the others their tokens. It goes to the end of the pass with them.
   */
  public void stopWhen(BooleanSupplier newStop) {
    stop = newStop;
  }

  /** Whether a running pass is to end; for {@link Batch#checkStop}. */
  boolean wantsStop() {
    return stop.getAsBoolean();
  }

  /** The cache; for the layers. */
  public KvCache keyValues() {
    return keyValues;
  }

  /** The batch that holds nobody else, for a pass of this session by itself. */
  Batch alone() {
    return alone;
  }

  RotaryEmbedding rotary() {
    return rotary;
  }

  /** That a pass of {@code caller} can add {@code tokens} tokens. */
  void check(LanguageModel caller, int tokens) {
    if (caller != model) {
      throw new IllegalArgumentException(
          "a session of model %s cannot run in model %s".formatted(model, caller));
    }
    if (keyValues.isClosed()) {
      throw new IllegalStateException("the session is closed");
    }
    if (tokens > remaining()) {
      throw new IllegalArgumentException(
          "%d more tokens do not fit: the session holds %d of %d"
              .formatted(tokens, position, options.capacity()));
    }
  }

  /** Makes room for the tokens of a pass and fills in their rotations, a row for each. */
  void begin(FloatMatrix cos, FloatMatrix sin) {
    keyValues.ensure(position + cos.rows());
    rotary.fill(cos, sin, options.firstPosition() + position);
  }

  /** Takes the tokens of {@link #begin} in; a forward pass ends with it. */
  void end(int tokens) {
    position += tokens;
  }

  @Override
  public void close() {
    keyValues.close();
  }
}
