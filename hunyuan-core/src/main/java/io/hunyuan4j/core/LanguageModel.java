package io.hunyuan4j.core;

import io.hunyuan4j.kernels.FloatMatrix;

/**
 * A transformer that continues token sequences. Immutable and shared: everything that changes lives
 * in a {@link Session}, and any number of sessions may run at once.
 */
public interface LanguageModel {

  /** What the model is: sizes, parameters, memory of its cache. */
  ModelShape shape();

  /** What its forward pass costs in bytes and operations. */
  ModelCost cost();

  /**
   * A new, empty session.
   *
   * @throws IllegalArgumentException if the options do not fit the model
   */
  Session newSession(SessionOptions options);

  /**
   * Runs {@code tokens} after those already in the session and returns the logits of the last
   * {@code logitRows} of them.
   *
   * <p>The logits {@code [logitRows, vocabSize]} are the session's memory: valid until its next
   * call. How a sequence is cut into calls does not change a bit of them.
   *
   * @throws IllegalArgumentException if there is no token, one is not in the vocabulary, the
   *     session's capacity does not suffice, or {@code logitRows} is not between 0 and the number
   *     of tokens
   */
  FloatMatrix forward(int[] tokens, Session session, int logitRows);

  /** The logits {@code [vocabSize]} after the last of {@code tokens}, as a copy. */
  default float[] forward(int[] tokens, Session session) {
    return forward(tokens, session, 1).row(0);
  }
}
