package io.hunyuan4j.loader;

import io.hunyuan4j.core.Readahead;
import io.hunyuan4j.kernels.Matrix;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads mapped weights from disk on a thread of its own, in the order in which they are wanted.
 * Weights that are not mapped, because they were converted, are passed over.
 *
 * <p>A step is {@link MemorySegment#load}: the system is told of all its pages ({@code
 * madvise(MADV_WILLNEED)} on Linux and macOS), then each is touched. Steps are short, so that newer
 * wishes and {@link #close} wait for one of them at most.
 *
 * <p>Close it before the files are unmapped.
 */
public final class PageReader implements Readahead, AutoCloseable {
  /** Linux takes little more of one request than this, however long it is. */
  private static final long STEP_BYTES = 1 << 20;

  private @Nullable Thread thread;
  private volatile List<Matrix> wanted = List.of();
  private volatile boolean closed;

  /** A reader whose thread starts with the first wish. */
  public PageReader() {}

  @Override
  public synchronized void willNeed(List<Matrix> weights) {
    wanted = weights;
    if (thread == null && !closed) {
      thread = Thread.ofPlatform().daemon().name("hunyuan-readahead").start(this::run);
    }
    notifyAll();
  }

  private void run() {
    List<Matrix> read = List.of();
    List<Matrix> next;
    while ((next = awaitOther(read)) != null) {
      for (Matrix matrix : next) {
        if (matrix.data().isMapped()) {
          read(matrix.data(), next);
        }
      }
      read = next;
    }
  }

  /** What is wanted as soon as that is something else than {@code read}; null after the end. */
  private synchronized @Nullable List<Matrix> awaitOther(List<Matrix> read) {
    while (!closed && wanted == read) {
      try {
        wait();
      } catch (InterruptedException e) { // nobody has a reason to, so it means the end
        return null;
      }
    }
    return closed ? null : wanted;
  }

  private void read(MemorySegment data, List<Matrix> purpose) {
    long offset = 0;
    while (offset < data.byteSize() && wanted == purpose && !closed) {
      long bytes = Math.min(STEP_BYTES, data.byteSize() - offset);
      data.asSlice(offset, bytes).load();
      offset += bytes;
    }
  }

  /** Ends the thread and waits until it touches nothing any more. */
  @Override
  public void close() {
    Thread running;
    synchronized (this) {
      closed = true;
      running = thread;
      notifyAll();
    }
    boolean interrupted = false;
    while (running != null && running.isAlive()) {
      try {
        running.join();
      } catch (InterruptedException e) {
        interrupted = true; // the mapping must outlive the thread
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
