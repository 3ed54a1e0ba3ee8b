package io.hunyuan4j.kernels;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A fixed number of threads that work through ranges together.
 *
 * <p>A range is cut at multiples of its grain, whatever the number of threads, and every piece is
 * run once by somebody; results therefore cannot depend on the number of threads as long as pieces
 * write to different places. The calling thread works too. While one caller has the workers,
 * another one runs its range alone, so calls from many threads and calls from inside a piece are
 * safe. Nothing is allocated for a range.
 *
 * <p>Idle workers spin for some tens of microseconds before they park: a decode step has hundreds
 * of short ranges, and waking a parked thread costs more than most of them.
 */
public final class Parallel implements AutoCloseable {
  /** The most threads a pool may have. */
  public static final int MAX_THREADS = 1024;

  private static final long SPIN_NANOS = 40_000;
  private static final int SPINS_BEFORE_YIELD = 10_000;

  private static final RangeBody NOTHING = (_, _) -> {};

  private final Worker[] workers;
  private final AtomicBoolean taken = new AtomicBoolean();
  private volatile boolean closed;

  // The range that the workers are on. Whoever takes a piece from `left` may read the other fields
  // afterwards: they cannot change before that piece is finished. Nothing is read before, so a
  // worker that comes late takes a piece of the range that is there, or none.
  private int n;
  private int grain;
  private int pieces;
  private RangeBody body = NOTHING;
  private final AtomicInteger left = new AtomicInteger(); // pieces that nobody has taken
  private final AtomicInteger unfinished = new AtomicInteger(); // pieces that have not run
  private volatile @Nullable Throwable failure;

  private Parallel(int threads) {
    workers = new Worker[threads - 1];
    for (int i = 0; i < workers.length; i++) {
      workers[i] = new Worker("hunyuan-" + (i + 1));
      workers[i].start();
    }
  }

  /**
   * A pool of {@code threads} threads, the caller included; 1 starts none.
   *
   * @throws IllegalArgumentException if {@code threads} is not between 1 and {@link #MAX_THREADS}
   */
  public static Parallel ofThreads(int threads) {
    if (threads < 1 || threads > MAX_THREADS) {
      throw new IllegalArgumentException(
          "threads must be between 1 and %d, not %d".formatted(MAX_THREADS, threads));
    }
    return new Parallel(threads);
  }

  /** Number of threads, the caller included. */
  public int threads() {
    return workers.length + 1;
  }

  /**
   * Runs {@code body} on the pieces {@code [0, grain), [grain, 2·grain), …} of {@code [0, n)} and
   * returns when all are done.
   *
   * @throws RuntimeException what a piece threw, one of them if several did; the other pieces have
   *     run all the same
   */
  public void forRange(int n, int grain, RangeBody body) {
    if (n < 0 || grain < 1) {
      throw new IllegalArgumentException("bad range: n %d, grain %d".formatted(n, grain));
    }
    if (closed) {
      throw new IllegalStateException("this pool is closed");
    }
    int count = (int) ((n + (long) grain - 1) / grain);
    if (count <= 1 || workers.length == 0 || !taken.compareAndSet(false, true)) {
      rethrow(runAlone(n, grain, count, body));
    } else {
      rethrow(runTogether(n, grain, count, body));
    }
  }

  private @Nullable Throwable runTogether(int newN, int newGrain, int count, RangeBody newBody) {
    n = newN;
    grain = newGrain;
    pieces = count;
    body = newBody;
    failure = null;
    unfinished.set(count);
    left.set(count); // from here on the workers are at it
    int wanted = Math.min(workers.length, count - 1);
    for (int i = 0; i < wanted; i++) {
      workers[i].wake();
    }
    work();
    await();
    Throwable thrown = failure;
    body = NOTHING; // an idle pool must not hold the last caller's arrays
    failure = null;
    taken.set(false);
    return thrown;
  }

  private static @Nullable Throwable runAlone(int n, int grain, int count, RangeBody body) {
    Throwable thrown = null;
    for (int piece = 0; piece < count; piece++) {
      try {
        body.run(piece * grain, end(piece, grain, n));
      } catch (Throwable t) {
        thrown = t;
      }
    }
    return thrown;
  }

  private static int end(int piece, int grain, int n) {
    return (int) Math.min(n, (piece + 1L) * grain);
  }

  /** Runs pieces of the present range while there are any. */
  private void work() {
    for (int l; (l = left.get()) > 0; ) {
      if (left.compareAndSet(l, l - 1)) {
        int piece = pieces - l;
        try {
          body.run(piece * grain, end(piece, grain, n));
        } catch (Throwable t) {
          failure = t;
        } finally {
          unfinished.decrementAndGet();
        }
      }
    }
  }

  /**
   * Spins while the last pieces run; yields where that takes long because their threads have no
   * processor.
   */
  private void await() {
    for (int spins = 0; unfinished.get() > 0; spins++) {
      if (spins < SPINS_BEFORE_YIELD) {
        Thread.onSpinWait();
      } else {
        Thread.yield();
      }
    }
  }

  private static void rethrow(@Nullable Throwable thrown) {
    switch (thrown) {
      case null -> {}
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      case Throwable e -> throw new IllegalStateException(e);
    }
  }

  /** Whether {@link #close} was called. */
  boolean isClosed() {
    return closed;
  }

  /** Ends the workers. Ranges must not be running. */
  @Override
  public void close() {
    closed = true;
    for (Worker worker : workers) {
      LockSupport.unpark(worker);
    }
    boolean interrupted = false;
    for (Worker worker : workers) {
      while (worker.isAlive()) {
        try {
          worker.join();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private final class Worker extends Thread {
    private volatile boolean parked;

    Worker(String name) {
      super(null, null, name, 0, false);
      setDaemon(true);
    }

    void wake() {
      if (parked) {
        LockSupport.unpark(this);
      }
    }

    @Override
    public void run() {
      while (!closed) {
        work();
        if (!spin()) {
          park();
        }
      }
    }

    /** Whether there is work, or no more ever, after spinning for a while. */
    private boolean spin() {
      long end = System.nanoTime() + SPIN_NANOS;
      do {
        for (int i = 0; i < 32; i++) {
          if (left.get() > 0 || closed) {
            return true;
          }
          Thread.onSpinWait();
        }
      } while (System.nanoTime() < end);
      return false;
    }

    private void park() {
      parked = true;
      if (left.get() == 0 && !closed) { // again: a range may have come before the flag was seen
        LockSupport.park(this);
      }
      parked = false;
    }
  }
}
