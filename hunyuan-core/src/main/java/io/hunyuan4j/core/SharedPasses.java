package io.hunyuan4j.core;

import io.hunyuan4j.core.Call.Piece;
import io.hunyuan4j.kernels.FloatMatrix;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
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

  SharedPasses(LanguageModel model) {
    this.model = model;
  }

  /**
   * Runs tokens of a session, for {@code caller}, who has one call at a time. The logits are the
   * session's memory. If this throws, the session has no more tokens than before.
   */
  FloatMatrix run(Object caller, int[] tokens, Session session, int logitRows) {
    if (mustRunHere(session.isWatched())) {
      return model.forward(tokens, session, logitRows);
    }
    Call.OfTokens call = new Call.OfTokens(waiter(caller), session, tokens, logitRows);
    boolean complete = false;
    try {
      await(call);
      FloatMatrix logits = call.logits();
      complete = true;
      return logits;
    } finally {
      if (!complete) {
        call.takeBack();
      }
    }
  }

  /**
   * Runs a batch of {@code caller}, whose memory the logits are, when it is its turn and no other
   * pass runs. If this throws, no session has more tokens than before.
   */
  void run(Object caller, Batch own) {
    if (mustRunHere(own.isWatched())) {
      model.forward(own);
      return;
    }
    Call call = new Call.OfBatch(waiter(caller), own);
    await(call);
    call.throwFailure();
  }

  private Call.Waiter waiter(Object caller) {
    return new Call.Waiter(caller, lock.newCondition());
  }

  /**
   * An observer is told on the thread of who has it, and once; and if it asks, it must not wait for
   * itself.
   */
  private boolean mustRunHere(boolean isWatched) {
    return isWatched || runner == Thread.currentThread();
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
      expected.remove(call.waiter().caller());
      waiting.add(call);
      while (!call.hasEnded()) {
        if (waiting.contains(call) && call.wantsStop()) {
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
      var _ = call.waiter().changed().awaitNanos(Math.min(nanos, LOOK_UP_NANOS));
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
      next.waiter().changed().signal();
    }
  }

  /** Runs a pass for those who wait. */
  private void runPass() {
    if (waiting.peek() instanceof Call.OfBatch call) {
      waiting.remove();
      runPass(List.of(call), () -> run(call));
    } else {
      List<Piece> pieces = choose();
      runPass(pieces.stream().map(Piece::call).toList(), () -> run(pieces));
    }
  }

  /** Runs a pass of calls that wait no more, without the lock meanwhile. */
  private void runPass(List<? extends Call> calls, Runnable pass) {
    expected.clear();
    runner = Thread.currentThread();
    lock.unlock();
    long start = System.nanoTime();
    try {
      pass.run();
    } finally {
      lock.lock();
      runner = null;
      lastEnd = System.nanoTime();
      grace = Math.clamp((lastEnd - start) / 8, SHORTEST_GRACE_NANOS, LONGEST_GRACE_NANOS);
      calls.forEach(this::endPass);
    }
  }

  private void endPass(Call call) {
    call.look();
    if (!call.hasEnded()) {
      waiting.add(call); // behind the others: prompts are read in turns
      return;
    }
    if (call instanceof Call.OfTokens) {
      expected.add(call.waiter().caller()); // a batch has nothing to share in the next pass
    }
    call.waiter().changed().signal();
  }

  /** Takes those out of the queue who have part in the next pass. */
  private List<Piece> choose() {
    List<Piece> pieces = new ArrayList<>();
    List<Call.OfTokens> prompts = new ArrayList<>();
    for (Call call : waiting) {
      if (call instanceof Call.OfTokens tokens) {
        if (tokens.isDecoding()) {
          pieces.add(tokens.rest());
        } else {
          prompts.add(tokens);
        }
      }
    }
    int room = pieces.isEmpty() ? PROMPT_TOKENS : PROMPT_TOKENS_BESIDE_OTHERS;
    boolean first = true;
    for (Call.OfTokens prompt : prompts) {
      Piece piece = prompt.piece(room);
      if (room > 0 && (first || piece.count() <= room)) {
        pieces.add(piece);
        room -= piece.count();
        first = false;
      }
    }
    pieces.forEach(piece -> waiting.remove(piece.call()));
    return pieces;
  }

  private void run(Call.OfBatch call) {
    try {
      call.run(model);
    } catch (Throwable e) { // a stop condition may throw what the compiler does not see
      call.fail(e); // its own thread throws it
    }
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
        pieces.getFirst().call().fail(e); // its own thread throws it
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
