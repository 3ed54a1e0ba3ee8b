package io.hunyuan4j.core;

import io.hunyuan4j.core.block.KvCache;
import io.hunyuan4j.core.block.RotaryEmbedding;
import io.hunyuan4j.core.block.Scratch;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One token sequence in progress: its key-value cache, its scratch memory, its position. Used by
 * one thread at a time.
 *
 * <p>Closing it frees the native memory of the cache.
 */
public final class Session implements AutoCloseable {
  private final SessionOptions options;
  private final KvCache keyValues;
  private final RotaryEmbedding rotary;
  private final int numLayers;
  private final Scratch scratch = new Scratch();
  private @Nullable RoutingStatistics statistics;
  private @Nullable ForwardObserver observer;
  private BooleanSupplier stop = () -> false;
  private int position;

  /** An empty session; made by {@link LanguageModel#newSession}. */
  public Session(SessionOptions options, KvCache keyValues, RotaryEmbedding rotary, int numLayers) {
    this.options = options;
    this.keyValues = keyValues;
    this.rotary = rotary;
    this.numLayers = numLayers;
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
    RoutingStatistics fresh = new RoutingStatistics(numLayers);
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
   * throws {@link CancellationException} and has added no token.
   */
  public void stopWhen(BooleanSupplier newStop) {
    stop = newStop;
  }

  /** Throws if the pass is to end; for the model, between layers. */
  public void checkStop() {
    if (stop.getAsBoolean()) {
      throw new CancellationException("the forward pass was cancelled");
    }
  }

  /** The cache; for the layers. */
  public KvCache keyValues() {
    return keyValues;
  }

  /** Scratch memory; for the layers. */
  public Scratch scratch() {
    return scratch;
  }

  /** Makes room for {@code tokens} more and their rotations; a forward pass begins with it. */
  public void begin(int tokens) {
    if (tokens > remaining()) {
      throw new IllegalArgumentException(
          "%d more tokens do not fit: the session holds %d of %d"
              .formatted(tokens, position, options.capacity()));
    }
    keyValues.ensure(position + tokens);
    rotary.fill(
        scratch.matrix(Scratch.Slot.COS, tokens, rotary.halfDim()),
        scratch.matrix(Scratch.Slot.SIN, tokens, rotary.halfDim()),
        options.firstPosition() + position);
  }

  /** Takes the tokens of {@link #begin} in; a forward pass ends with it. */
  public void end(int tokens) {
    position += tokens;
  }

  @Override
  public void close() {
    keyValues.close();
  }
}
