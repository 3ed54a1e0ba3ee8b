package io.hunyuan4j.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ParallelTest {

  @Test
  void forRange_anyNumberOfThreads_runsTheSamePiecesOnce() {
    for (int threads : List.of(1, 2, 5)) {
      try (Parallel parallel = Parallel.ofThreads(threads)) {
        for (int round = 0; round < 200; round++) {
          Set<List<Integer>> pieces = ConcurrentHashMap.newKeySet();
          AtomicIntegerArray runs = new AtomicIntegerArray(100);
          parallel.forRange(
              100,
              33,
              (from, to) -> {
                pieces.add(List.of(from, to));
                for (int i = from; i < to; i++) {
                  runs.incrementAndGet(i);
                }
              });
          assertEquals(
              Set.of(List.of(0, 33), List.of(33, 66), List.of(66, 99), List.of(99, 100)), pieces);
          for (int i = 0; i < 100; i++) {
            assertEquals(1, runs.get(i));
          }
        }
      }
    }
  }

  @Test
  void forRange_pieceThrows_callerGetsItAndOtherPiecesRun() {
    try (Parallel parallel = Parallel.ofThreads(3)) {
      AtomicIntegerArray runs = new AtomicIntegerArray(10);
      var e =
          assertThrows(
              IllegalStateException.class,
              () ->
                  parallel.forRange(
                      10,
                      1,
                      (from, _) -> {
                        runs.incrementAndGet(from);
                        if (from == 4) {
                          throw new IllegalStateException("piece 4");
                        }
                      }));
      assertEquals("piece 4", e.getMessage());
      for (int i = 0; i < 10; i++) {
        assertEquals(1, runs.get(i));
      }
    }
  }

  @Test
  void forRange_nestedAndFromManyThreads_completes() throws InterruptedException {
    try (Parallel parallel = Parallel.ofThreads(3)) {
      AtomicIntegerArray runs = new AtomicIntegerArray(1);
      List<Thread> callers = new ArrayList<>();
      for (int caller = 0; caller < 6; caller++) {
        callers.add(
            Thread.ofVirtual()
                .start(
                    () ->
                        parallel.forRange(
                            20,
                            1,
                            (_, _) -> parallel.forRange(5, 1, (_, _) -> runs.incrementAndGet(0)))));
      }
      for (Thread caller : callers) {
        caller.join();
      }
      assertEquals(6 * 20 * 5, runs.get(0));
    }
  }

  /** Callers that share a pool, each with ranges of any size, some nested, some that throw. */
  @Test
  void forRange_manyCallersNestedAndThrowing_runsEveryPieceOnce() throws InterruptedException {
    for (int threads : List.of(2, 3, 4)) {
      try (Parallel parallel = Parallel.ofThreads(threads)) {
        ConcurrentLinkedQueue<Throwable> failures = new ConcurrentLinkedQueue<>();
        List<Thread> callers = new ArrayList<>();
        for (int caller = 0; caller < 3; caller++) {
          Random random = new Random(31 * threads + caller);
          callers.add(
              Thread.ofPlatform()
                  .uncaughtExceptionHandler((_, e) -> failures.add(e))
                  .start(() -> stress(parallel, random)));
        }
        for (Thread caller : callers) {
          caller.join();
        }
        assertEquals(List.of(), List.copyOf(failures), "threads " + threads);
      }
    }
  }

  private static void stress(Parallel parallel, Random random) {
    for (int round = 0; round < 4000; round++) {
      int n = random.nextInt(12);
      int grain = random.nextInt(1, 4);
      int thrower = random.nextInt(8) == 0 && n > 0 ? random.nextInt(n) : -1;
      int inner = random.nextInt(8) == 0 ? 3 : 0;
      AtomicIntegerArray runs = new AtomicIntegerArray(n);
      AtomicIntegerArray innerRuns = new AtomicIntegerArray(1);
      RangeBody body =
          (from, to) -> {
            parallel.forRange(inner, 1, (_, _) -> innerRuns.incrementAndGet(0));
            for (int i = from; i < to; i++) {
              runs.incrementAndGet(i);
            }
            if (from <= thrower && thrower < to) {
              throw new IllegalStateException("unit " + thrower);
            }
          };
      if (thrower < 0) {
        parallel.forRange(n, grain, body);
      } else {
        var e = assertThrows(IllegalStateException.class, () -> parallel.forRange(n, grain, body));
        assertEquals("unit " + thrower, e.getMessage());
      }
      for (int i = 0; i < n; i++) {
        assertEquals(1, runs.get(i), "unit " + i + " of " + n + " by " + grain);
      }
      assertEquals(inner * ((n + grain - 1) / grain), innerRuns.get(0));
    }
  }

  @Test
  void forRange_backToBackByOneCaller_runsEveryPieceOnce() {
    try (Parallel parallel = Parallel.ofThreads(3)) {
      AtomicIntegerArray runs = new AtomicIntegerArray(5);
      RangeBody body = (from, _) -> runs.incrementAndGet(from);
      for (int round = 1; round <= 100_000; round++) {
        int n = 1 + round % 5;
        for (int i = 0; i < n; i++) {
          runs.set(i, 0);
        }
        parallel.forRange(n, 1, body);
        for (int i = 0; i < n; i++) {
          if (runs.get(i) != 1) {
            assertEquals(1, runs.get(i), "unit " + i + " of round " + round);
          }
        }
      }
    }
  }

  @Test
  void forRange_warm_allocatesNothingOnAnyThread() {
    com.sun.management.ThreadMXBean threads =
        (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    try (Parallel parallel = Parallel.ofThreads(3)) {
      AtomicIntegerArray runs = new AtomicIntegerArray(8);
      RangeBody nested = (from, _) -> runs.incrementAndGet(from);
      RangeBody body = (_, _) -> parallel.forRange(8, 1, nested);
      long[] ids =
          Stream.concat(
                  Stream.of(Thread.currentThread()),
                  Thread.getAllStackTraces().keySet().stream()
                      .filter(t -> t.getName().matches("hunyuan-[0-9]+")))
              .mapToLong(Thread::threadId)
              .toArray();
      long[] before = new long[0];
      for (int round = 0; round < 20_000; round++) {
        if (round == 10_000) {
          before = threads.getThreadAllocatedBytes(ids);
        }
        parallel.forRange(4, 1, body);
      }
      long[] after = threads.getThreadAllocatedBytes(ids);
      for (int i = 0; i < ids.length; i++) {
        // The answers themselves are some hundred bytes; a byte a range would be 10 000.
        assertTrue(after[i] - before[i] < 5_000, "bytes " + (after[i] - before[i]));
      }
    }
  }

  @Test
  void close_thenForRange_isRefused() {
    Parallel parallel = Parallel.ofThreads(2);
    parallel.close();
    assertThrows(IllegalStateException.class, () -> parallel.forRange(1, 1, (_, _) -> {}));
    assertThrows(IllegalArgumentException.class, () -> Parallel.ofThreads(0));
    assertTrue(Parallel.ofThreads(1).threads() == 1);
  }
}
