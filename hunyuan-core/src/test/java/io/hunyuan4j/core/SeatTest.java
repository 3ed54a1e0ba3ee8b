package io.hunyuan4j.core;

import static io.hunyuan4j.core.TestModels.exact;
import static io.hunyuan4j.core.TestModels.flat;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hunyuan4j.core.Scheduler.Seat;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who may generate, who waits, and who is refused. */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class SeatTest extends SchedulerSetting {
  @Test
  void whoeverFindsTheQueueFull_isRefused_andTheOthersComeInOrder() throws Exception {
    Scheduler small = new Scheduler(model, 1, 2);
    List<Integer> order = new ArrayList<>();
    FutureTask<Boolean> second;
    FutureTask<Boolean> third;
    try (Seat first = small.seat()) {
      Seat two = small.seat();
      Seat three = small.seat();
      RejectedExecutionException e = assertThrows(RejectedExecutionException.class, small::seat);
      assertEquals("1 generations run and 2 wait, which is as many as may", e.getMessage());
      third = waiting(() -> run(three, 3, order));
      second = waiting(() -> run(two, 2, order));
      assertEquals(List.of(), order);
    }
    assertTrue(second.get());
    assertTrue(third.get());
    assertEquals(List.of(2, 3), order);
    small.seat().close();
  }

  private boolean run(Seat seat, int name, List<Integer> order) {
    try (seat;
        Session session = model.newSession(exact(CAPACITY))) {
      seat.run(new int[] {name}, session, 1);
      return order.add(name);
    }
  }

  @Test
  void aSeatInTheQueue_canBeGivenBackOrCancelled() {
    Scheduler small = new Scheduler(model, 1, 1);
    try (Seat first = small.seat()) {
      small.seat().close();
      Seat second = small.seat();
      try (Session other = model.newSession(exact(CAPACITY))) {
        other.stopWhen(() -> true);
        FutureTask<float[]> cancelled =
            new FutureTask<>(() -> flat(second.run(new int[] {1}, other, 1)));
        Thread.ofPlatform().start(cancelled);
        ExecutionException e = assertThrows(ExecutionException.class, cancelled::get);
        assertInstanceOf(CancellationException.class, e.getCause());
      }
      second.close();
      small.seat().close();
    }
  }

  @Test
  void whoGeneratesWithinAListener_neitherWaitsForItselfNorIsRefused() {
    Scheduler small = new Scheduler(model, 1, 0);
    try (Seat outer = small.seat();
        Session session = model.newSession(exact(CAPACITY));
        Session other = model.newSession(exact(CAPACITY))) {
      outer.run(new int[] {1, 2}, session, 1);
      try (Seat inner = small.seat()) {
        assertArrayEquals(alone(new int[] {3}), flat(inner.run(new int[] {3}, other, 1)));
      }
      assertArrayEquals(alone(new int[] {1, 2, 4}), flat(outer.run(new int[] {4}, session, 1)));
    }
  }

  @Test
  void whoGeneratesOnAThreadOfAListenersSeat_doesNotWaitForThatEither() throws Exception {
    Scheduler small = new Scheduler(model, 1, 0);
    try (Seat outer = small.seat();
        Session session = model.newSession(exact(CAPACITY))) {
      outer.run(new int[] {1, 2}, session, 1);
      Seat inBackground = small.seat();
      FutureTask<Boolean> background =
          new FutureTask<>(
              () -> {
                try (inBackground;
                    Session other = model.newSession(exact(CAPACITY))) {
                  inBackground.run(new int[] {3}, other, 1);
                  return run(small.seat(), 4, new ArrayList<>());
                }
              });
      Thread.ofPlatform().start(background);
      assertTrue(background.get());
    }
    small.seat().close();
  }

  @Test
  void aSeatThatGoesToAnotherThread_leavesTheFirst() throws Exception {
    Scheduler small = new Scheduler(model, 1, 0);
    Seat seat = small.seat();
    try (Session session = model.newSession(exact(CAPACITY))) {
      seat.run(new int[] {1}, session, 1);
      FutureTask<float[]> later = new FutureTask<>(() -> flat(seat.run(new int[] {2}, session, 1)));
      Thread.ofPlatform().start(later);
      assertArrayEquals(alone(new int[] {1, 2}), later.get());
      assertThrows(RejectedExecutionException.class, small::seat);
      seat.close();
      small.seat().close();
    }
  }

  @Test
  void aThreadThatClosesOneOfTwoSeats_stillGenerates() {
    Scheduler small = new Scheduler(model, 2, 0);
    try (Session session = model.newSession(exact(CAPACITY));
        Session other = model.newSession(exact(CAPACITY));
        Seat two = small.seat()) {
      Seat one = small.seat();
      one.run(new int[] {1}, session, 1);
      two.run(new int[] {1}, other, 1);
      one.close();
      try (Seat inner = small.seat();
          Seat another = small.seat()) { // nested, so not refused
        assertArrayEquals(alone(new int[] {1, 2}), flat(inner.run(new int[] {2}, other, 1)));
      }
    }
  }

  @Test
  void options_impossible_areRefused() {
    assertThrows(IllegalArgumentException.class, () -> new Scheduler(model, 0, 5));
    assertThrows(IllegalArgumentException.class, () -> new Scheduler(model, 1, -1));
    Seat closed = scheduler.seat();
    closed.close();
    try (Session session = model.newSession(exact(CAPACITY))) {
      assertThrows(IllegalStateException.class, () -> closed.run(new int[] {1}, session, 1));
    }
  }

  @Test
  void aClosedSeat_neitherRunsNorWaits() {
    Scheduler small = new Scheduler(model, 1, 1);
    try (Seat first = small.seat();
        Session session = model.newSession(exact(CAPACITY))) {
      Seat waiting = small.seat();
      waiting.close();
      assertThrows(IllegalStateException.class, () -> waiting.awaitTurn(session));
      assertThrows(IllegalStateException.class, () -> waiting.run(new int[] {1}, session, 1));
    }
  }
}
