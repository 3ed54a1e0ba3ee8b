package io.hunyuan4j.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicIntegerArray;
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

  @Test
  void close_thenForRange_isRefused() {
    Parallel parallel = Parallel.ofThreads(2);
    parallel.close();
    assertThrows(IllegalStateException.class, () -> parallel.forRange(1, 1, (_, _) -> {}));
    assertThrows(IllegalArgumentException.class, () -> Parallel.ofThreads(0));
    assertTrue(Parallel.ofThreads(1).threads() == 1);
  }
}
