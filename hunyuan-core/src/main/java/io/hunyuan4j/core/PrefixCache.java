package io.hunyuan4j.core;

import static io.hunyuan4j.kernels.KvView.BLOCK_TOKENS;

import io.hunyuan4j.core.block.KvBlock;
import io.hunyuan4j.core.block.KvCache;
import io.hunyuan4j.core.block.RotaryEmbedding;
import io.hunyuan4j.kernels.KvFormat;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Keys and values of token sequences that sessions of one model have begun with, for other sessions
 * that begin alike. Safe to share between threads.
 *
 * <p>What is kept are the full blocks of {@link io.hunyuan4j.kernels.KvView#BLOCK_TOKENS} tokens,
 * which nobody changes any more, each under the block before it and its own tokens: a chain that
 * starts at what else the bits depend on. Tokens are compared, not only their hash. By the numerics
 * contract a block has the bits that its taker would compute, so results are the same with and
 * without.
 *
 * <p>Bounded by bytes of native memory; the block that was used longest ago goes first, and always
 * before the ones that lead to it. Blocks that sessions use as well take no further memory.
 */
public final class PrefixCache implements AutoCloseable {
  private final LanguageModel model;
  private final long maxBytes;
  private final Map<Key, Entry> entries = new LinkedHashMap<>(16, 0.75f, true); // oldest use first
  private long bytes;
  private boolean closed;

  /** What a chain of blocks starts at, or the block before. */
  private sealed interface Before permits Origin, Entry {}

  /** Everything but tokens that keys and values depend on, within a model. */
  record Origin(KvFormat format, int firstPosition, RotaryEmbedding rotary) implements Before {}

  /** A block that is kept. Equal only to itself: it stands for one sequence of tokens. */
  private static final class Entry implements Before {
    private final Key key;
    private final KvBlock block;

    Entry(Key key, KvBlock block) {
      this.key = key;
      this.block = block;
    }
  }

  private record Key(Before before, int[] tokens) {
    static Key of(Before before, int[] tokens, int block) {
      int from = block * BLOCK_TOKENS;
      return new Key(before, Arrays.copyOfRange(tokens, from, from + BLOCK_TOKENS));
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Key key
          && before.equals(key.before)
          && Arrays.equals(tokens, key.tokens);
    }

    @Override
    public int hashCode() {
      return 31 * before.hashCode() + Arrays.hashCode(tokens);
    }
  }

  /**
   * An empty cache.
   *
   * @param maxBytes of native memory that it keeps at most, at least 0
   */
  public PrefixCache(LanguageModel model, long maxBytes) {
    if (maxBytes < 0) {
      throw new IllegalArgumentException(
          "a prefix cache has at least 0 bytes, not %d".formatted(maxBytes));
    }
    this.model = model;
    this.maxBytes = maxBytes;
  }

  /**
   * A new session of the model that takes part: its full blocks are kept, and {@link Session#reuse}
   * finds those of others; so do its forks.
   *
   * <p>Under a routing policy with a capacity a token's result depends on the other tokens of its
   * call. Such a session takes no part.
   */
  public Session newSession(SessionOptions options) {
    Session session = model.newSession(options);
    switch (options.routing()) {
      case RoutingPolicy.Dropless() -> session.join(this);
      case RoutingPolicy.Drop _, RoutingPolicy.Recycle _ -> {}
    }
    return session;
  }

  /** Bytes of native memory that it keeps. */
  public synchronized long bytes() {
    return bytes;
  }

  /** Number of blocks that it keeps. */
  public synchronized int blocks() {
    return entries.size();
  }

  /** The blocks of the longest beginning of {@code tokens} that is known; the caller owns them. */
  synchronized List<KvBlock> find(Origin origin, int[] tokens) {
    List<Entry> chain = known(origin, tokens, tokens.length / BLOCK_TOKENS);
    touch(chain);
    List<KvBlock> found = new ArrayList<>(chain.size());
    for (Entry entry : chain) {
      found.add(entry.block.retain());
    }
    return found;
  }

  /**
   * Keeps the first {@code count} blocks of a session, which are full. Where equal ones are known
   * the session gets those for its own.
   */
  void offer(Origin origin, int[] tokens, int count, KvCache cache) {
    List<KvBlock> equal = new ArrayList<>();
    List<KvBlock> dropped = keep(origin, tokens, count, cache, equal);
    for (int index = 0; index < equal.size(); index++) {
      cache.put(index, equal.get(index));
    }
    dropped.forEach(KvBlock::release); // to free memory takes time that no other needs to wait
  }

  /**
   * Takes the blocks in.
   *
   * @param equal gets the blocks at the beginning that are known; the caller owns them
   * @return the blocks that have to go, which the caller releases
   */
  private synchronized List<KvBlock> keep(
      Origin origin, int[] tokens, int count, KvCache cache, List<KvBlock> equal) {
    if (closed) {
      return List.of();
    }
    List<Entry> chain = known(origin, tokens, count);
    for (Entry entry : chain) {
      equal.add(entry.block.retain());
    }
    for (int index = chain.size(); index < count; index++) {
      Before before = chain.isEmpty() ? origin : chain.getLast();
      Entry entry = new Entry(Key.of(before, tokens, index), cache.block(index).retain());
      entries.put(entry.key, entry);
      bytes += entry.block.bytes();
      chain.add(entry);
    }
    touch(chain);
    return shrinkTo(maxBytes);
  }

  private List<Entry> known(Origin origin, int[] tokens, int count) {
    List<Entry> chain = new ArrayList<>();
    Entry next;
    for (Before before = origin;
        chain.size() < count && (next = entries.get(Key.of(before, tokens, chain.size()))) != null;
        before = next) {
      chain.add(next);
    }
    return chain;
  }

  /** Makes the blocks the last ones used, so that each is older than the ones that lead to it. */
  private void touch(List<Entry> chain) {
    for (Entry entry : chain.reversed()) {
      entries.get(entry.key);
    }
  }

  /** Takes the oldest blocks out, which the caller releases. */
  private synchronized List<KvBlock> shrinkTo(long most) {
    List<KvBlock> dropped = new ArrayList<>();
    Iterator<Entry> oldestFirst = entries.values().iterator();
    while (bytes > most) {
      KvBlock block = oldestFirst.next().block;
      oldestFirst.remove();
      bytes -= block.bytes();
      dropped.add(block);
    }
    return dropped;
  }

  /** Lets go of all blocks and keeps none from now on. Sessions that take part may go on. */
  @Override
  public void close() {
    List<KvBlock> dropped;
    synchronized (this) {
      closed = true;
      dropped = shrinkTo(0);
    }
    dropped.forEach(KvBlock::release);
  }
}
