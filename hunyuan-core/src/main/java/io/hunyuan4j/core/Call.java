package io.hunyuan4j.core;

import io.hunyuan4j.kernels.FloatMatrix;
import java.util.Arrays;
import java.util.concurrent.locks.Condition;
import org.jspecify.annotations.Nullable;

/** What one thread waits for in {@link SharedPasses}, whose lock guards it between passes. */
abstract sealed class Call {
  private final Object caller;
  private final Condition changed;
  private @Nullable Throwable failure;
  private boolean ended;

  private Call(Object caller, Condition changed) {
    this.caller = caller;
    this.changed = changed;
  }

  /** Who has one call at a time. */
  Object caller() {
    return caller;
  }

  /** Wakes whoever waits for it. */
  Condition changed() {
    return changed;
  }

  /** Whether whoever waits for it wants to go. */
  abstract boolean wantsStop();

  /** Whether all of it has run. */
  abstract boolean isComplete();

  /** Its own thread is to throw this. */
  void fail(Throwable newFailure) {
    failure = newFailure;
  }

  /** After a pass that it had part in. */
  void look() {
    ended = failure != null || isComplete();
  }

  /** Whether nothing is left to run of it, as far as {@link #look} saw. */
  boolean hasEnded() {
    return ended;
  }

  /** Throws what its pass threw. */
  void throwFailure() {
    switch (failure) {
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      case Throwable e -> throw new IllegalStateException("a stop condition failed", e);
      case null -> {}
    }
  }

  /** A batch of the caller's, for a pass of its own. */
  static final class OfBatch extends Call {
    private final Batch batch;
    private boolean complete;

    OfBatch(Object caller, Batch batch, Condition changed) {
      super(caller, changed);
      this.batch = batch;
    }

    void run(LanguageModel model) {
      model.forward(batch);
      complete = true;
    }

    @Override
    boolean wantsStop() {
      return batch.wantsStop();
    }

    @Override
    boolean isComplete() {
      return complete;
    }
  }

  /** Tokens that one session is to run, in one pass or several. */
  static final class OfTokens extends Call {
    private final Session session;
    private final int[] tokens;
    private final int logitRows;
    private final int start;
    private int done; // tokens
    private @Nullable FloatMatrix logits; // once all are done

    OfTokens(Object caller, Session session, int[] tokens, int logitRows, Condition changed) {
      super(caller, changed);
      this.session = session;
      this.tokens = tokens;
      this.logitRows = logitRows;
      this.start = session.position();
    }

    @Override
    boolean wantsStop() {
      return session.wantsStop();
    }

    @Override
    boolean isComplete() {
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
