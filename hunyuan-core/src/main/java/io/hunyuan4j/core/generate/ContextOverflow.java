package io.hunyuan4j.core.generate;

import java.util.Arrays;

/** What happens when a session is full and more tokens are to come. */
public sealed interface ContextOverflow {

  /** The text ends, with {@link StopReason#CONTEXT_FULL}; a prompt that does not fit is refused. */
  record Stop() implements ContextOverflow {}

  /**
   * The session keeps its first tokens and the later half of the others, and goes on: what follows
   * is what a fresh session would give that was told the kept tokens.
   *
   * <p>That is exact, and has a price: keys are stored turned by their position, so the later half
   * is read again at its new positions, as a prompt. Over a long text each token costs about one
   * token of prompt more, in bursts. A prompt of any length goes in, as if it came token by token.
   *
   * @param keepFirst tokens at the beginning that stay for ever, at least 0; at most two less than
   *     the session's capacity
   */
  record Slide(int keepFirst) implements ContextOverflow {
    /** Checks the number. */
    public Slide {
      if (keepFirst < 0) {
        throw new IllegalArgumentException(
            "a sliding context keeps at least 0 tokens, not " + keepFirst);
      }
    }

    /**
     * What a session of {@code capacity} tokens holds after all of {@code tokens}, if it slides
     * whenever it is full and another token comes.
     *
     * @throws IllegalArgumentException if {@code keepFirst} leaves no room to slide in
     */
    public int[] kept(int[] tokens, int capacity) {
      checkRoom(capacity);
      int[] kept = new int[Math.min(capacity, tokens.length)];
      int size = 0;
      for (int token : tokens) {
        if (size == capacity) {
          int later = (capacity - keepFirst) / 2;
          System.arraycopy(kept, capacity - later, kept, keepFirst, later);
          size = keepFirst + later;
        }
        kept[size++] = token;
      }
      return Arrays.copyOf(kept, size);
    }

    /** That a session of so many tokens can slide. */
    void checkRoom(int capacity) {
      if (keepFirst > capacity - 2) {
        throw new IllegalArgumentException(
            "a session of %d tokens that keeps the first %d has no room to slide in"
                .formatted(capacity, keepFirst));
      }
    }
  }
}
