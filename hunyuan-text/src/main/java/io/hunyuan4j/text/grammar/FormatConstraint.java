package io.hunyuan4j.text.grammar;

import java.util.Arrays;

/** The constraint of one text of a {@link CompiledFormat}. */
final class FormatConstraint implements TokenConstraint {
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

  @Override
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

  @Override
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

  @Override
  public boolean mayEnd() {
    return state.accepting;
  }

  @Override
  public boolean mustEnd() {
    return ended || (state.accepting && (tokensLeft == 0 || state.threads.isEmpty()));
  }

  @Override
  public int tokensNeeded() {
    synchronized (format) {
      renew();
      return format.tokensNeeded(state);
    }
  }
}
