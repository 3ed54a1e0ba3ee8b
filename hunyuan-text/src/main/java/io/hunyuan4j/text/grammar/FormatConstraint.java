package io.hunyuan4j.text.grammar;

import java.util.Arrays;

/**
 * What the tokens of one text may be, step by step: before each token {@link #mask}, after it
 * {@link #accept}. Belongs to one text and is not thread-safe; those of one {@link CompiledFormat}
 * may be used side by side on many threads.
 */
public final class FormatConstraint {
  private final CompiledFormat format;
  private State state;
  private int clears;
  private int tokensLeft;
  private KeyWatch keys;
  private boolean ended;

  FormatConstraint(CompiledFormat format, State start, int clears, int maxTokens, KeyWatch keys) {
    this.format = format;
    this.state = start;
    this.clears = clears;
    this.tokensLeft = maxTokens;
    this.keys = keys;
  }

  /**
   * Overwrites {@code allowed} with the tokens that may follow, a bit for each id: token 64·i + j
   * is bit j of element i. Stop tokens are among them where the text may end. Special tokens
   * otherwise never are. Where the vocabulary has no stop tokens, no bit may be set while {@link
   * #mayEnd}: then nothing that is longer is allowed, or fits the tokens that are left, and the
   * text is to end as it is. Otherwise at least one bit is set.
   *
   * @param allowed at least as many bits as the vocabulary has ids
   * @throws IllegalArgumentException if {@code allowed} is too short
   * @throws GrammarException if the grammar is so ambiguous that the text can be read in more ways
   *     at once than are followed
   */
  public void mask(long[] allowed) {
    ConstraintVocabulary vocabulary = format.vocabulary();
    if (allowed.length < vocabulary.words()) {
      throw new IllegalArgumentException(
          "a mask of %d tokens needs %d longs, not %d"
              .formatted(vocabulary.size(), vocabulary.words(), allowed.length));
    }
    Arrays.fill(allowed, 0);
    synchronized (format) {
      format.trim();
      renew();
      if (!ended && tokensLeft > 0 && !state.threads.isEmpty()) {
        format.allow(state, tokensLeft, allowed);
        format.removeRepeats(keys, allowed);
        if (!state.accepting && isEmpty(allowed)) {
          format.allowOtherKeys(state, keys, tokensLeft, allowed);
        }
      }
    }
    if (mayEnd()) {
      vocabulary.allowStops(allowed);
    }
  }

  private static boolean isEmpty(long[] allowed) {
    for (long word : allowed) {
      if (word != 0) {
        return false;
      }
    }
    return true;
  }

  /** Where the format has forgotten its states, asks for this one anew. */
  private void renew() {
    if (clears != format.clears()) {
      state = format.recognizer().renewed(state);
      clears = format.clears();
    }
  }

  /**
   * Takes a token as the next of the text. A stop token ends it.
   *
   * @throws IllegalArgumentException if it may not follow; nothing has changed then
   */
  public void accept(int token) {
    if (format.vocabulary().isStop(token)) {
      if (!mayEnd()) {
        throw new IllegalArgumentException(
            "stop token " + token + " may not follow: the text is not complete");
      }
      ended = true;
      return;
    }
    byte[] bytes = format.vocabulary().tokenBytes(token);
    if (ended || tokensLeft == 0 || bytes.length == 0) {
      throw new IllegalArgumentException(
          "token %d may not follow: %s"
              .formatted(
                  token,
                  ended
                      ? "the text has ended"
                      : bytes.length == 0 ? "it is no text" : "no tokens are left"));
    }
    synchronized (format) {
      renew();
      format.limitSteps();
      State next = format.after(state, bytes);
      KeyWatch nextKeys = keys.after(bytes);
      if (next.isDead() || nextKeys == null) {
        throw new IllegalArgumentException(
            "token %d may not follow: %s"
                .formatted(
                    token,
                    nextKeys == null
                        ? "it writes a key again"
                        : "the format does not allow it here"));
      }
      state = next;
      keys = nextKeys;
      tokensLeft--;
    }
  }

  /** Whether the text is complete as it is. */
  public boolean mayEnd() {
    return state.accepting;
  }

  /** Whether the text is complete and nothing may follow, however many tokens are left. */
  public boolean mustEnd() {
    return ended || (state.accepting && state.threads.isEmpty());
  }

  /** The fewest tokens after which the text may end; 0 if it may now. */
  public int tokensNeeded() {
    synchronized (format) {
      renew();
      return format.tokensNeeded(state);
    }
  }
}
