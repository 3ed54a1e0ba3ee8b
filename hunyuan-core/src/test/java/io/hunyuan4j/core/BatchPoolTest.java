package io.hunyuan4j.core;

import static io.hunyuan4j.core.TestModels.exact;
import static io.hunyuan4j.core.TestModels.tokens;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.hunyuan4j.kernels.FloatMatrix;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Long passes take turns, and nobody can tell. */
class BatchPoolTest {
  private static final int[] PROMPT = tokens(40, 50);

  private final LanguageModel model = TestModels.build(MapConfig.tinyLarge(), new RandomWeights());

  private static ForwardObserver onFirstLayer(Runnable action) {
    return TestModels.hiddenObserver(
        (layer, _) -> {
          if (layer == 0) {
            action.run();
          }
        });
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void logitsOfOneSession_surviveThePassesOfOthers() {
    try (Session one = model.newSession(exact(100));
        Session two = model.newSession(exact(100))) {
      FloatMatrix logits = model.forward(PROMPT, one, 1);
      float[] before = logits.row(0);
      model.forward(tokens(33, 20), two, 1);
      assertArrayEquals(before, logits.row(0));
      assertEquals(0, model.forward(PROMPT, two, 0).rows());
    }
  }

  @Test
  void atMostFourAtOnce_andWhoWaitsCanBeCancelled() throws Exception {
    CountDownLatch fourInside = new CountDownLatch(4);
    CountDownLatch goOn = new CountDownLatch(1);
    AtomicInteger inside = new AtomicInteger();
    try (var executor = Executors.newFixedThreadPool(6)) {
      List<Future<float[]>> running = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        running.add(
            executor.submit(
                () -> {
                  try (Session session = model.newSession(exact(100))) {
                    session.observe(
                        onFirstLayer(
                            () -> {
                              inside.incrementAndGet();
                              fourInside.countDown();
                              await(goOn);
                            }));
                    return model.forward(PROMPT, session);
                  }
                }));
      }
      await(fourInside);
      try (Session cancelled = model.newSession(exact(100));
          Session interrupted = model.newSession(exact(100));
          Session little = model.newSession(exact(100))) {
        model.forward(new int[] {1, 2, 3}, little); // needs no turn
        cancelled.stopWhen(() -> true);
        Future<float[]> stopped = executor.submit(() -> model.forward(PROMPT, cancelled));
        assertInstanceOf(
            CancellationException.class,
            assertThrows(ExecutionException.class, stopped::get).getCause());
        assertEquals(0, cancelled.position());
        Future<Boolean> waiting =
            executor.submit(
                () -> {
                  Thread.currentThread().interrupt();
                  model.forward(PROMPT, interrupted);
                  return Thread.interrupted();
                });
        assertEquals(4, inside.get());
        goOn.countDown();
        assertEquals(true, waiting.get(), "it ran all the same, and the interrupt is still there");
        assertEquals(PROMPT.length, interrupted.position());
      }
      for (Future<float[]> result : running) {
        assertArrayEquals(running.getFirst().get(), result.get());
      }
    }
  }

  @Test
  void passInsideAPass_doesNotWaitForItself() {
    List<float[]> inner = new ArrayList<>();
    nest(5, inner);
    assertEquals(6, inner.size());
    inner.forEach(logits -> assertArrayEquals(inner.getFirst(), logits));
  }

  private void nest(int depth, List<float[]> logits) {
    try (Session session = model.newSession(exact(100))) {
      if (depth > 0) {
        session.observe(onFirstLayer(() -> nest(depth - 1, logits)));
      }
      logits.add(model.forward(PROMPT, session));
    }
  }
}
