package io.hunyuan4j.core;

import static io.hunyuan4j.core.TestModels.exact;
import static io.hunyuan4j.core.TestModels.flat;

import io.hunyuan4j.core.Scheduler.Seat;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;

/** A scheduler of a small model, and threads that ask it for passes. */
abstract class SchedulerSetting {
  static final int VOCAB = 50;
  static final int CAPACITY = 1000;

  final LanguageModel plain = TestModels.build(MapConfig.tinyLarge(), new RandomWeights());
  final WatchedModel model = new WatchedModel(plain);

  final Scheduler scheduler = new Scheduler(model, 64, 0);

  /** What one thread asks for, and the logits that it gets. */
  float[] run(int[] tokens, int logitRows) {
    try (Session session = model.newSession(exact(CAPACITY));
        Seat seat = scheduler.seat()) {
      return flat(seat.run(tokens, session, logitRows));
    }
  }

  float[] alone(int[] tokens) {
    try (Session session = model.newSession(exact(CAPACITY))) {
      return plain.forward(tokens, session);
    }
  }

  static int[] tokens(Random random, int count) {
    return random.ints(count, 0, VOCAB).toArray();
  }

  /** Starts a thread and returns when it waits. */
  static <T> FutureTask<T> waiting(Callable<T> task) throws Exception {
    FutureTask<T> future = new FutureTask<>(task);
    Thread thread = Thread.ofPlatform().daemon().start(future);
    while (thread.getState() != Thread.State.TIMED_WAITING) {
      Thread.sleep(1);
    }
    return future;
  }

  /** Holds the first pass up; returns once a thread is in it. */
  FutureTask<float[]> holdUp(CountDownLatch go) throws Exception {
    CountDownLatch inside = new CountDownLatch(1);
    model.before(
        _ -> {
          inside.countDown();
          awaitUninterruptibly(go);
        });
    FutureTask<float[]> first = new FutureTask<>(() -> run(new int[] {1}, 1));
    Thread.ofPlatform().daemon().start(first);
    inside.await();
    return first;
  }

  static void awaitUninterruptibly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
