package io.hunyuan4j.core;

import static io.hunyuan4j.core.TestModels.exact;
import static io.hunyuan4j.core.TestModels.flat;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hunyuan4j.core.Scheduler.Seat;
import io.hunyuan4j.core.block.KvCache;
import io.hunyuan4j.core.block.KvLayout;
import io.hunyuan4j.kernels.KvFormat;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 2, unit = TimeUnit.MINUTES)
class SchedulerTest extends SchedulerSetting {
  @Test
  void whoComesDuringAPass_goesTogetherInTheNext() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    FutureTask<float[]> first = holdUp(go);
    List<FutureTask<float[]>> others = new ArrayList<>();
    for (int i = 0; i < 7; i++) {
      int[] tokens = tokens(new Random(i), 1 + i);
      others.add(waiting(() -> run(tokens, 1)));
    }
    go.countDown();
    assertArrayEquals(alone(new int[] {1}), first.get());
    for (int i = 0; i < 7; i++) {
      assertArrayEquals(alone(tokens(new Random(i), 1 + i)), others.get(i).get());
    }
    assertEquals(List.of(List.of(1), List.of(1, 2, 3, 4, 5, 6, 7)), model.passes().subList(0, 2));
  }

  @Test
  void longPrompts_areCutWhereOthersWait_andTakeTurns() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    FutureTask<float[]> first = holdUp(go);
    int[] one = tokens(new Random(1), 600);
    int[] two = tokens(new Random(2), 300);
    FutureTask<float[]> promptOne = waiting(() -> run(one, 1));
    FutureTask<float[]> promptTwo = waiting(() -> run(two, 1));
    FutureTask<float[]> word = waiting(() -> run(new int[] {2, 3}, 1));
    go.countDown();
    assertArrayEquals(alone(new int[] {1}), first.get());
    assertArrayEquals(alone(new int[] {2, 3}), word.get());
    assertArrayEquals(alone(one), promptOne.get());
    assertArrayEquals(alone(two), promptTwo.get());
    assertEquals(
        List.of(List.of(1), List.of(2, 128), List.of(300, 212), List.of(260)),
        model.passes().subList(0, 4),
        "beside a word 128 tokens of a prompt, else 512; the one that had its turn comes last");
  }

  @Test
  void aBatchOfItsCaller_runsAlone_inTurnsWithTheSharedPasses() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    FutureTask<float[]> first = holdUp(go);
    FutureTask<float[]> earlier = waiting(() -> run(new int[] {2, 3}, 1));
    FutureTask<List<float[]>> batch = waiting(() -> runBatch(() -> false));
    FutureTask<List<float[]>> another = waiting(() -> runBatch(() -> false));
    FutureTask<float[]> later = waiting(() -> run(new int[] {4, 5, 6}, 1));
    go.countDown();
    assertArrayEquals(alone(new int[] {1}), first.get());
    assertArrayEquals(alone(new int[] {2, 3}), earlier.get());
    assertArrayEquals(alone(new int[] {4, 5, 6}), later.get());
    for (FutureTask<List<float[]>> task : List.of(batch, another)) {
      assertArrayEquals(alone(new int[] {7, 8}), task.get().getFirst());
      assertArrayEquals(alone(new int[] {9}), task.get().getLast());
    }
    assertEquals(List.of(List.of(1), List.of(2, 3), List.of(2, 1), List.of(2, 1)), model.passes());
    assertEquals(0, model.keyValueMemory().liveBytes());
  }

  @Test
  void aBatchThatIsCancelledOrFails_endsOnItsOwnThread() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    FutureTask<float[]> first = holdUp(go);
    AtomicBoolean stop = new AtomicBoolean();
    FutureTask<List<float[]>> cancelled = waiting(() -> runBatch(stop::get));
    stop.set(true);
    ExecutionException e = assertThrows(ExecutionException.class, cancelled::get);
    assertInstanceOf(CancellationException.class, e.getCause());
    FutureTask<float[]> bad =
        waiting(
            () -> {
              try (Session session = model.newSession(exact(CAPACITY));
                  Seat seat = scheduler.seat()) {
                Batch batch = new Batch();
                batch.add(session, new int[] {VOCAB}, 1);
                seat.run(batch);
                return flat(batch.logits(0));
              }
            });
    go.countDown();
    first.get();
    assertInstanceOf(
        IllegalArgumentException.class,
        assertThrows(ExecutionException.class, bad::get).getCause());
    assertArrayEquals(alone(new int[] {7, 8}), runBatch(() -> false).getFirst());
  }

  /** The logits of two sessions in one batch. */
  private List<float[]> runBatch(StopCondition stop) {
    try (Session one = model.newSession(exact(CAPACITY));
        Session two = model.newSession(exact(CAPACITY));
        Seat seat = scheduler.seat()) {
      one.stopWhen(stop);
      two.stopWhen(stop);
      Batch batch = new Batch();
      batch.add(one, new int[] {7, 8}, 1);
      batch.add(two, new int[] {9}, 1);
      seat.run(batch);
      return List.of(flat(batch.logits(0)), flat(batch.logits(1)));
    }
  }

  @Test
  void promptsWithACapacity_areNotCut() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    FutureTask<float[]> first = holdUp(go);
    int[] prompt = tokens(new Random(1), 600);
    SessionOptions options = exact(CAPACITY).withRouting(new RoutingPolicy.Drop(1.0));
    FutureTask<float[]> counted =
        waiting(
            () -> {
              try (Session session = model.newSession(options);
                  Seat seat = scheduler.seat()) {
                return flat(seat.run(prompt, session, 1));
              }
            });
    FutureTask<float[]> word = waiting(() -> run(new int[] {2, 3}, 1));
    go.countDown();
    first.get();
    word.get();
    try (Session session = model.newSession(options)) {
      assertArrayEquals(plain.forward(prompt, session), counted.get());
    }
    assertEquals(List.of(List.of(1), List.of(2, 600)), model.passes().subList(0, 2));
  }

  @Test
  void manyThreads_randomPiecesAndCancels_sameBitsAsAlone() throws Exception {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> all = new ArrayList<>();
      for (int i = 0; i < 64; i++) {
        int seed = i;
        all.add(threads.submit(() -> runAndCompare(new Random(seed))));
      }
      for (Future<?> future : all) {
        future.get();
      }
    }
    assertTrue(
        model.passes().stream().anyMatch(pass -> pass.size() > 8), "no pass was shared by many");
    assertEquals(0, model.keyValueMemory().liveBytes());
  }

  private void runAndCompare(Random random) {
    AtomicBoolean stop = new AtomicBoolean();
    try (Session session = model.newSession(exact(CAPACITY));
        Session alone = model.newSession(exact(CAPACITY));
        Seat seat = scheduler.seat()) {
      session.stopWhen(stop::get);
      for (int call = 0; call < 12; call++) {
        int[] tokens = tokens(random, random.nextInt(4) == 0 ? 1 + random.nextInt(60) : 1);
        stop.set(random.nextInt(8) == 0);
        int before = session.position();
        try {
          float[] logits = seat.run(tokens, session, 1).row(0);
          assertArrayEquals(plain.forward(tokens, alone), logits);
        } catch (CancellationException e) {
          assertTrue(stop.get());
          assertEquals(before, session.position());
        }
      }
    }
  }

  @Test
  void whatOneCallCannot_costsTheOthersNothing() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    FutureTask<float[]> first = holdUp(go);
    FutureTask<float[]> good = waiting(() -> run(new int[] {4, 5}, 1));
    FutureTask<float[]> bad = waiting(() -> run(new int[] {4, VOCAB}, 1));
    FutureTask<float[]> alsoGood = waiting(() -> run(tokens(new Random(3), 30), 1));
    go.countDown();
    first.get();
    assertArrayEquals(alone(new int[] {4, 5}), good.get());
    assertArrayEquals(alone(tokens(new Random(3), 30)), alsoGood.get());
    ExecutionException e = assertThrows(ExecutionException.class, bad::get);
    IllegalArgumentException cause = assertInstanceOf(IllegalArgumentException.class, e.getCause());
    assertEquals("token 50 is not in the vocabulary of 50", cause.getMessage());
  }

  /** The others share blocks with a session that they were forked from, and copy the last one. */
  @Test
  void memoryThatRunsOutForOne_costsTheOthersNothing_andIsGivenBack() throws Exception {
    try (Session parent = model.newSession(exact(CAPACITY));
        Session huge = new Session(plain, exact(CAPACITY), hugeCache(), parent.rotary())) {
      int[] before = tokens(new Random(6), 100);
      plain.forward(before, parent);
      long held = model.keyValueMemory().liveBytes();
      CountDownLatch go = new CountDownLatch(1);
      FutureTask<float[]> first = holdUp(go);
      FutureTask<float[]> earlier = waiting(() -> runInFork(parent, new int[] {4, 5}));
      FutureTask<float[]> fails = waiting(() -> run(new int[] {6}, huge));
      FutureTask<float[]> later = waiting(() -> runInFork(parent, new int[] {7}));
      FutureTask<float[]> prompt = waiting(() -> run(tokens(new Random(3), 90), 1));
      go.countDown();
      first.get();
      ExecutionException e = assertThrows(ExecutionException.class, fails::get);
      assertInstanceOf(OutOfMemoryError.class, e.getCause());
      assertEquals(0, huge.position());
      assertArrayEquals(alone(joined(before, 4, 5)), earlier.get());
      assertArrayEquals(alone(joined(before, 7)), later.get());
      assertArrayEquals(alone(tokens(new Random(3), 90)), prompt.get());
      assertEquals(List.of(2, 1, 1, 90), model.passes().get(1), "they were in one pass");
      assertEquals(held, model.keyValueMemory().liveBytes());
    }
    assertEquals(0, model.keyValueMemory().liveBytes());
  }

  /** A cache whose first block needs more memory than any machine has. */
  private KvCache hugeCache() {
    KvLayout layout = KvLayout.shared(1, 1, 1 << 20, 1 << 20);
    return new KvCache(layout, KvFormat.F32, model.keyValueMemory());
  }

  private float[] runInFork(Session parent, int[] tokens) {
    try (Session fork = parent.fork()) {
      return run(tokens, fork);
    }
  }

  private float[] run(int[] tokens, Session session) {
    try (Seat seat = scheduler.seat()) {
      return flat(seat.run(tokens, session, 1));
    }
  }

  private static int[] joined(int[] first, int... second) {
    int[] both = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    return both;
  }

  @Test
  void aPromptThatFailsInItsSecondPiece_leavesTheSessionAsItWas() {
    int[] prompt = tokens(new Random(4), 600);
    prompt[599] = VOCAB;
    try (Session session = model.newSession(exact(CAPACITY));
        Session alone = model.newSession(exact(CAPACITY));
        Seat seat = scheduler.seat()) {
      float[] before = flat(seat.run(new int[] {7, 8}, session, 1));
      assertArrayEquals(plain.forward(new int[] {7, 8}, alone), before);
      assertThrows(IllegalArgumentException.class, () -> seat.run(prompt, session, 1));
      assertEquals(2, session.position());
      assertArrayEquals(
          plain.forward(new int[] {9}, alone), flat(seat.run(new int[] {9}, session, 1)));
    }
  }

  @Test
  void whoIsCancelledWhileAPassRuns_goesAtOnce() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    FutureTask<float[]> first = holdUp(go);
    AtomicBoolean stop = new AtomicBoolean();
    FutureTask<float[]> cancelled =
        waiting(
            () -> {
              try (Session session = model.newSession(exact(CAPACITY));
                  Seat seat = scheduler.seat()) {
                session.stopWhen(stop::get);
                return flat(seat.run(new int[] {1}, session, 1));
              }
            });
    stop.set(true);
    ExecutionException e = assertThrows(ExecutionException.class, cancelled::get);
    assertInstanceOf(CancellationException.class, e.getCause());
    go.countDown();
    first.get();
    assertEquals(List.of(List.of(1)), model.passes());
  }

  @Test
  void anObserver_isToldOnItsOwnThread_whoeverGeneratesToo() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    FutureTask<float[]> first = holdUp(go);
    FutureTask<float[]> other = waiting(() -> run(new int[] {5}, 1));
    model.before(_ -> {});
    List<Thread> told = new ArrayList<>();
    try (Seat seat = scheduler.seat();
        Session session = model.newSession(exact(CAPACITY))) {
      session.observe(
          TestModels.hiddenObserver(
              (_, _) -> {
                told.add(Thread.currentThread());
              }));
      assertArrayEquals(alone(new int[] {1, 2}), flat(seat.run(new int[] {1, 2}, session, 1)));
    }
    go.countDown();
    first.get();
    other.get();
    assertEquals(Collections.nCopies(model.shape().numLayers(), Thread.currentThread()), told);
  }

  @Test
  void whoGeneratesWithinAnObserver_doesNotWaitForItself() {
    List<float[]> seen = new ArrayList<>();
    try (Seat seat = scheduler.seat();
        Session session = model.newSession(exact(CAPACITY))) {
      session.observe(
          TestModels.hiddenObserver(
              (_, _) -> {
                seen.add(run(new int[] {3}, 1));
              }));
      assertArrayEquals(alone(new int[] {1, 2}), flat(seat.run(new int[] {1, 2}, session, 1)));
    }
    float[] expected = alone(new int[] {3});
    assertEquals(model.shape().numLayers(), seen.size());
    seen.forEach(logits -> assertTrue(Arrays.equals(expected, logits)));
  }

  @Test
  void whatAStopConditionThrows_staysWithItsCall() {
    try (Session session = model.newSession(exact(CAPACITY));
        Seat seat = scheduler.seat()) {
      session.stopWhen(() -> thrown(new IOException("while it waits")));
      assertThrows(IOException.class, () -> seat.run(new int[] {1}, session, 1));
      session.stopWhen(
          () -> !model.passes().isEmpty() && thrown(new IOException("within the pass")));
      var e = assertThrows(IllegalStateException.class, () -> seat.run(new int[] {1}, session, 1));
      assertEquals("a stop condition failed", e.getMessage());
      session.stopWhen(() -> false);
      assertArrayEquals(alone(new int[] {1}), flat(seat.run(new int[] {1}, session, 1)));
    }
  }

  private static boolean thrown(IOException e) {
    throw SchedulerTest.<RuntimeException>unseen(e);
  }

  /** Throws what no method says it throws, as other languages may. */
  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  private static <E extends Throwable> E unseen(Throwable t) throws E {
    throw (E) t;
  }

  @Test
  void aCancelledPass_leavesNoMemory() {
    try (Session session = model.newSession(exact(CAPACITY));
        Seat seat = scheduler.seat()) {
      seat.run(new int[] {1}, session, 1);
      long before = model.keyValueMemory().liveBytes();
      int[] asked = new int[1];
      session.stopWhen(() -> ++asked[0] > 2);
      int[] prompt = tokens(new Random(1), 500);
      assertThrows(CancellationException.class, () -> seat.run(prompt, session, 1));
      assertEquals(before, model.keyValueMemory().liveBytes());
    }
  }
}
