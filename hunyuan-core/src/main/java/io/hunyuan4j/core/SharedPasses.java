package io.hunyuan4j.core;

import io.hunyuan4j.kernels.FloatMatrix;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Gathers the calls of several threads into batches. There is one pass at a time, run by one of
 * those who wait for it.
 *
 * <p>A pass begins once everybody who had part in the last one is there again, or after an eighth
 * of the time that the last one took: sampling takes less, and nobody waits for a slow listener for
 * longer.
 */
final class SharedPasses {
  /** Tokens of prompts in a pass: enough for products of full speed. */
  private static final int PROMPT_TOKENS = 512;

  /** The same where others wait for their next token, which must not take much longer for it. */
  private static final int PROMPT_TOKENS_BESIDE_OTHERS = 128;

  private static final long SHORTEST_GRACE_NANOS = 100_000;
  private static final long LONGEST_GRACE_NANOS = 5_000_000;
  private static final long LOOK_UP_NANOS = 20_000_000;

  private final LanguageModel model;
  private final ReentrantLock lock = new ReentrantLock();

  private Batch batch = new Batch(); // of who runs the pass
  private volatile @Nullable Thread runner; // null: no pass runs; written with the lock

  // What follows is guarded by the lock.
  private final Deque<Call> waiting = new ArrayDeque<>();
  private final Set<Object> expected = new HashSet<>(); // those of the last pass, until they come
  private long lastEnd = System.nanoTime();
  private long grace = SHORTEST_GRACE_NANOS;

  /** Tokens that one session is to run, in one pass or several. */
  private static final class Call {
    private final Object caller;
    private final Session session;
    private final int[] tokens;
    private final int logitRows;
    private final int start;
    private final Condition changed;
    private int done; // tokens
    private @Nullable FloatMatrix logits; // once all are done
    private @Nullable Throwable failure;
    private boolean ended; // guarded by the lock, so whoever sees it sees the others too

    Call(Object caller, Session session, int[] tokens, int logitRows, Condition changed) {
      this.caller = caller;
      this.session = session;
      this.tokens = tokens;
      this.logitRows = logitRows;
      this.start = session.position();
      this.changed = changed;
    }

    boolean isDecoding() {
      return tokens.length <= BatchPool.FEW_TOKENS;
    }

    /** Whether it gives the same bits in several passes, and the logits in the last of them. */
    boolean mayBeCut() {
      return logitRows <= 1
          && switch (session.options().routing()) {
            case RoutingPolicy.Dropless() -> true;
            case RoutingPolicy.Drop _, RoutingPolicy.Recycle _ -> false;
          };
    }

    /** After a pass that it had part in. */
    void look() {
      ended = logits != null || failure != null;
    }

    /** What the pass gave, or threw. */
    FloatMatrix logits() {
      switch (failure) {
        case RuntimeException e -> throw e;
        case Error e -> throw e;
        case Throwable e -> throw new IllegalStateException("a stop condition failed", e);
        case null -> {}
      }
      if (logits == null) {
        throw new IllegalStateException("a call ended without logits", failure);
      }
      return logits;
    }
  }

  /** Tokens of a call that go into one pass. */
  private record Piece(Call call, int count) {
    boolean isLast() {
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
          call.failure = e; // then its tokens are taken back
        }
      }
    }
  }

  SharedPasses(LanguageModel model) {
    this.model = model;
  }

  /**
   * Runs tokens of a session, for {@code caller}, who has one call at a time. The logits are the
   * session's memory. If this throws, the session has no more tokens than before.
   */
  FloatMatrix run(Object caller, int[] tokens, Session session, int logitRows) {
    if (session.isWatched() || runner == Thread.currentThread()) {
      // An observer is told on the thread of who has it, and once; and if it asks, it must not wait
      // for itself.
      return model.forward(tokens, session, logitRows);
    }
    Call call = new Call(caller, session, tokens, logitRows, lock.newCondition());
    boolean complete = false;
    try {
      await(call);
      FloatMatrix logits = call.logits();
      complete = true;
      return logits;
    } finally {
      if (!complete && call.done > 0) {
        session.truncate(call.start);
      }
    }
  }

  /** Nobody waits any more for {@code caller} to come. */
  void leave(Object caller) {
    lock.lock();
    try {
      if (expected.remove(caller)) {
        wakeNext();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Returns when the call has ended, in a pass that it runs itself or that another one runs. */
  private void await(Call call) {
    boolean interrupted = false;
    lock.lock();
    try {
      expected.remove(call.caller);
      waiting.add(call);
      while (!call.ended) {
        if (waiting.contains(call) && call.session.wantsStop()) {
          throw new CancellationException("the forward pass was cancelled");
        }
        long nanos = runner != null ? LOOK_UP_NANOS : nanosToStart();
        if (nanos <= 0) {
          runPass();
        } else {
          interrupted |= !sleep(call, nanos);
        }
      }
    } finally {
      waiting.remove(call);
      wakeNext();
      lock.unlock();
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** False if it was interrupted, which is no reason to end a pass. */
  private static boolean sleep(Call call, long nanos) {
    try {
      var _ = call.changed.awaitNanos(Math.min(nanos, LOOK_UP_NANOS));
      return true;
    } catch (InterruptedException e) {
      return false;
    }
  }

  private long nanosToStart() {
    return expected.isEmpty() ? 0 : lastEnd + grace - System.nanoTime();
  }

  /** If no pass runs, somebody else has to see to the next one. */
  private void wakeNext() {
    Call next = waiting.peek();
    if (runner == null && next != null) {
      next.changed.signal();
    }
  }

  /** Runs a pass for those who wait, without the lock meanwhile. */
  private void runPass() {
    List<Piece> pieces = choose();
    expected.clear();
    runner = Thread.currentThread();
    lock.unlock();
    long start = System.nanoTime();
    try {
      run(pieces);
    } finally {
      lock.lock();
      runner = null;
      lastEnd = System.nanoTime();
      grace = Math.clamp((lastEnd - start) / 8, SHORTEST_GRACE_NANOS, LONGEST_GRACE_NANOS);
      for (Piece piece : pieces) {
        Call call = piece.call();
        call.look();
        if (call.ended) {
          expected.add(call.caller);
          call.changed.signal();
        } else {
          waiting.add(call); // behind the others: prompts are read in turns
        }
      }
    }
  }

  /** Takes those out of the queue who have part in the next pass. */
  private List<Piece> choose() {
    List<Piece> pieces = new ArrayList<>();
    for (Call call : waiting) {
      if (call.isDecoding()) {
        pieces.add(new Piece(call, call.tokens.length));
      }
    }
    int room = pieces.isEmpty() ? PROMPT_TOKENS : PROMPT_TOKENS_BESIDE_OTHERS;
    boolean first = true;
    for (Call call : waiting) {
      if (!call.isDecoding() && room > 0) {
        int left = call.tokens.length - call.done;
        int count = call.mayBeCut() ? Math.min(left, room) : left;
        if (first || count <= room) {
          pieces.add(new Piece(call, count));
          room -= count;
          first = false;
        }
      }
    }
    pieces.forEach(piece -> waiting.remove(piece.call()));
    return pieces;
  }

  /** Where several fail together, each runs alone: who is not to blame is to notice nothing. */
  private void run(List<Piece> pieces) {
    try {
      runTogether(pieces);
    } finally {
      if (batch.rows() > BatchPool.MOST_TOKENS_KEPT) {
        batch = new Batch();
      }
      batch.clear();
    }
  }

  private void runTogether(List<Piece> pieces) {
    try {
      batch.clear();
      pieces.forEach(piece -> piece.addTo(batch));
      model.forward(batch);
    } catch (Throwable e) { // a stop condition may throw what the compiler does not see
      if (pieces.size() == 1) {
        pieces.getFirst().call().failure = e; // its own thread throws it
      } else {
        pieces.forEach(piece -> run(List.of(piece)));
      }
      return;
    }
    for (int i = 0; i < pieces.size(); i++) {
      pieces.get(i).end(batch, i);
    }
  }
}
