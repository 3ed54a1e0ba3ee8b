package io.hunyuan4j.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hunyuan4j.core.Turns.Ticket;
import io.hunyuan4j.core.generate.Cancellation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who waits sleeps until it is woken, by its turn or its end. */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class TurnsTest {
  private final Turns turns = new Turns(1, Integer.MAX_VALUE);
  private final AtomicInteger sleeps = new AtomicInteger();

  /** Is never met, and does not wake up by itself. */
  private final StopCondition never =
      new StopCondition() {
        @Override
        public boolean isMet() {
          return false;
        }

        @Override
        public void park() {
          sleeps.incrementAndGet();
          LockSupport.park(this);
        }
      };

  /** Starts a thread that waits for its turn; returns when it sleeps. */
  private static FutureTask<Boolean> sleeping(Ticket ticket, StopCondition stop) throws Exception {
    FutureTask<Boolean> task =
        new FutureTask<>(
            () -> {
              ticket.await(stop);
              return Thread.currentThread().isInterrupted();
            });
    Thread thread = Thread.ofPlatform().daemon().start(task);
    while (LockSupport.getBlocker(thread) != stop) {
      Thread.sleep(1);
    }
    return task;
  }

  private static void assertCancelled(FutureTask<Boolean> task) {
    ExecutionException e = assertThrows(ExecutionException.class, task::get);
    assertInstanceOf(CancellationException.class, e.getCause());
  }

  @Test
  void aPlaceThatBecomesFree_wakesOnlyWhoGetsIt_inTheOrderOfTheTickets() throws Exception {
    List<Ticket> tickets = IntStream.range(0, 100).mapToObj(_ -> turns.take()).toList();
    tickets.getFirst().await(never);
    List<FutureTask<Boolean>> waiting = new ArrayList<>();
    for (Ticket ticket : tickets.subList(1, 100).reversed()) {
      waiting.addFirst(sleeping(ticket, never));
    }
    for (int i = 1; i < 100; i++) {
      assertFalse(waiting.get(i - 1).isDone(), "before its turn");
      tickets.get(i - 1).giveBack();
      assertFalse(waiting.get(i - 1).get());
    }
    assertTrue(sleeps.get() < 2 * 99, "99 who waited were woken %d times".formatted(sleeps.get()));
  }

  @Test
  void whoLeavesTheQueue_isPassedOver() throws Exception {
    Ticket first = turns.take();
    Ticket leaves = turns.take();
    FutureTask<Boolean> last = sleeping(turns.take(), never);
    leaves.giveBack();
    assertFalse(last.isDone());
    first.giveBack();
    assertFalse(last.get());
  }

  @Test
  void manyVirtualThreads_allGetTheirTurn_oneAtATime() throws Exception {
    AtomicInteger inside = new AtomicInteger();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Integer>> all = new ArrayList<>();
      for (int i = 0; i < 2000; i++) {
        all.add(
            threads.submit(
                () -> {
                  Ticket ticket = turns.take();
                  try {
                    ticket.await(never);
                    int others = inside.getAndIncrement();
                    Thread.yield();
                    inside.decrementAndGet();
                    return others;
                  } finally {
                    ticket.giveBack();
                  }
                }));
      }
      for (Future<Integer> future : all) {
        assertEquals(0, future.get());
      }
    }
  }

  @Test
  void anInterrupt_isRemembered_andEndsNothing() throws Exception {
    Ticket first = turns.take();
    Ticket second = turns.take();
    FutureTask<Boolean> interrupted =
        new FutureTask<>(
            () -> {
              Thread.currentThread().interrupt();
              second.await(never);
              return Thread.currentThread().isInterrupted();
            });
    Thread thread = Thread.ofPlatform().daemon().start(interrupted);
    while (sleeps.get() < 2 || LockSupport.getBlocker(thread) != never) {
      Thread.sleep(1);
    }
    assertFalse(interrupted.isDone());
    first.giveBack();
    assertTrue(interrupted.get());
  }

  @Test
  void aCancellation_wakesAllWhoWaitWithIt() throws Exception {
    turns.take();
    Cancellation cancellation = new Cancellation();
    FutureTask<Boolean> one = sleeping(turns.take(), cancellation);
    FutureTask<Boolean> two = sleeping(turns.take(), cancellation);
    cancellation.cancel();
    assertCancelled(one);
    assertCancelled(two);
    assertThrows(CancellationException.class, () -> turns.take().await(cancellation));
  }

  @Test
  void aTimeLimit_wakesWhoWaits_alsoIfItIsSetMeanwhile() throws Exception {
    turns.take();
    Cancellation limited = new Cancellation();
    limited.cancelAfter(Duration.ofMillis(30));
    assertThrows(CancellationException.class, () -> turns.take().await(limited));
    Cancellation later = new Cancellation();
    FutureTask<Boolean> waiting = sleeping(turns.take(), later);
    later.cancelAfter(Duration.ZERO);
    assertCancelled(waiting);
  }

  @Test
  void aConditionThatWakesNobody_isAskedAgain() {
    turns.take();
    AtomicInteger asked = new AtomicInteger();
    assertThrows(
        CancellationException.class, () -> turns.take().await(() -> asked.incrementAndGet() == 3));
    assertEquals(3, asked.get());
  }
}
