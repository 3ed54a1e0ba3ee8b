package io.hunyuan4j.engine;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Function;

/**
 * Values that are made from their keys, of which those used last are kept. Safe for many threads:
 * one makes a value, others that want the same wait for it, and those that want another do not.
 */
final class RecentlyMade<K, V> {
  private final int most;
  private final Function<K, V> maker;
  private final Map<K, FutureTask<V>> tasks = new LinkedHashMap<>(16, 0.75f, true); // the lock

  /**
   * None are made yet.
   *
   * @param most how many are kept
   */
  RecentlyMade(int most, Function<K, V> maker) {
    this.most = most;
    this.maker = maker;
  }

  /** The value of a key. What making it throws is thrown, and not kept. */
  V get(K key) {
    FutureTask<V> task;
    synchronized (tasks) {
      task = tasks.computeIfAbsent(key, k -> new FutureTask<>(() -> maker.apply(k)));
      if (tasks.size() > most) {
        tasks.remove(tasks.keySet().iterator().next()); // the one that was not used for longest
      }
    }
    task.run(); // does nothing if it runs or has run
    try {
      return result(task);
    } catch (ExecutionException e) {
      synchronized (tasks) {
        tasks.remove(key, task);
      }
      switch (e.getCause()) {
        case RuntimeException cause -> throw cause;
        case Error cause -> throw cause;
        case null, default -> throw new IllegalStateException("a value could not be made", e);
      }
    }
  }

  /** Waits for the result, interrupted or not: it comes soon. */
  private static <T> T result(FutureTask<T> task) throws ExecutionException {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return task.get();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
