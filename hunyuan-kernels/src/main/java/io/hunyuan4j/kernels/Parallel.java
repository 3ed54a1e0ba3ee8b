package io.hunyuan4j.kernels;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A fixed number of threads that work through ranges together.
 *
 * <p>A range is cut at multiples of its grain, whatever the number of threads, and every piece is
 * run once by somebody; results therefore cannot depend on the number of threads as long as pieces
 * write to different places. The calling thread works too. While one caller has the workers,
 * another one runs its range alone, so calls from many threads and calls from inside a piece are
 * safe.
 *
 * <p>Idle workers spin for some tens of microseconds before they park: a decode step has hundreds
 * of short ranges, and waking a parked thread costs more than most of them.
 */
public final class Parallel implements AutoCloseable {
  /** The most threads a pool may have. */
  public static final int MAX_THREADS = 1024;

  private static final long SPIN_NANOS = 40_000;
  private static final int SPINS_BEFORE_YIELD = 10_000;

  private final Worker[] workers;
  private final ReentrantLock owner = new ReentrantLock();
  private volatile @Nullable Job current;
  private volatile boolean closed;

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
   * @throws RuntimeException what a piece threw, the first if several did; the other pieces have
   *     run all the same
   */
  public void forRange(int n, int grain, RangeBody body) {
    if (n < 0 || grain < 1) {
      throw new IllegalArgumentException("bad range: n %d, grain %d".formatted(n, grain));
    }
    if (closed) {
      throw new IllegalStateException("this pool is closed");
    }
    int pieces = (int) ((n + (long) grain - 1) / grain);
    Job job = new Job(n, grain, pieces, body);
    if (pieces <= 1 || workers.length == 0 || owner.isHeldByCurrentThread() || !owner.tryLock()) {
      job.work();
    } else {
      try {
        current = job;
        int wanted = Math.min(workers.length, pieces - 1);
        for (int i = 0; i < wanted; i++) {
          workers[i].wake();
        }
        job.work();
        job.await();
        current = null;
      } finally {
        owner.unlock();
      }
    }
    job.rethrow();
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

  /**
   * One call of {@link #forRange}: who takes a piece increments {@code next}, who finishes one
   * increments {@code done}.
   */
  private static final class Job {
    private static final VarHandle NEXT;
    private static final VarHandle DONE;

    static {
      try {
        NEXT = MethodHandles.lookup().findVarHandle(Job.class, "next", int.class);
        DONE = MethodHandles.lookup().findVarHandle(Job.class, "done", int.class);
      } catch (ReflectiveOperationException e) {
        throw new ExceptionInInitializerError(e);
      }
    }

    private final int n;
    private final int grain;
    private final int pieces;
    private final RangeBody body;

    @SuppressWarnings("unused") // through NEXT
    private volatile int next;

    private volatile int done;
    private volatile @Nullable Throwable failure;

    Job(int n, int grain, int pieces, RangeBody body) {
      this.n = n;
      this.grain = grain;
      this.pieces = pieces;
      this.body = body;
    }

    void work() {
      for (int piece; (piece = (int) NEXT.getAndAdd(this, 1)) < pieces; ) {
        try {
          int from = piece * grain;
          body.run(from, (int) Math.min(n, from + (long) grain));
        } catch (Throwable t) {
          failure = t; // any one of several will do
        } finally {
          DONE.getAndAdd(this, 1);
        }
      }
    }

    /**
     * Spins while the last pieces run; yields where that takes long because their threads have no
     * processor.
     */
    void await() {
      for (int spins = 0; done < pieces; spins++) {
        if (spins < SPINS_BEFORE_YIELD) {
          Thread.onSpinWait();
        } else {
          Thread.yield();
        }
      }
    }

    void rethrow() {
      switch (failure) {
        case null -> {}
        case RuntimeException e -> throw e;
        case Error e -> throw e;
        case Throwable e -> throw new IllegalStateException(e);
      }
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
      Job last = null;
      while (!closed) {
        Job job = current;
        if (job != null && job != last) {
          job.work();
          last = job;
        } else if (!spin(last)) {
          last = null; // a parked worker must not hold the last caller's arrays
          park();
        }
      }
    }

    /** Whether another job came while spinning. */
    private boolean spin(@Nullable Job last) {
      long end = System.nanoTime() + SPIN_NANOS;
      while (System.nanoTime() < end) {
        for (int i = 0; i < 32; i++) {
          Job job = current;
          if ((job != null && job != last) || closed) {
            return true;
          }
          Thread.onSpinWait();
        }
      }
      return false;
    }

    private void park() {
      parked = true;
      if (current == null && !closed) { // again: a job may have come before the flag was seen
        LockSupport.park(this);
      }
      parked = false;
    }
  }
}
