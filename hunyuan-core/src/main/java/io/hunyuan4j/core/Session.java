package io.hunyuan4j.core;

import static io.hunyuan4j.kernels.KvView.BLOCK_TOKENS;

import io.hunyuan4j.core.block.KvBlock;
import io.hunyuan4j.core.block.KvCache;
import io.hunyuan4j.core.block.RotaryEmbedding;
import io.hunyuan4j.kernels.FloatMatrix;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One token sequence in progress: its tokens and their key-value cache. Used by one thread at a
 * time.
 *
 * <p>Its blocks of keys and values may be shared, with forks and through a {@link PrefixCache}, and
 * nobody notices: what is shared is copied before it is written to. Closing it gives its blocks
 * back; those that others use stay.
 */
public final class Session implements AutoCloseable {
  private final LanguageModel model;
  private final SessionOptions options;
  private final KvCache keyValues;
  private final RotaryEmbedding rotary;
  private @Nullable PrefixCache prefixes; // null: takes no part
  private final Batch alone = new Batch();
  private float[] logits = new float[0]; // of a pass in lent memory
  private @Nullable RoutingStatistics statistics;
  private @Nullable ForwardObserver observer;
  private StopCondition stop = () -> false;
  private int[] tokens = new int[BLOCK_TOKENS]; // the first `position` are in use
  private int position;

  /** An empty session; made by {@link LanguageModel#newSession}. */
  public Session(
      LanguageModel model, SessionOptions options, KvCache keyValues, RotaryEmbedding rotary) {
    this.model = model;
    this.options = options;
    this.keyValues = keyValues;
    this.rotary = rotary;
  }

  /** The model that it belongs to. */
  public LanguageModel model() {
    return model;
  }

  /** What it was made for. */
  public SessionOptions options() {
    return options;
  }

  /** Number of tokens in it. */
  public int position() {
    return position;
  }

  /** A copy of the tokens in it. */
  public int[] tokens() {
    return Arrays.copyOf(tokens, position);
  }

  /** Tokens that still fit. */
  public int remaining() {
    return options.capacity() - position;
  }

  /**
   * Forgets all tokens from {@code newPosition} on; what follows is as if they had never been.
   *
   * @throws IllegalArgumentException if the session has fewer tokens
   * @throws IllegalStateException if it is closed
   */
  public void truncate(int newPosition) {
    checkOpen();
    if (newPosition < 0 || newPosition > position) {
      throw new IllegalArgumentException(
          "cannot truncate a session of %d tokens to %d".formatted(position, newPosition));
    }
    position = newPosition;
    keyValues.truncate(newPosition);
  }

  /**
   * Another session with the same tokens and options, which from here on goes its own way and may
   * outlive this one. Keys and values are not copied, but for the last block, by whichever of the
   * two goes on first. Statistics, observer and stop condition are not taken over.
   *
   * @throws IllegalStateException if this session is closed
   */
  public Session fork() {
    checkOpen();
    Session fork = new Session(model, options, keyValues.fork(position), rotary);
    fork.prefixes = prefixes;
    fork.append(tokens, position);
    return fork;
  }

  /**
   * Takes the beginning of a prompt from the {@link PrefixCache}, where the session has one that
   * knows it: keys and values as the model would compute them, bit for bit. The last token is never
   * taken, as somebody wants its logits.
   *
   * <p>A session with an observer or statistics takes nothing: these are told of every token.
   *
   * @return how many tokens of the prompt are now in the session; the caller runs the others
   * @throws IllegalArgumentException if the prompt does not fit
   * @throws IllegalStateException if the session is closed
   */
  public int reuse(int[] prompt) {
    check(model, prompt.length);
    if (prefixes == null || isWatched() || prompt.length == 0) {
      return 0;
    }
    int[] all = Arrays.copyOf(tokens, position + prompt.length);
    System.arraycopy(prompt, 0, all, position, prompt.length);
    List<KvBlock> found = prefixes.find(origin(), all);
    int end = (int) Math.min((long) found.size() * BLOCK_TOKENS, all.length - 1L);
    if (end <= position) {
      found.forEach(KvBlock::release);
      return 0;
    }
    for (int index = 0; index < found.size(); index++) {
      keyValues.put(index, found.get(index));
    }
    int taken = end - position;
    append(prompt, taken);
    return taken;
  }

  /**
   * Fills an empty session with tokens whose keys and values somebody kept. From then on it takes
   * no part in a {@link PrefixCache}: nobody knows whether these are the ones of the tokens, and
   * others must not get them.
   *
   * @param blocks gives what {@link #keyValues} had of them, block by block
   * @throws E what {@code blocks} throws; the session is then empty
   * @throws IllegalArgumentException if the session is not empty, or the tokens do not fit
   * @throws IllegalStateException if it is closed
   */
  public <E extends Exception> void fill(int[] keptTokens, BlockSource<E> blocks) throws E {
    check(model, keptTokens.length);
    if (position > 0) {
      throw new IllegalArgumentException(
          "cannot fill a session that holds %d tokens".formatted(position));
    }
    prefixes = null;
    boolean filled = false;
    try {
      for (int from = 0; from < keptTokens.length; from += BLOCK_TOKENS) {
        keyValues.prepare(from, Math.min(from + BLOCK_TOKENS, keptTokens.length));
        blocks.read(keyValues.block(from / BLOCK_TOKENS).data());
      }
      append(keptTokens, keptTokens.length);
      filled = true;
    } finally {
      if (!filled) {
        keyValues.truncate(0);
      }
    }
  }

  /** Gives the blocks of a cache, in ascending order. */
  @FunctionalInterface
  public interface BlockSource<E extends Exception> {
    /** Writes the next block. */
    void read(MemorySegment block) throws E;
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

  /** Whether somebody is told of its passes. */
  boolean isWatched() {
    return observer != null || statistics != null;
  }

  /** The observer, or null. */
  public @Nullable ForwardObserver observer() {
    return observer;
  }

  /**
   * Ends a running forward pass at its next layer once {@code newStop} is met; the pass then throws
   * {@link java.util.concurrent.CancellationException} and has added no token.
   *
   * <p>A pass of several sequences ends only when all of them want it to: what one of them stops
   * must not cost the others their tokens. It goes to the end of the pass with them.
   *
   * <p>A generation sets a condition of its own and leaves none.
   */
  public void stopWhen(StopCondition newStop) {
    stop = newStop;
  }

  /** Whether a running pass is to end; for {@link Batch#checkStop}. */
  boolean wantsStop() {
    return stop.isMet();
  }

  /** When its passes are to end, for whoever waits for one. */
  StopCondition stopCondition() {
    return stop;
  }

  /** The cache; for the layers. */
  public KvCache keyValues() {
    return keyValues;
  }

  /** Shares blocks through {@code cache} from now on. */
  void join(PrefixCache cache) {
    prefixes = cache;
  }

  /** The batch that holds nobody else, for a pass of this session by itself. */
  Batch alone() {
    return alone;
  }

  /** A copy of logits, in this session's memory. */
  FloatMatrix keep(FloatMatrix lent) {
    int length = lent.rows() * lent.cols();
    if (logits.length < length) {
      logits = new float[length];
    }
    for (int row = 0; row < lent.rows(); row++) {
      System.arraycopy(lent.data(), lent.rowOffset(row), logits, row * lent.cols(), lent.cols());
    }
    return new FloatMatrix(logits, 0, lent.rows(), lent.cols(), lent.cols());
  }

  RotaryEmbedding rotary() {
    return rotary;
  }

  private PrefixCache.Origin origin() {
    return new PrefixCache.Origin(options.kvFormat(), options.firstPosition(), rotary);
  }

  private void checkOpen() {
    if (keyValues.isClosed()) {
      throw new IllegalStateException("the session is closed");
    }
  }

  /** That a pass of {@code caller} can add so many tokens. */
  void check(LanguageModel caller, int added) {
    if (caller != model) {
      throw new IllegalArgumentException(
          "a session of model %s cannot run in model %s".formatted(model, caller));
    }
    checkOpen();
    if (added > remaining()) {
      throw new IllegalArgumentException(
          "%d more tokens do not fit: the session holds %d of %d"
              .formatted(added, position, options.capacity()));
    }
  }

  /** Makes room for the tokens of a pass and fills in their rotations, a row for each. */
  void begin(FloatMatrix cos, FloatMatrix sin) {
    keyValues.prepare(position, position + cos.rows());
    makeRoom(cos.rows());
    rotary.fill(cos, sin, options.firstPosition() + position);
  }

  /** Takes the tokens of {@link #begin} in, which cannot fail; a forward pass ends with it. */
  void end(int[] added) {
    append(added, added.length);
  }

  /** Offers the blocks that the last {@code added} tokens have filled to the other sessions. */
  void share(int added) {
    if (prefixes != null && position / BLOCK_TOKENS > (position - added) / BLOCK_TOKENS) {
      prefixes.offer(origin(), tokens, position / BLOCK_TOKENS, keyValues);
    }
  }

  private void makeRoom(int count) {
    if (position + count > tokens.length) {
      int wanted = Math.max(position + count, Math.min(options.capacity(), 2 * tokens.length));
      tokens = Arrays.copyOf(tokens, wanted);
    }
  }

  private void append(int[] added, int count) {
    makeRoom(count);
    System.arraycopy(added, 0, tokens, position, count);
    position += count;
  }

  @Override
  public void close() {
    keyValues.close();
  }
}
