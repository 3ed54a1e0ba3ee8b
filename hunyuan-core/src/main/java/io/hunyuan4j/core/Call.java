package io.hunyuan4j.core;

import io.hunyuan4j.kernels.FloatMatrix;
import java.util.Arrays;
import java.util.concurrent.locks.Condition;
import org.jspecify.annotations.Nullable;

/** What one thread waits for in {@link SharedPasses}, whose lock guards it between passes. */
sealed interface Call {
  /** Who waits, and how it ends. */
  Waiter waiter();

  /** Whether whoever waits for it wants to go. */
  boolean wantsStop();

  /** Whether all of it has run. */
  boolean isComplete();

  /** After a pass that it had part in. */
  default void look() {
    waiter().ended = waiter().failure != null || isComplete();
  }

  /** Whether nothing is left to run of it, as far as {@link #look} saw. */
  default boolean hasEnded() {
    return waiter().ended;
  }

  /** Its own thread is to throw this. */
  default void fail(Throwable failure) {
    waiter().failure = failure;
  }

  /** Throws what its pass threw. */
  default void throwFailure() {
    switch (waiter().failure) {
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      case Throwable e -> throw new IllegalStateException("a stop condition failed", e);
      case null -> {}
    }
  }

  /** Somebody who has one call at a time. */
  final class Waiter {
    private final Object caller;
    private final Condition changed;
    private @Nullable Throwable failure;
    private boolean ended;

    Waiter(Object caller, Condition changed) {
      this.caller = caller;
      this.changed = changed;
    }

    /** Who it is. */
    Object caller() {
      return caller;
    }

    /** What wakes it. */
    Condition changed() {
      return changed;
    }
  }

  /** A batch of the caller's, for a pass of its own. */
  final class OfBatch implements Call {
    private final Waiter waiter;
    private final Batch batch;
    private boolean complete;

    OfBatch(Waiter waiter, Batch batch) {
      this.waiter = waiter;
      this.batch = batch;
    }

    void run(LanguageModel model) {
      model.forward(batch);
      complete = true;
    }

    @Override
    public Waiter waiter() {
      return waiter;
    }

    @Override
    public boolean wantsStop() {
      return batch.wantsStop();
    }

    @Override
    public boolean isComplete() {
      return complete;
    }
  }

  /** Tokens that one session is to run, in one pass or several. */
  final class OfTokens implements Call {
    private final Waiter waiter;
    private final Session session;
    private final int[] tokens;
    private final int logitRows;
    private final int start;
    private int done; // tokens
    private @Nullable FloatMatrix logits; // once all are done

    OfTokens(Waiter waiter, Session session, int[] tokens, int logitRows) {
      this.waiter = waiter;
      this.session = session;
      this.tokens = tokens;
      this.logitRows = logitRows;
      this.start = session.position();
    }

    @Override
    public Waiter waiter() {
      return waiter;
    }

    @Override
    public boolean wantsStop() {
      return session.wantsStop();
    }

    @Override
    public boolean isComplete() {
      return logits != null;
    }

    /** Whether somebody waits for the next token of a text. */
    boolean isDecoding() {
      return tokens.length <= BatchPool.FEW_TOKENS;
    }

    /** All that is left. */
    Piece rest() {
      return new Piece(this, tokens.length - done);
    }

    /** So many tokens of what is left, or all where a cut would change the result. */
    Piece piece(int most) {
      return mayBeCut() ? new Piece(this, Math.min(most, rest().count())) : rest();
    }

    /** Whether it gives the same bits in several passes, and the logits in the last of them. */
    private boolean mayBeCut() {
      return logitRows <= 1
          && switch (session.options().routing()) {
            case RoutingPolicy.Dropless() -> true;
            case RoutingPolicy.Drop _, RoutingPolicy.Recycle _ -> false;
          };
    }

    /** What the passes gave; throws what one threw. */
    FloatMatrix logits() {
      throwFailure();
      if (logits == null) {
        throw new IllegalStateException("a call ended without logits");
      }
      return logits;
    }

    /** The session gets back what it held before. */
    void takeBack() {
      if (done > 0) {
        session.truncate(start);
      }
    }
  }

  /** Tokens of a call that go into one pass. */
  record Piece(OfTokens call, int count) {
    private boolean isLast() {
      return call.done + count == call.tokens.length;
    }

    void addTo(Batch batch) {
      int end = call.done + count;
      boolean whole = count == call.tokens.length;
      int[] tokens = whole ? call.tokens : Arrays.copyOfRange(call.tokens, call.done, end);
      batch.add(call.session, tokens, isLast() ? call.logitRows : 0);
    }

    /** Entry {@code index} of a batch that has run: the session has the tokens now. */
    void end(Batch batch, int index) {
      boolean isLast = isLast();
      call.done += count;
      if (isLast) {
        try {
          call.logits = call.session.keep(batch.logits(index));
        } catch (OutOfMemoryError e) {
          call.fail(e); // then its tokens are taken back
        }
      }
    }
  }
}
