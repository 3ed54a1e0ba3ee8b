package io.hunyuan4j.core;

import io.hunyuan4j.kernels.FloatMatrix;

/**
 * A way to run tokens of one session through its model: {@link LanguageModel#forward(int[],
 * Session, int)} by itself, or a {@link Scheduler.Seat} together with others. The bits are the
 * same.
 */
@FunctionalInterface
public interface ForwardPass {
  /**
   * Runs {@code tokens} after those already in the session and returns the logits of the last
   * {@code logitRows} of them, valid until the session's next pass.
   *
   * @throws java.util.concurrent.CancellationException if the session asks for it ({@link
   *     Session#stopWhen})
   */
  FloatMatrix run(int[] tokens, Session session, int logitRows);

  /**
   * Runs a batch of the caller's as a pass of its own; the batch then has the logits.
   *
   * @throws IndexOutOfBoundsException if there is nothing in it
   * @throws java.util.concurrent.CancellationException if all its sessions ask for it
   */
  default void run(Batch batch) {
    batch.session(0).model().forward(batch);
  }

  /**
   * Waits until it is this one's turn, if it has to: before anything is made or looked up for the
   * session that others may know more of by then.
   *
   * @throws java.util.concurrent.CancellationException if the session asks for it meanwhile
   */
  default void awaitTurn(Session session) {}
}
