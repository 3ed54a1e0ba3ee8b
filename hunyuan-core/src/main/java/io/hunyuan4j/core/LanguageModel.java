package io.hunyuan4j.core;

import io.hunyuan4j.core.block.KvMemory;
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

  /** The memory of the keys and values of all sessions; who is done with the model closes it. */
  KvMemory keyValueMemory();

  /** The memory for activations of passes with many tokens, shared by all sessions. */
  BatchPool batches();

  /**
   * Runs the tokens of every sequence of the batch after those already in its session. Then {@link
   * Batch#logits} has the logits.
   *
   * <p>Neither the company nor how a sequence is cut into calls changes a bit of them, except under
   * a {@link RoutingPolicy} with a capacity, which counts the tokens that a call has of that
   * sequence. If this throws, no session has more tokens than before.
   *
   * @throws IllegalArgumentException if the batch is empty, a token is not in the vocabulary, a
   *     session is of another model or its capacity does not suffice, or the call needs larger
   *     arrays than there can be
   * @throws IllegalStateException if a session is closed
   * @throws java.util.concurrent.CancellationException if all sessions ask for it ({@link
   *     Session#stopWhen})
   */
  void forward(Batch batch);

  /**
   * Runs {@code tokens} after those already in the session and returns the logits of the last
   * {@code logitRows} of them: a batch of one.
   *
   * <p>The logits {@code [logitRows, vocabSize]} are the session's memory: valid until its next
   * call.
   *
   * @throws IllegalArgumentException if there is no token, {@code logitRows} is not between 0 and
   *     the number of tokens, or for the reasons of {@link #forward(Batch)}
   */
  default FloatMatrix forward(int[] tokens, Session session, int logitRows) {
    if (tokens.length > BatchPool.FEW_TOKENS && logitRows <= 1) {
      return batches().forward(this, tokens, session, logitRows);
    }
    Batch batch = session.alone();
    batch.clear();
    batch.add(session, tokens, logitRows);
    forward(batch);
    return batch.logits(0);
  }

  /** The logits {@code [vocabSize]} after the last of {@code tokens}, as a copy. */
  default float[] forward(int[] tokens, Session session) {
    return forward(tokens, session, 1).row(0);
  }
}
